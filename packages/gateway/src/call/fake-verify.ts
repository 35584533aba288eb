import type { Verdict } from '#speech'
import { begin, settle } from './fake-run.ts'
import { fakeVerifiers, type FakeVerifiers } from './fake-verifiers.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

export const voice = Uint8Array.from({ length: 800 }, (_, at) => (at % 2 === 0 ? 0x90 : 0x10))
export const silence = new Uint8Array(800).fill(0xff)
export const given = { consent: 'given', consent_source: 'form 7' }
const hangup = { type: 'hangup' }

/** 100 ms at a time. */
export async function hear(world: FakeWorld, ms: number, ulaw = voice, channel: 0 | 1 = 0): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    world.media({ kind: 'heard', leg: fakeLeg, channel, positionSamples: passed * 8, ulaw })
    world.clock.advance(100)
    await settle()
  }
}

/** A call whose commands are a `verify`, with `more` of it, and those `after`. */
export async function verifying(
  more: object = {},
  o: { world?: FakeWorld; after?: object[]; with?: (verifiers: FakeVerifiers) => void } = {},
) {
  const world = o.world ?? fakeWorld()
  const verifiers = fakeVerifiers()
  o.with?.(verifiers)
  const audited: { type: string; fields: object }[] = []
  const { audit } = world.deps.keep
  Object.assign(world.deps, { verifiers })
  Object.assign(world.deps.keep, {
    audit: (event: { type: string; fields: object } & Parameters<typeof audit>[0]) => (
      audited.push({ type: event.type, fields: event.fields }),
      audit(event)
    ),
  })
  const verify = { type: 'verify', subject: 'cust-Anna7', ...given, ...more }
  world.decisions.push(answers(verify, ...(o.after ?? [hangup])), answers(hangup))
  const call = await begin(world)
  return { world, call, verifiers, audited }
}

/** An enrolment that the engine has, and what it will say of it. */
export async function enrolling(o: NonNullable<Parameters<typeof verifying>[1]> = {}) {
  const learned = Promise.withResolvers<Verdict>()
  const wait = (all: FakeVerifiers) => void all.says.splice(0, 1, learned.promise)
  const under = await verifying({ action: 'enrol', min_speech_ms: 3_000 }, { with: wait, ...o })
  await speakThrough(under.world)
  return { ...under, learned }
}

/** What the app was asked with. */
export const saidOf = (world: FakeWorld) => world.asked[1]?.data as Record<string, unknown> | undefined

/** As much as a comparison needs, and then nothing more. */
export async function speakThrough(world: FakeWorld): Promise<void> {
  await hear(world, 3_000)
  await hear(world, 700, silence)
}

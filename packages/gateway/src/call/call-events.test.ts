import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId, TenantId } from '#kernel'
import { startCalls } from './calls.ts'
import type { IncomingCall, SignallingEvents } from './contract.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeLeg, fakeOffer, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { SecurityReceipt } from './receipt.ts'

const dial = { type: 'dial', to: '+12125550100' }

test('a call that is cancelled before the app was asked is none of the app’s business', async () => {
  const world = fakeWorld()
  const verified = Promise.withResolvers<never>()
  Object.assign(world.deps, { verifyIdentity: () => verified.promise })
  const call = await begin(world)
  world.signalling().ended('caller-cancelled')
  await call.settled
  assert.deepEqual(traced(world, /^(tell|ended)/), ['ended caller-cancelled'])
})

test('a call that is cancelled while the app thinks is told as ended, with what makes sense of it', async () => {
  const world = fakeWorld()
  const told: object[] = []
  for (const app of world.deps.apps.values())
    Object.assign(app, { tell: async ({ data }: { data: object }) => void told.push(data) })
  world.decisions.push(new Promise(() => {}))
  const call = await begin(world)
  world.signalling().ended('caller-cancelled')
  await call.settled
  assert.partialDeepStrictEqual(told, [
    { reason: 'caller-cancelled', answered: false, from: '+12025550100', to: '+12025550101' },
  ])
})

test('a caller who is proved is shown to the app and on the receipt', async () => {
  const identity = { status: 'passed', attestation: 'A', signer: 'SHAKEN 1234', policy: 'accept' } as const
  const world = fakeWorld({ identity })
  world.decisions.push(answers({ type: 'hangup' }))
  await (
    await begin(world)
  ).settled
  assert.partialDeepStrictEqual(world.asked, [
    {
      data: { from: '+12025550100', identity: { status: 'passed', attestation: 'A', signer: 'SHAKEN 1234' } },
    },
  ])
  const [receipt] = world.receipts as SecurityReceipt[]
  assert.deepEqual(receipt?.identity, { ...identity, diverted: false })
})

test('a caller who is not proved is anonymous to the app where the policy says so', async () => {
  const world = fakeWorld({ identity: { status: 'failed', reason: 'expired', policy: 'downgrade' } })
  const told: object[] = []
  for (const app of world.deps.apps.values())
    Object.assign(app, { tell: async (event: object) => void told.push(event) })
  world.decisions.push(answers({ type: 'hangup' }))
  await (
    await begin(world)
  ).settled
  assert.partialDeepStrictEqual(world.asked, [
    { data: { from: 'anonymous', from_unverified: '+12025550100', identity: { reason: 'expired' } } },
  ])
  assert.partialDeepStrictEqual(told.at(-1), {
    type: 'call.ended',
    data: { from: 'anonymous', from_unverified: '+12025550100' },
  })
})

test('a caller who is not proved is refused where the policy says so, and the app never asked', async () => {
  const identity = { status: 'none', policy: 'reject', refuseWith: 428 } as const
  const world = fakeWorld({ identity })
  await (
    await begin(world)
  ).settled
  assert.deepEqual(traced(world, /^(reject|ended|tell|answer)/), ['reject 428', 'ended identity-refused'])
  assert.deepEqual(world.asked, [])
})

test('the condition of the audio is told, and its quality is on the receipt', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'wait' }))
  const { stats } = world.deps.media
  Object.assign(world.deps.media, { stats: async (leg: LegId) => ({ ...(await stats(leg)), mos: 4.2 }) })
  const call = await begin(world)
  await call.command([{ type: 'record', action: 'start' }])
  world.media({ kind: 'media.condition', leg: fakeLeg, condition: 'one-way', mos: null })
  await call.end('api-hung-up')
  assert.ok(world.trace.includes('tell media.condition'))
  const [receipt] = world.receipts as SecurityReceipt[]
  assert.deepEqual(receipt?.quality, { mos: 4.2, lost: 0, jitterMs: 0, rttMs: null, peerMos: null })
})

async function talking(options: Parameters<typeof fakeWorld>[0] = {}) {
  const world = fakeWorld(options)
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  const call = await begin(world)
  await pickUp(world)
  return { world, call }
}

function refers(events: SignallingEvents | undefined, notified: number[], replaces?: LegId) {
  assert.ok(events)
  return events.refer({ to: '+12125550177', replaces, notify: (status) => void notified.push(status) })
}

test('interop 28: REFER is refused where the trunk does not allow its target, and where there is nobody to hand over', async () => {
  const { world } = await talking()
  assert.deepEqual(refers(world.outgoing[0]?.events, []), { status: 403 })
  const alone = fakeWorld({ refer: true })
  alone.decisions.push(answers({ type: 'answer' }, { type: 'wait' }))
  await begin(alone)
  assert.deepEqual(refers(alone.signalling(), []), { status: 488 })
  assert.deepEqual(alone.dials, [])
})

test('interop 28: a callee’s REFER goes through the guard, connects the caller with the target, and lets the callee go', async () => {
  const { world, call } = await talking({ refer: true })
  const notified: number[] = []
  assert.deepEqual(refers(world.outgoing[0]?.events, notified), { accept: true })
  assert.deepEqual(refers(world.outgoing[0]?.events, notified), { status: 488 }, 'one at a time')
  await settle()
  assert.equal(world.dials.at(-1)?.via, 'refer')
  await pickUp(world, 2)
  assert.deepEqual(notified, [200])
  assert.deepEqual(traced(world, /^(bridge|hangup)/), ['bridge A B1', 'bridge A B2', 'hangup B1'])
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  assert.equal(traced(world, /^lease ended/).length, 2)
})

test('interop 28: a REFER whose target fails is told so, and the conversation goes on', async () => {
  const { world, call } = await talking({ refer: true })
  const notified: number[] = []
  refers(world.outgoing[0]?.events, notified)
  await settle()
  world.outgoing[1]?.events.failed({ why: 'busy', status: 486, elsewhere: false })
  await settle()
  assert.deepEqual(notified, [486])
  assert.equal(traced(world, /^bridge/).at(-1), 'bridge A B1')
  assert.equal(call.state, 'active')
  world.guard.refuse = 'country'
  refers(world.outgoing[0]?.events, notified)
  await settle()
  assert.deepEqual(notified, [486, 403])
})

test('interop 28: a callee who hangs up after its REFER leaves the caller with the target, still ringing', async () => {
  const { world, call } = await talking({ refer: true })
  refers(world.outgoing[0]?.events, [])
  await settle()
  world.outgoing[1]?.events.ringing(180)
  world.outgoing[0]?.events.ended('caller-hung-up')
  await settle()
  assert.equal(call.state, 'active')
  assert.deepEqual(traced(world, /^play/), ['play 48000'])
  await pickUp(world, 2)
  assert.equal(traced(world, /^bridge/).at(-1), 'bridge A B2')
})

test('interop 28: a caller’s REFER makes the callee the first leg; the recording goes on with it', async () => {
  const { world, call } = await talking({ refer: true })
  await call.command([{ type: 'record', action: 'start' }])
  refers(world.signalling(), [])
  await settle()
  await pickUp(world, 2)
  await settle()
  assert.deepEqual(traced(world, /^(bridge|hangup|stopRecording|startRecording|close)/), [
    'bridge A B1',
    'startRecording',
    'hangup',
    'bridge B1 B2',
    'stopRecording',
    'startRecording',
    'close',
  ])
  assert.equal(call.state, 'active')
  world.outgoing[0]?.events.ended('caller-hung-up')
  await call.settled
  assert.ok(world.trace.includes('ended callee-hung-up'))
  assert.equal(traced(world, /^lease ended/).length, 2)
  assert.equal(world.clock.timers, 0)
})

function replacing(world: FakeWorld, replaces: LegId, more: Partial<IncomingCall> = {}): IncomingCall {
  const signalling = {
    ...world.incoming.signalling,
    listen: () => world.trace.push('new listens'),
    answer: async (sdp: string) => {
      world.trace.push('new answered')
      newSdp = sdp
      return new Uint8Array()
    },
    reject: (status: number) => world.trace.push(`new rejected ${status}`),
  }
  const leg = 'leg_00000000000000000000000000000099' as LegId
  return { ...world.incoming, leg, replaces, signalling, offer: fakeOffer, ...more }
}
let newSdp = ''

test('interop 28: Replaces gives a leg’s place to another dialog: media and bridge stay, keys are new, the old dialog ends', async () => {
  const world = fakeWorld()
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  await pickUp(world)
  const [placed] = world.outgoing
  assert.ok(placed)
  calls.handle(replacing(world, placed.call.leg))
  await settle()
  assert.deepEqual(traced(world, /^(bridge|unbridge|new|hangup|connect B1|close)/), [
    'connect B1 sendrecv',
    'bridge A B1',
    'new listens',
    'connect B1 sendrecv',
    'new answered',
    'hangup B1',
  ])
  const key = (sdp: string) => /inline:(\S+)/.exec(sdp)?.[1]
  assert.notEqual(key(newSdp), key(placed.offer))
  placed.events.ended('replaced')
  await settle()
  assert.equal(calls.active, 1, 'what the old dialog says is not heard')
})

test('Replaces of a dialog that is not there, or another tenant’s, is refused with 481', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'answer' }, { type: 'wait' }))
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  calls.handle(replacing(world, 'leg_00000000000000000000000000000077' as LegId))
  calls.handle(replacing(world, fakeLeg, { tenant: 'other' as TenantId }))
  assert.deepEqual(traced(world, /^new rej/), ['new rejected 481', 'new rejected 481'])
  assert.equal(calls.active, 1)
})

/** The audit log takes nothing of this type. */
function refuseAudit(world: FakeWorld, refused: string): void {
  const { keep } = world.deps
  const { audit } = keep
  Object.assign(keep, {
    audit: (event: Parameters<typeof audit>[0]) =>
      event.type === refused ? Promise.reject(new Error('the disk is full')) : audit(event),
  })
}

test('a leg whose place cannot be taken on record is given to nobody: the call ends instead', async () => {
  const world = fakeWorld()
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  refuseAudit(world, 'leg.replacing')
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  await pickUp(world)
  const [placed] = world.outgoing
  assert.ok(placed)
  calls.handle(replacing(world, placed.call.leg))
  await settle()
  assert.deepEqual(traced(world, /^(new answered|ended|hangup B1)/), ['hangup B1', 'ended audit-failed'])
})

test('Replaces of a leg that still rings is refused, early media or not: its place is not free before it is answered', async () => {
  const world = fakeWorld()
  world.decisions.push(answers(dial, { type: 'hangup' }), answers())
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  const [placed] = world.outgoing
  assert.ok(placed)
  placed.events.early(fakeAnswer(placed))
  calls.handle(replacing(world, placed.call.leg))
  await settle()
  assert.deepEqual(traced(world, /^(new|hangup B1)/), ['new listens', 'new rejected 481'])
  await pickUp(world)
  assert.equal(traced(world, /^bridge A B1/).length, 1, 'whoever rings is still awaited')
})

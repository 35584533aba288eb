import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { OpenRecordingKey } from './new-recording.ts'
import { sealedChunkBytes } from './cobblestone.ts'
import { VaultError } from './error.ts'
import { recordingHeaderBytes, type RecordingIdentity } from './recording-header.ts'
import { openRecording } from './recording-reader.ts'
import { sealedKeysBytes } from './section-seal.ts'
import { sealedSectionBytes } from './section-layout.ts'
import { bench, gather, identity, sealedRecording, type Bench } from './test-keys.ts'

const frames = 300 // 6 s: five whole segments and a short one
const isTampered = (error: unknown) => error instanceof VaultError && error.code === 'VAULT_TAMPERED'

interface Victim {
  readonly path: string
  readonly owner: RecordingIdentity
  readonly segments: number
  readonly bytes: Buffer
  readonly headerBytes: number
  /** Of the first section’s first chunk. */
  readonly bodyAt: number
}

function victim(at: Bench, owner = identity(), of = frames): Victim {
  const { path, sealed } = sealedRecording(at, of, owner)
  const bytes = readFileSync(path)
  const headerBytes = recordingHeaderBytes(bytes) ?? 0
  const bodyAt = headerBytes + sealedKeysBytes(1) + 56
  return { path, owner, segments: sealed.segments, bytes, headerBytes, bodyAt }
}

/** Whoever reads all of it: resolves only if every byte opened. */
async function readAll(openKey: OpenRecordingKey, { path, owner, segments }: Victim): Promise<Uint8Array> {
  await using reader = await openRecording(path, openKey, { ...owner, state: 'sealed', segments })
  return await gather(reader.read(0, 3_600_000)) // awaited: leaving this block closes the file
}
async function assertDetected(
  openKey: OpenRecordingKey,
  target: Victim,
  forged: Uint8Array,
  what: string,
): Promise<void> {
  writeFileSync(target.path, forged)
  await assert.rejects(readAll(openKey, target), isTampered, what)
}
const segment = ({ bytes, bodyAt }: Victim, index: number) =>
  bytes.subarray(bodyAt + index * sealedChunkBytes, bodyAt + (index + 1) * sealedChunkBytes)
const withSegments = (target: Victim, segments: readonly Uint8Array[]) =>
  Buffer.concat([target.bytes.subarray(0, target.bodyAt), ...segments])
const all = (target: Victim) => Array.from({ length: target.segments }, (_, index) => segment(target, index))

test('openRecording() detects segments that were swapped, doubled, removed, appended or reversed', async () => {
  using at = bench()
  const target = victim(at)
  assert.equal((await readAll(at.keys.open, target)).length, frames * 320)
  const segments = all(target)
  const [first, second] = segments
  const last = segments.at(-1)
  assert.ok(first && second && last && segments.length === 6)
  const attacks = {
    swapped: segments.with(0, second).with(1, first),
    doubled: segments.with(1, first),
    'first removed': segments.slice(1),
    'middle removed': segments.toSpliced(2, 1),
    'last removed': segments.slice(0, -1),
    'all removed': [],
    'whole one inserted': segments.toSpliced(1, 0, first),
    'short one appended': [...segments, last],
    'whole one appended': [...segments, first],
    'last put first': [last, ...segments.slice(0, -1)],
    reversed: segments.toReversed(),
  }
  for (const [what, forged] of Object.entries(attacks))
    await assertDetected(at.keys.open, target, withSegments(target, forged), what)
})

test('openRecording() detects sections that were swapped, doubled, removed, left unended, or brought from elsewhere', async () => {
  using at = bench()
  const long = 3_500 // 70 s: two whole sections and a short one
  const target = victim(at, identity(), long)
  const { call, tenant } = target.owner
  const sameCall = victim(at, { ...identity(), call, tenant }, long)
  const start = target.bytes.subarray(0, target.bodyAt - 56)
  const sections = ({ bytes, bodyAt }: Victim) =>
    [0, 1, 2].map((n) =>
      bytes
        .subarray(bodyAt - 56)
        .subarray(n * sealedSectionBytes)
        .subarray(0, sealedSectionBytes),
    )
  const [first, second, last] = sections(target) as [Buffer, Buffer, Buffer]
  const [foreign] = sections(sameCall) as [Buffer, Buffer, Buffer]
  assert.equal((await readAll(at.keys.open, target)).length, long * 320)
  const forged = (parts: readonly Uint8Array[]) => Buffer.concat([start, ...parts])
  const flipped = Buffer.from(first)
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
  const attacks = {
    swapped: forged([second, first, last]),
    doubled: forged([first, first, last]),
    removed: forged([first, last]),
    'last removed': forged([first, second]),
    'one more': forged([first, second, second, last]),
    'of another recording': forged([foreign, second, last]),
    'its end altered': forged([flipped, second, last]),
    'its end left out': forged([first.subarray(0, -16), second, last]),
  }
  for (const [what, bytes] of Object.entries(attacks)) await assertDetected(at.keys.open, target, bytes, what)
})

test('openRecording() detects every cut, at whatever byte', async () => {
  using at = bench()
  const target = victim(at)
  const cuts = new Set([
    0,
    1,
    7,
    8,
    100,
    target.bodyAt - 1,
    target.bodyAt,
    target.bodyAt + 15,
    target.bytes.length - 1,
  ])
  for (let index = 0; index < target.segments; index++)
    for (const off of [-1, 0, 1, 15, 16]) cuts.add(target.bodyAt + index * sealedChunkBytes + off)
  for (let cut = 0; cut < target.bytes.length; cut += 997) cuts.add(cut)
  for (const cut of cuts)
    await assertDetected(at.keys.open, target, target.bytes.subarray(0, cut), `cut at ${cut}`)
})

test('openRecording() detects any flipped bit', async () => {
  using at = bench()
  const target = victim(at)
  const flip = async (at_: number, bit: number) => {
    const forged = Buffer.from(target.bytes)
    forged[at_] = (forged[at_] ?? 0) ^ (1 << bit)
    writeFileSync(target.path, forged)
    await assert.rejects(readAll(at.keys.open, target), isTampered, `bit ${bit} of byte ${at_}`)
  }
  for (let byte = 0; byte < target.bodyAt; byte++) await flip(byte, byte % 8)
  const body = fc.integer({ min: target.bodyAt, max: target.bytes.length - 1 })
  await fc.assert(fc.asyncProperty(body, fc.nat(7), flip), { numRuns: 150 })
})

test('openRecording() detects a segment, a body, a header or a file of another recording', async () => {
  using at = bench()
  const target = victim(at)
  const sameCall = victim(at, { ...identity(), call: target.owner.call, tenant: target.owner.tenant })
  const otherTenant = victim(at, identity('rival'))
  for (const other of [sameCall, otherTenant]) {
    const stolen = all(target).with(2, segment(other, 2))
    await assertDetected(at.keys.open, target, withSegments(target, stolen), 'one segment')
    const body = Buffer.concat([
      target.bytes.subarray(0, target.headerBytes),
      other.bytes.subarray(other.headerBytes),
    ])
    await assertDetected(at.keys.open, target, body, 'the body')
    const header = Buffer.concat([
      other.bytes.subarray(0, other.headerBytes),
      target.bytes.subarray(target.headerBytes),
    ])
    await assertDetected(at.keys.open, target, header, 'the header')
    await assertDetected(at.keys.open, target, other.bytes, 'the whole file')
  }
})

test('openRecording() refuses the right file under the wrong tenant, call or recording', async () => {
  using at = bench()
  const target = victim(at)
  const wrong = identity('rival')
  for (const name of ['tenant', 'call', 'recording'] as const) {
    const asked = { ...target, owner: { ...target.owner, [name]: wrong[name] } }
    await assert.rejects(readAll(at.keys.open, asked), isTampered, name)
  }
})

test('openRecording() detects a header rewritten for another owner, wrapped key and all', async () => {
  using at = bench()
  const target = victim(at)
  const rival = identity('rival')
  const header = target.bytes.subarray(0, target.headerBytes).toString('latin1')
  const rewritten = Buffer.from(
    header
      .replace('"acme"', '"evil"')
      .replace(target.owner.call, rival.call)
      .replace(target.owner.recording, rival.recording),
    'latin1',
  )
  const owner = { ...rival, tenant: 'evil' as typeof rival.tenant }
  const forged = Buffer.concat([rewritten, target.bytes.subarray(target.headerBytes)])
  await assertDetected(at.keys.open, { ...target, owner }, forged, 'rewritten')
})

test('openRecording() refuses a sealed recording cut to whole segments and passed off as recovered', async () => {
  using at = bench()
  const target = victim(at)
  const cut = withSegments(target, all(target).slice(0, 3))
  writeFileSync(target.path, cut)
  const open = (state: 'sealed' | 'recovered', segments: number) =>
    openRecording(target.path, at.keys.open, { ...target.owner, state, segments })
  await assert.rejects(open('sealed', 3), isTampered)
  await assert.rejects(open('recovered', target.segments), isTampered)
  await using reader = await open('recovered', 3)
  assert.equal(reader.complete, false, 'what the books call recovered with three segments is this')
})

test('openRecording() needs the key that the recording was sealed under, and hands on why there is none', async () => {
  using at = bench()
  using other = bench('other')
  const target = victim(at)
  await assert.rejects(readAll(other.keys.open, target), isTampered)
  at.keys.forget(target.owner)
  await assert.rejects(readAll(at.keys.open, target), { code: 'KEY_UNKNOWN' })
})

test('openRecording() rejects with VaultError, whatever the file', async () => {
  using at = bench()
  const target = victim(at)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, withHeader) => {
      const start = withHeader ? target.bytes.subarray(0, target.headerBytes) : new Uint8Array()
      writeFileSync(target.path, Buffer.concat([start, bytes]))
      await assert.rejects(readAll(at.keys.open, target), VaultError)
    }),
  )
})

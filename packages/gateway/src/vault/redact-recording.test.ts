import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VaultError } from './error.ts'
import { openRecording } from './recording-reader.ts'
import { redactRecording, type RedactedStretch } from './redact-recording.ts'
import { nodeRecordingFs, type RecordingFs } from './part-file.ts'
import { bench, gather, identity, random, recorded, spoken, type Bench } from './test-keys.ts'

async function redacted(
  at: Bench,
  spans: readonly RedactedStretch[],
  more: { readonly frames?: number; readonly mask?: 'silence' | 'tone'; readonly fs?: RecordingFs } = {},
) {
  const old = await recorded(at, more.frames ?? 500)
  const next = { ...old.owner, recording: identity().recording }
  const path = join(at.dir, `${next.recording}.vxr`)
  const dataKey = at.keys.fresh(next)
  const sealed = await redactRecording({
    from: old.path,
    openKey: at.keys.open,
    expected: { ...old.owner, state: 'sealed', segments: old.sealed.segments },
    spans,
    mask: more.mask ?? 'silence',
    to: { id: next.recording, path, dataKey },
    random,
    ...(more.fs && { fs: more.fs }),
  })
  const audio = async () => {
    await using reader = await openRecording(path, at.keys.open, {
      ...next,
      state: 'sealed',
      segments: sealed.segments,
    })
    return await gather(reader.read(0, sealed.durationMs + 1))
  }
  return { old, next, path, sealed, dataKey, audio }
}

test('redactRecording() seals a recording of its own with the stretches silent and everything else as it was', async () => {
  using at = bench()
  const { old, path, sealed, dataKey, audio } = await redacted(at, [
    { channel: 0, fromMs: 900, toMs: 1_200 },
    { channel: 1, fromMs: 5_000, toMs: 5_010.5 },
  ])
  assert.equal(sealed.isChanged, true)
  assert.deepEqual(
    { segments: sealed.segments, durationMs: sealed.durationMs },
    { segments: old.sealed.segments, durationMs: old.sealed.durationMs },
  )
  assert.equal(sealed.sha256, createHash('sha256').update(readFileSync(path)).digest('hex'))
  assert.deepEqual(dataKey, new Uint8Array(32))
  const [was, is] = [spoken(80_000), await audio()]
  const within = (sample: number, channel: number) =>
    channel === 0 ? sample >= 7_200 && sample < 9_600 : sample >= 40_000 && sample < 40_084
  for (const [index, code] of is.entries()) {
    const [sample, channel] = [index >> 1, index & 1]
    if (!within(sample, channel)) assert.equal(code, was[index])
  }
  const middle = is.filter((_, index) => index % 2 === 0).subarray(7_208, 9_592)
  assert.ok(middle.every((code) => code === 0xff || code === 0x7f))
})

test('redactRecording() makes nothing readable with the old key, and the old recording with neither the new one', async () => {
  using at = bench()
  const { old, next, path, sealed } = await redacted(at, [{ channel: 0, fromMs: 0, toMs: 100 }])
  at.keys.forget(old.owner)
  const open = (file: string, owner: typeof next) =>
    openRecording(file, at.keys.open, { ...owner, state: 'sealed', segments: sealed.segments })
  await assert.rejects(open(old.path, old.owner), { code: 'KEY_UNKNOWN' })
  await assert.rejects(open(old.path, next), { code: 'VAULT_TAMPERED' })
  await (await open(path, next))[Symbol.asyncDispose]()
})

test('redactRecording() says that nothing changed when the stretch was silent already', async () => {
  using at = bench()
  const first = await redacted(at, [{ channel: 0, fromMs: 900, toMs: 1_200 }])
  const again = { ...first.next, recording: identity().recording }
  const { isChanged } = await redactRecording({
    from: first.path,
    openKey: at.keys.open,
    expected: { ...first.next, state: 'sealed', segments: first.sealed.segments },
    spans: [{ channel: 0, fromMs: 900, toMs: 1_200 }],
    mask: 'silence',
    to: { id: again.recording, path: join(at.dir, 'again.vxr'), dataKey: at.keys.fresh(again) },
    random,
  })
  assert.equal(isChanged, false)
})

test('redactRecording() leaves a `.part` file and no recording when the disk refuses', async () => {
  using at = bench()
  let writes = 0
  const fs: RecordingFs = {
    ...nodeRecordingFs,
    async create(path) {
      const file = await nodeRecordingFs.create(path)
      return {
        ...file,
        write: (bytes, position) =>
          ++writes > 4 ? Promise.reject(new Error('ENOSPC')) : file.write(bytes, position),
      }
    },
  }
  await assert.rejects(
    redacted(at, [{ channel: 0, fromMs: 0, toMs: 100 }], { fs }),
    (error: unknown) => error instanceof VaultError && error.code === 'VAULT_WRITE_FAILED',
  )
  const names = readdirSync(at.dir)
  assert.deepEqual(
    [
      names.filter((name) => name.endsWith('.vxr')).length,
      names.filter((name) => name.endsWith('.part')).length,
    ],
    [1, 1],
  )
})

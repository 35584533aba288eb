import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { silentLog } from '#kernel'
import type { OpenRecordingKey } from './new-recording.ts'
import { nodeRecordingFs, type RecordingFile } from './part-file.ts'
import { openRecording } from './recording-reader.ts'
import { recoverRecordings, type RecoveryOutcome, type UnfinishedRecording } from './recover-recordings.ts'
import {
  bench,
  gather,
  identity,
  random,
  recorded,
  sealedRecording,
  speak,
  spoken,
  startRecording,
  testKeys,
  type Bench,
} from './test-keys.ts'

async function recover(openKey: OpenRecordingKey, unfinished: UnfinishedRecording): Promise<RecoveryOutcome> {
  const settled: RecoveryOutcome[] = []
  const store = {
    unfinished: async () => [unfinished],
    settle: async (_: string, outcome: RecoveryOutcome) => void settled.push(outcome),
  }
  await recoverRecordings({ store, openKey, log: silentLog })
  const [outcome] = settled
  assert.ok(outcome && settled.length === 1)
  return outcome
}

/** A recording of `frames` frames whose process is gone. */
function abandoned(at: Bench, frames: number): UnfinishedRecording {
  const owner = identity()
  const { path, sealed } = sealedRecording(at, frames, owner)
  renameSync(path, `${path}.part`)
  const whole = Math.floor((frames * 160) / 8_192)
  const rest = frames * 320 - whole * 16_384
  const ended = (whole % 32 === 0 ? 56 : 0) + rest + 16 // what the end of the recording added
  truncateSync(`${path}.part`, sealed.bytes - ended) // as a running writer leaves it: whole segments only
  return { ...owner, path }
}

test('interop 40: recoverRecordings() finds every acknowledged segment after kill -9', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-kill-'))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    if (acknowledged > 500_000) child.kill('SIGKILL')
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'])
  const keys = testKeys()
  const unfinished = JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as UnfinishedRecording
  const outcome = await recover(keys.open, unfinished)
  assert.equal(outcome.state, 'recovered')
  assert.ok(outcome.state === 'recovered')
  const { segments, durationMs, bytes } = outcome.sealed
  assert.ok(acknowledged > 500_000 && bytes >= acknowledged, `${bytes} of ${acknowledged} bytes`)
  assert.equal(statSync(unfinished.path).size, bytes)
  await using reader = await openRecording(unfinished.path, keys.open, {
    ...unfinished,
    state: 'recovered',
    segments,
  })
  assert.equal(reader.complete, false)
  assert.equal(reader.durationMs, durationMs)
  assert.deepEqual(await gather(reader.read(0, durationMs + 1_000)), spoken(segments * 8_192))
  rmSync(dir, { recursive: true })
})

test('interop 40: recoverRecordings() drops a torn segment at the end, wherever the write stopped', async () => {
  using at = bench()
  for (const torn of [1, 15, 16, 17, 5_000, 16_399]) {
    const unfinished = abandoned(at, 200)
    const whole = statSync(`${unfinished.path}.part`).size
    appendFileSync(`${unfinished.path}.part`, random.bytes(torn))
    const outcome = await recover(at.keys.open, unfinished)
    assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', 3])
    assert.equal(statSync(unfinished.path).size, whole)
    assert.ok(!existsSync(`${unfinished.path}.part`))
    await using reader = await openRecording(unfinished.path, at.keys.open, {
      ...unfinished,
      state: 'recovered',
      segments: 3,
    })
    assert.deepEqual(await gather(reader.read(0, 60_000)), spoken(3 * 8_192))
  }
})

test('interop 40: recoverRecordings() keeps every whole segment on both sides of a section’s end', async () => {
  using at = bench()
  for (const [segments, torn] of [
    [31, 100],
    [32, 0],
    [32, 30],
    [32, 60],
    [32, 5_000],
    [33, 0],
    [33, 16],
    [64, 90],
  ] as const) {
    const unfinished = abandoned(at, Math.ceil((segments * 8_192) / 160))
    const whole = statSync(`${unfinished.path}.part`).size
    appendFileSync(`${unfinished.path}.part`, random.bytes(torn))
    const outcome = await recover(at.keys.open, unfinished)
    assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', segments])
    assert.equal(statSync(unfinished.path).size, whole)
    const expected = { ...unfinished, state: 'recovered' as const, segments }
    await using reader = await openRecording(unfinished.path, at.keys.open, expected)
    assert.deepEqual(await gather(reader.read(0, 90_000)), spoken(segments * 8_192))
  }
})

test('recoverRecordings() recovers a recording whose section was not ended yet', async () => {
  using at = bench()
  const unfinished = abandoned(at, Math.ceil((32 * 8_192) / 160))
  truncateSync(`${unfinished.path}.part`, statSync(`${unfinished.path}.part`).size - 5)
  const outcome = await recover(at.keys.open, unfinished)
  assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', 32])
  const expected = { ...unfinished, state: 'recovered' as const, segments: 32 }
  await using reader = await openRecording(unfinished.path, at.keys.open, expected)
  assert.deepEqual(await gather(reader.read(0, 60_000)), spoken(32 * 8_192))
})

test('recoverRecordings() calls a recording sealed that was whole before the process died', async () => {
  using at = bench()
  const renamed = await recorded(at, 200)
  const outcome = await recover(at.keys.open, { ...renamed.owner, path: renamed.path })
  assert.deepEqual(outcome, { state: 'sealed', sealed: renamed.sealed })
  const unnamed = await recorded(at, 200)
  renameSync(unnamed.path, `${unnamed.path}.part`)
  const second = await recover(at.keys.open, { ...unnamed.owner, path: unnamed.path })
  assert.deepEqual(second, { state: 'sealed', sealed: unnamed.sealed })
  assert.ok(existsSync(unnamed.path))
})

test('recoverRecordings() settles a second time as it did the first', async () => {
  using at = bench()
  const unfinished = abandoned(at, 200)
  const first = await recover(at.keys.open, unfinished)
  assert.deepEqual(await recover(at.keys.open, unfinished), first)
})

test('recoverRecordings() reports what it cannot recover, and leaves its file alone', async () => {
  using at = bench()
  using other = bench('other')
  const missing = { ...identity(), path: join(at.dir, 'none') }
  assert.deepEqual(await recover(at.keys.open, missing), { state: 'failed', code: 'VAULT_NOT_FOUND' })

  const foreign = abandoned(at, 200)
  assert.deepEqual(await recover(other.keys.open, foreign), { state: 'failed', code: 'VAULT_TAMPERED' })

  const stolen = { ...abandoned(at, 200), call: identity().call }
  assert.deepEqual(await recover(at.keys.open, stolen), { state: 'failed', code: 'VAULT_TAMPERED' })

  const changed = abandoned(at, 200)
  const bytes = readFileSync(`${changed.path}.part`)
  bytes[bytes.length - 20_000] = (bytes.at(-20_000) ?? 0) ^ 1
  writeFileSync(`${changed.path}.part`, bytes)
  assert.deepEqual(await recover(at.keys.open, changed), { state: 'failed', code: 'VAULT_TAMPERED' })
  for (const { path } of [foreign, stolen, changed])
    assert.ok(existsSync(`${path}.part`) && !existsSync(path))
})

test('recoverRecordings() leaves a recording whose key cannot be had now to the next start', async () => {
  using at = bench()
  const unfinished = abandoned(at, 200)
  const settled: unknown[] = []
  const store = { unfinished: async () => [unfinished], settle: async (id: string) => void settled.push(id) }
  for (const code of ['KEY_CLOSED', 'KEY_UNAVAILABLE', 'KEY_REFUSED', 'DB_UNAVAILABLE', 'EMFILE']) {
    const openKey = () => Promise.reject(Object.assign(new Error('away'), { code }))
    assert.deepEqual(await recoverRecordings({ store, openKey, log: silentLog }), [], code)
  }
  assert.deepEqual(settled, [])
  assert.equal((await recover(at.keys.open, unfinished)).state, 'recovered')
})

test('recoverRecordings() recovers a recording that died before its first segment as one of no length', async () => {
  using at = bench()
  const owner = identity()
  const files: RecordingFile[] = []
  const create = async (file: string) => {
    const created = await nodeRecordingFs.create(file)
    files.push(created)
    return created
  }
  const { path, writer } = startRecording(at, owner, { fs: { ...nodeRecordingFs, create } })
  await writer.ready
  await speak(at.clock, writer, 10)
  for (const file of files) await file.close() // what a process has open dies with it
  const outcome = await recover(at.keys.open, { ...owner, path })
  assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', 0])
  await using reader = await openRecording(path, at.keys.open, { ...owner, state: 'recovered', segments: 0 })
  assert.equal(reader.durationMs, 0)
})

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
import type { KeyProvider } from './key-provider.ts'
import { openKeyring } from './keyring.ts'
import { openRecording } from './recording-reader.ts'
import { recoverRecordings, type RecoveryOutcome, type UnfinishedRecording } from './recover-recordings.ts'
import {
  bench,
  gather,
  identity,
  random,
  recorded,
  speak,
  spoken,
  startRecording,
  type Bench,
} from './test-keys.ts'

async function recover(keys: KeyProvider, unfinished: UnfinishedRecording): Promise<RecoveryOutcome> {
  const settled: RecoveryOutcome[] = []
  const store = {
    unfinished: async () => [unfinished],
    settle: async (_: string, outcome: RecoveryOutcome) => void settled.push(outcome),
  }
  await recoverRecordings({ store, keys, log: silentLog })
  const [outcome] = settled
  assert.ok(outcome && settled.length === 1)
  return outcome
}

/** A recording of `frames` frames whose process is gone. */
async function abandoned(at: Bench, frames: number): Promise<UnfinishedRecording> {
  const owner = identity()
  const { path, sealed } = await recorded(at, frames, owner)
  renameSync(path, `${path}.part`)
  const header = sealed.bytes - 56 - frames * 320 - 16 * sealed.segments
  const whole = Math.floor((frames * 160) / 8_192)
  truncateSync(`${path}.part`, header + 56 + whole * 16_400) // as a running writer leaves it: whole segments only
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
  const keys = await openKeyring(join(dir, 'keyring.json'), { random })
  const unfinished = JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as UnfinishedRecording
  const outcome = await recover(keys, unfinished)
  assert.equal(outcome.state, 'recovered')
  assert.ok(outcome.state === 'recovered')
  const { segments, durationMs, bytes } = outcome.sealed
  assert.ok(acknowledged > 500_000 && bytes >= acknowledged, `${bytes} of ${acknowledged} bytes`)
  assert.equal(statSync(unfinished.path).size, bytes)
  await using reader = await openRecording(unfinished.path, keys, {
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
  using at = await bench()
  for (const torn of [1, 15, 16, 17, 5_000, 16_399]) {
    const unfinished = await abandoned(at, 200)
    const whole = statSync(`${unfinished.path}.part`).size
    appendFileSync(`${unfinished.path}.part`, random.bytes(torn))
    const outcome = await recover(at.keys, unfinished)
    assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', 3])
    assert.equal(statSync(unfinished.path).size, whole)
    assert.ok(!existsSync(`${unfinished.path}.part`))
    await using reader = await openRecording(unfinished.path, at.keys, {
      ...unfinished,
      state: 'recovered',
      segments: 3,
    })
    assert.deepEqual(await gather(reader.read(0, 60_000)), spoken(3 * 8_192))
  }
})

test('recoverRecordings() calls a recording sealed that was whole before the process died', async () => {
  using at = await bench()
  const renamed = await recorded(at, 200)
  const outcome = await recover(at.keys, { ...renamed.owner, path: renamed.path })
  assert.deepEqual(outcome, { state: 'sealed', sealed: renamed.sealed })
  const unnamed = await recorded(at, 200)
  renameSync(unnamed.path, `${unnamed.path}.part`)
  const second = await recover(at.keys, { ...unnamed.owner, path: unnamed.path })
  assert.deepEqual(second, { state: 'sealed', sealed: unnamed.sealed })
  assert.ok(existsSync(unnamed.path))
})

test('recoverRecordings() settles a second time as it did the first', async () => {
  using at = await bench()
  const unfinished = await abandoned(at, 200)
  const first = await recover(at.keys, unfinished)
  assert.deepEqual(await recover(at.keys, unfinished), first)
})

test('recoverRecordings() reports what it cannot recover, and leaves its file alone', async () => {
  using at = await bench()
  using other = await bench()
  const missing = { ...identity(), path: join(at.dir, 'none') }
  assert.deepEqual(await recover(at.keys, missing), { state: 'failed', code: 'VAULT_NOT_FOUND' })

  const foreign = await abandoned(at, 200)
  assert.deepEqual(await recover(other.keys, foreign), { state: 'failed', code: 'VAULT_KEY_UNKNOWN' })

  const stolen = { ...(await abandoned(at, 200)), call: identity().call }
  assert.deepEqual(await recover(at.keys, stolen), { state: 'failed', code: 'VAULT_TAMPERED' })

  const changed = await abandoned(at, 200)
  const bytes = readFileSync(`${changed.path}.part`)
  bytes[bytes.length - 20_000] = (bytes.at(-20_000) ?? 0) ^ 1
  writeFileSync(`${changed.path}.part`, bytes)
  assert.deepEqual(await recover(at.keys, changed), { state: 'failed', code: 'VAULT_TAMPERED' })
  for (const { path } of [foreign, stolen, changed])
    assert.ok(existsSync(`${path}.part`) && !existsSync(path))
})

test('recoverRecordings() recovers a recording that died before its first segment as one of no length', async () => {
  using at = await bench()
  const owner = identity()
  const { path, writer } = startRecording(at, owner)
  await writer.ready
  await speak(at.clock, writer, 10)
  const outcome = await recover(at.keys, { ...owner, path })
  assert.deepEqual([outcome.state, 'sealed' in outcome && outcome.sealed.segments], ['recovered', 0])
  await using reader = await openRecording(path, at.keys, { ...owner, state: 'recovered', segments: 0 })
  assert.equal(reader.durationMs, 0)
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { VaultError, type VaultErrorCode } from './error.ts'
import { nodeRecordingFs, type RecordingFs } from './part-file.ts'
import { openRecording } from './recording-reader.ts'
import type { SealedSummary } from './recording-writer.ts'
import { newRecordingHeader } from './new-recording.ts'
import { recordingWriter } from './recording-writer.ts'
import {
  audioAt,
  bench,
  frameOf,
  gather,
  identity,
  random,
  recorded,
  speak,
  spoken,
  startRecording,
} from './test-keys.ts'

const isCode = (code: VaultErrorCode) => (error: unknown) =>
  error instanceof VaultError && error.code === code

test('recordingWriter() seals what both channels said, and openRecording() gives it back', async () => {
  using at = bench()
  const { path, owner, sealed } = await recorded(at, 500)
  assert.equal(sealed.durationMs, 10_000)
  assert.equal(sealed.segments, Math.floor((500 * 160) / 8_192) + 1)
  const file = readFileSync(path)
  assert.equal(sealed.bytes, file.length)
  assert.equal(sealed.sha256, createHash('sha256').update(file).digest('hex'))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!existsSync(`${path}.part`))
  await using reader = await openRecording(path, at.keys.open, {
    ...owner,
    state: 'sealed',
    segments: sealed.segments,
  })
  assert.deepEqual(await gather(reader.read(0, 10_000)), spoken(80_000))
})

test('recordingWriter() zeroes the data key it is given, and refuses a header that is not the recording’s', async () => {
  using at = bench()
  const owner = identity()
  const [header, dataKey] = [newRecordingHeader(owner, 0), at.keys.fresh(owner)]
  const options = { clock: at.clock, random }
  const spec = { id: owner.recording, path: `${at.dir}/x`, header, dataKey, fsyncMs: 0 }
  assert.throws(
    () => recordingWriter({ ...spec, id: identity().recording }, options),
    isCode('VAULT_TAMPERED'),
  )
  const writer = recordingWriter(spec, options)
  assert.deepEqual(dataKey, new Uint8Array(32))
  await writer.finish()
})

test('recordingWriter() never has a run of plain audio on the disk', async () => {
  using at = bench()
  const { path, writer } = startRecording(at, identity())
  await writer.ready
  await speak(at.clock, writer, 300)
  for (const file of [`${path}.part`, path]) {
    if (file === path) await writer.finish()
    const bytes = readFileSync(file)
    const plain = Buffer.from(spoken(300 * 160))
    for (let from = 0; from < plain.length; from += 4_000)
      assert.ok(!bytes.includes(plain.subarray(from, from + 12)))
  }
})

test('recordingWriter().pause() records silence on both channels until resume(), late audio included', async () => {
  using at = bench()
  const owner = identity()
  const { path, writer } = startRecording(at, owner)
  await speak(at.clock, writer, 50)
  writer.pause()
  await speak(at.clock, writer, 50, 50)
  writer.resume()
  writer.write(0, 95 * 160, frameOf(0, 95)) // was under way while paused
  await speak(at.clock, writer, 50, 100)
  const sealed = await writer.finish()
  assert.equal(writer.late, 1)
  await using reader = await openRecording(path, at.keys.open, {
    ...owner,
    state: 'sealed',
    segments: sealed.segments,
  })
  const expected = spoken(150 * 160)
  expected.fill(0xff, 50 * 320, 100 * 320)
  assert.deepEqual(await gather(reader.read(0, 3_000)), expected)
})

test('recordingWriter().write() refuses places that time has not reached, and takes no memory for them', async () => {
  using at = bench()
  const { writer } = startRecording(at, identity())
  for (const position of [-1, 0.5, Number.NaN, 2 ** 31, 2 ** 53, 10_001 * 8])
    writer.write(0, position, frameOf(0, 0))
  assert.equal(writer.refused, 6)
  assert.deepEqual((({ segments, durationMs }) => ({ segments, durationMs }))(await writer.finish()), {
    segments: 1,
    durationMs: 0,
  })
})

test('interop 40: recordingWriter() seals silence as time passes when nobody says anything', async () => {
  using at = bench()
  const { path, writer } = startRecording(at, identity(), { fsyncMs: 1_000 })
  await writer.ready
  const before = statSync(`${path}.part`).size
  for (let second = 0; second < 60; second++) {
    at.clock.advance(1_000)
    await new Promise(setImmediate)
  }
  const sealed = await writer.finish()
  assert.equal(sealed.durationMs, 60_000)
  assert.ok(sealed.bytes > before + 58 * 16_000)
  assert.equal(at.clock.timers, 0)
})

/** A disk that works until `allow` writes were made, and counts its syncs. */
function failingFs(allow: number): RecordingFs & { syncs: number } {
  let writes = 0
  const fs: RecordingFs & { syncs: number } = {
    ...nodeRecordingFs,
    syncs: 0,
    async create(path) {
      const file = await nodeRecordingFs.create(path)
      return {
        ...file,
        write: (bytes, position) =>
          ++writes > allow ? Promise.reject(new Error('ENOSPC')) : file.write(bytes, position),
        sync: () => {
          fs.syncs += 1
          return file.sync()
        },
      }
    },
  }
  return fs
}

test('interop 40: recordingWriter() tells once that the disk refused, and keeps what it sealed before', async () => {
  using at = bench()
  const failure = Promise.withResolvers<{ code: VaultErrorCode; sealed: SealedSummary }>()
  const owner = identity()
  const [header, dataKey] = [newRecordingHeader(owner, 0), at.keys.fresh(owner)]
  const path = `${at.dir}/r`
  const spec = { id: owner.recording, path, header, dataKey, fsyncMs: 1_000 }
  const writer = recordingWriter(spec, {
    clock: at.clock,
    random,
    fs: failingFs(3),
    onFailure: (code, sealed) => failure.resolve({ code, sealed }),
  })
  await speak(at.clock, writer, 400)
  const { code, sealed } = await failure.promise
  assert.equal(code, 'VAULT_WRITE_FAILED')
  assert.equal(sealed.bytes, statSync(`${path}.part`).size)
  assert.equal(
    sealed.sha256,
    createHash('sha256')
      .update(readFileSync(`${path}.part`))
      .digest('hex'),
  )
  assert.equal(sealed.segments, 2)
  assert.equal(sealed.durationMs, 2 * 1_024)
  writer.write(0, 0, frameOf(0, 0))
  await assert.rejects(writer.finish(), isCode('VAULT_WRITE_FAILED'))
  assert.equal(at.clock.timers, 0)
})

test('recordingWriter().ready rejects when the file is there already, and nothing of it is touched', async () => {
  using at = bench()
  const owner = identity()
  const first = startRecording(at, owner)
  await first.writer.ready
  const second = startRecording(at, owner)
  await assert.rejects(second.writer.ready, isCode('VAULT_WRITE_FAILED'))
  await assert.rejects(second.writer.finish(), isCode('VAULT_WRITE_FAILED'))
  await speak(at.clock, first.writer, 10)
  assert.equal((await first.writer.finish()).durationMs, 200)
})

test('recordingWriter() stops when the disk is a minute behind', async () => {
  using at = bench()
  const gate = Promise.withResolvers<void>()
  const failure = Promise.withResolvers<string>()
  const fs: RecordingFs = {
    ...nodeRecordingFs,
    create: async (path) => {
      const file = await nodeRecordingFs.create(path)
      return { ...file, write: (bytes, position) => gate.promise.then(() => file.write(bytes, position)) }
    },
  }
  const { writer } = startRecording(at, identity(), { fs, onFailure: (code) => failure.resolve(code) })
  await speak(at.clock, writer, 80 * 50)
  gate.resolve()
  assert.equal(await failure.promise, 'VAULT_OVERLOADED')
  await assert.rejects(writer.finish(), isCode('VAULT_OVERLOADED'))
})

test('recordingWriter() syncs every fsyncMs while it records', async () => {
  using at = bench()
  const fs = failingFs(Infinity)
  const { writer } = startRecording(at, identity(), { fs, fsyncMs: 5_000 })
  await speak(at.clock, writer, 20 * 50)
  await writer.finish()
  assert.equal(fs.syncs, 4 + 1, 'four in 20 s, and one at the end')
})

test('audioAt() tells the channels and their neighbours apart', () => {
  assert.ok(Array.from({ length: 1_000 }, (_, at) => audioAt(0, at) !== audioAt(1, at)).every(Boolean))
})

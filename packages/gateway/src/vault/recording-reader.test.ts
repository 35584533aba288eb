import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { parseWav } from '@voxkeep/wire/wav'
import { openRecording } from './recording-reader.ts'
import { openSealedObject } from './sealed-object.ts'
import { bench, gather, recorded, spoken, type Bench } from './test-keys.ts'

const frames = 260 // 5.2 s, five segments and a short one
const plain = spoken(frames * 160)

async function reader(at: Bench) {
  const { path, owner, sealed } = await recorded(at, frames)
  return openRecording(path, at.keys.open, { ...owner, state: 'sealed', segments: sealed.segments })
}

test('RecordingReader.read() gives any part, byte for byte', async () => {
  using at = bench()
  await using recording = await reader(at)
  assert.equal(recording.durationMs, frames * 20)
  assert.equal(recording.complete, true)
  const ms = fc.integer({ min: -100, max: frames * 20 + 100 })
  await fc.assert(
    fc.asyncProperty(ms, ms, async (from, to) => {
      const expected = plain.subarray(Math.max(0, from) * 16, Math.max(0, Math.max(from, to)) * 16)
      const read = await gather(recording.read(from, to))
      assert.deepEqual(read, to > from ? expected : new Uint8Array())
    }),
    { numRuns: 60 },
  )
})

test('RecordingReader.read() gives everything when asked for more than any recording has', async () => {
  using at = bench()
  await using recording = await reader(at)
  for (const toMs of [2 ** 28, 2 ** 31, Number.MAX_SAFE_INTEGER, Infinity])
    assert.deepEqual(await gather(recording.read(0, toMs)), plain)
})

test('RecordingReader.read() opens only the chunks that the part lies in', async () => {
  using at = bench()
  const { path, owner } = await recorded(at, frames)
  await using object = await openSealedObject(path, at.keys.open, owner)
  assert.equal(object.layout.chunks, 6)
  const chunk = await object.chunk(3)
  assert.deepEqual(chunk, plain.slice(3 * 16_384, 4 * 16_384))
})

test('WavExport.bytes() is a stereo WAV whose halves are what caller and app said', async () => {
  using at = bench()
  await using recording = await reader(at)
  for (const format of ['ulaw', 'pcm16'] as const) {
    const wav = recording.exportWav(1_000, 4_000, { format })
    const bytes = await gather(wav.bytes())
    assert.equal(bytes.length, wav.byteLength)
    const parsed = parseWav(bytes)
    assert.ok(!('error' in parsed))
    assert.deepEqual([parsed.format, parsed.sampleRateHz, parsed.channels], [format, 8_000, 2])
    const codes = plain.slice(16_000, 64_000)
    const expected =
      format === 'ulaw' ? codes : new Uint8Array(decodeUlaw(codes, new Int16Array(codes.length)).buffer)
    assert.ok(Buffer.from(parsed.data).equals(expected))
  }
})

test('WavExport.bytes() gives any range of the file, as HTTP asks for', async () => {
  using at = bench()
  await using recording = await reader(at)
  for (const format of ['ulaw', 'pcm16'] as const) {
    const wav = recording.exportWav(500, 5_000, { format })
    const whole = await gather(wav.bytes())
    const offset = fc.integer({ min: 0, max: wav.byteLength + 10 })
    await fc.assert(
      fc.asyncProperty(offset, offset, async (start, end) => {
        assert.ok(
          Buffer.from(await gather(wav.bytes(start, end))).equals(
            whole.subarray(start, Math.max(start, end)),
          ),
        )
      }),
      { numRuns: 60 },
    )
    for (const [start, end] of [
      [0, 1],
      [43, 60],
      [57, 61],
      [wav.byteLength - 1, wav.byteLength],
    ])
      assert.ok(Buffer.from(await gather(wav.bytes(start, end))).equals(whole.subarray(start, end)))
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseWav } from '@voxkeep/wire/wav'
import { recordingMarks, type RecordingMark } from './recording-marks.ts'
import { openRecording } from './recording-reader.ts'
import { skippedMs, skippedSpans } from './skipped-spans.ts'
import {
  bench,
  frameOf,
  gather,
  identity,
  sealedRecording,
  speak,
  spoken,
  startRecording,
} from './test-keys.ts'

const mark = (channel: 0 | 1, fromMs: number, toMs: number, why = 'skipped'): RecordingMark => ({
  channel,
  fromMs,
  toMs,
  kind: 'paused',
  why,
})

test('skippedSpans() are the pauses to be skipped that both channels have, and no other silence', () => {
  const both = (fromMs: number, toMs: number, why?: string) =>
    ([0, 1] as const).map((channel) => mark(channel, fromMs, toMs, why))
  const spans = skippedSpans([
    ...both(900, 1_000),
    ...both(100, 300),
    ...both(299, 400), // rounded outwards
    ...both(500, 600, 'paused'),
    mark(0, 700, 800),
    { ...mark(0, 1_200, 1_300), kind: 'redacted' },
    { ...mark(1, 1_200, 1_300), kind: 'redacted' },
  ])
  assert.deepEqual(spans, [
    { fromMs: 100, toMs: 400 },
    { fromMs: 900, toMs: 1_000 },
  ])
  assert.equal(skippedMs(spans), 400)
  assert.deepEqual(skippedSpans([]), [])
})

test('skippedSpans() of a recording with more pauses than marks are kept for take no speech along', () => {
  const marks = recordingMarks(4)
  for (const at of [0, 800, 1_600, 2_400])
    for (const channel of [0, 1] as const) marks.add(channel, at, at + 80, 'paused', 'skipped')
  assert.deepEqual(skippedSpans(marks.list(80_000)), [{ fromMs: 0, toMs: 10 }])
})

test('RecordingWriter.pause() that is to be skipped is silence in its place, and a mark that says so', async () => {
  using at = bench()
  const owner = identity()
  const { path, writer } = startRecording(at, owner)
  await writer.ready
  await speak(at.clock, writer, 50)
  writer.pause(true)
  for (let frame = 50; frame < 100; frame++) {
    at.clock.advance(20)
    for (const channel of [0, 1] as const) writer.write(channel, frame * 160, frameOf(channel, frame))
  }
  writer.resume()
  for (let frame = 100; frame < 150; frame++) {
    at.clock.advance(20)
    for (const channel of [0, 1] as const) writer.write(channel, frame * 160, frameOf(channel, frame))
  }
  const { marks, segments, durationMs } = await writer.finish()
  const skipped = skippedSpans(marks)
  assert.deepEqual([skipped, durationMs], [[{ fromMs: 1_000, toMs: 2_000 }], 3_000])
  await using recording = await openRecording(path, at.keys.open, { ...owner, state: 'sealed', segments })
  const plain = spoken(150 * 160)
  const whole = await gather(recording.exportWav(0, 3_000, { format: 'ulaw' }).bytes())
  const cut = await gather(recording.exportWav(0, 3_000, { format: 'ulaw', skipped }).bytes())
  const [all, left] = [whole, cut].map((bytes) => {
    const wav = parseWav(bytes)
    if ('error' in wav) return assert.fail(wav.error)
    return Buffer.from(wav.data)
  })
  assert.deepEqual([all?.length, left?.length], [48_000, 32_000])
  assert.ok(all?.subarray(16_000, 32_000).every((code) => code === 0xff)) // µ-law for silence
  assert.ok(left?.equals(Buffer.concat([plain.subarray(0, 16_000), plain.subarray(32_000, 48_000)])))
})

test('RecordingReader.exportWav() leaves out exactly what is skipped, on both channels alike, in any range', async () => {
  using at = bench()
  const { path, owner, sealed } = sealedRecording(at, 200)
  const { segments } = sealed
  await using recording = await openRecording(path, at.keys.open, { ...owner, state: 'sealed', segments })
  const whole = spoken(200 * 160)
  const gaps = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 0, maxLength: 8 })
  const from = fc.integer({ min: 0, max: 3_000 })
  await fc.assert(
    fc.asyncProperty(
      gaps,
      from,
      from,
      fc.constantFrom('ulaw' as const, 'pcm16' as const),
      async (lengths, a, b, format) => {
        let edge = 0
        const edges = lengths.map((length) => (edge += length))
        const skipped = edges.flatMap((fromMs, index) => {
          const toMs = edges[index + 1]
          return index % 2 === 0 && toMs !== undefined ? [{ fromMs, toMs }] : []
        })
        const [start, end] = [Math.min(a, b), Math.max(a, b) + 1]
        const wav = recording.exportWav(start, end, { format: 'ulaw', skipped })
        const expected = Buffer.concat(
          Array.from({ length: end - start }, (_, index) => start + index)
            .filter((ms) => !skipped.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs))
            .map((ms) => whole.subarray(ms * 16, ms * 16 + 16)),
        )
        const bytes = await gather(wav.bytes())
        assert.equal(bytes.length, wav.byteLength)
        assert.ok(Buffer.from(bytes.subarray(bytes.length - expected.length)).equals(expected))
        const other = recording.exportWav(start, end, { format, skipped })
        const all = await gather(other.bytes())
        const part = await gather(other.bytes(a, a + 777))
        assert.ok(Buffer.from(part).equals(Buffer.from(all.subarray(a, a + 777))))
      },
    ),
    { numRuns: 40 },
  )
})

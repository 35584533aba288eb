import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { recordingTimeline, samplesPerChunk } from './recording-timeline.ts'
import { audioAt } from './test-keys.ts'

const hold = 2_000

function timeline() {
  const chunks: Uint8Array[] = []
  return {
    chunks,
    line: recordingTimeline({
      lateSamples: hold,
      mask: 'silence',
      onChunk: (chunk) => chunks.push(chunk.slice()),
    }),
  }
}
const says = (channel: 0 | 1, from: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => audioAt(channel, from + at))

test('recordingTimeline() hands a chunk out once the newest audio is holdSamples past its end', () => {
  const { chunks, line } = timeline()
  line.write(0, samplesPerChunk + hold - 161, says(0, 0, 160))
  assert.equal(chunks.length, 0)
  line.write(0, samplesPerChunk + hold - 1, says(0, 0, 1))
  assert.equal(chunks.length, 1)
})

test('interop 40: recordingTimeline() is silent where nobody wrote', () => {
  const { chunks, line } = timeline()
  line.write(1, 10, Uint8Array.of(1, 2))
  const rest = line.finish(3 * samplesPerChunk + 1)
  assert.equal(chunks.length, 3)
  assert.deepEqual(rest, Uint8Array.of(0xff, 0xff))
  const expected = new Uint8Array(2 * samplesPerChunk).fill(0xff)
  expected.set([1, 0xff, 2], 21)
  assert.deepEqual(chunks[0], expected)
})

test('recordingTimeline() takes late audio up to the sealed chunk, and says when it came too late', () => {
  const { chunks, line } = timeline()
  line.write(0, 0, says(0, 0, 160))
  line.advance(samplesPerChunk + hold)
  assert.equal(line.write(0, 160, says(0, 160, 160)), false, 'sealed already')
  assert.equal(
    line.write(0, samplesPerChunk - 80, says(0, samplesPerChunk - 80, 160)),
    false,
    'the first half is lost',
  )
  assert.equal(line.write(0, samplesPerChunk + 80, says(0, samplesPerChunk + 80, 160)), true)
  const rest = line.finish(samplesPerChunk + 240)
  assert.deepEqual(
    rest.filter((_, at) => at % 2 === 0),
    says(0, samplesPerChunk, 240),
  )
  assert.ok(chunks[0]?.subarray(320).every((code) => code === 0xff))
})

test('recordingTimeline() keeps every sample in its place, whatever the order within the hold', () => {
  const writes = fc.array(
    fc.record({
      channel: fc.constantFrom<(0 | 1)[]>(0, 1),
      ahead: fc.integer({ min: -1_900, max: 20_000 }),
      length: fc.integer({ min: 0, max: 30_000 }),
    }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(writes, (writes) => {
      const { chunks, line } = timeline()
      const model = new Map<number, number>()
      let newest = 0
      for (const { channel, ahead, length } of writes) {
        const position = Math.max(0, newest + ahead)
        assert.equal(line.write(channel, position, says(channel, position, length)), true)
        for (let at = position; at < position + length; at++)
          model.set(2 * at + channel, audioAt(channel, at))
        newest = Math.max(newest, position + length)
      }
      const rest = line.finish(newest)
      const all = Buffer.concat([...chunks, rest])
      assert.equal(all.length, 2 * newest)
      assert.ok(all.every((code, at) => code === (model.get(at) ?? 0xff)))
    }),
    { numRuns: 60 },
  )
})

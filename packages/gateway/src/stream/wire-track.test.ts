import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tone } from './test-wire.ts'
import { wireTrack } from './wire-track.ts'

const ulaw = { encoding: 'ulaw', rateHz: 8_000 } as const

test('wireTrack() gives pieces of the length that was asked for, and the rest at the end', () => {
  const track = wireTrack({ form: ulaw, chunkMs: 60, fill: false })
  const audio = tone(140)
  const pieces = [0, 20, 40, 60, 80, 100, 120].flatMap(
    (ms) => track.push(audio.subarray(ms * 8, (ms + 20) * 8), ms) ?? [],
  )
  assert.deepEqual(pieces, [
    { bytes: audio.slice(0, 480), timestampMs: 0 },
    { bytes: audio.slice(480, 960), timestampMs: 60 },
  ])
  assert.deepEqual(track.flush(), { bytes: audio.slice(960), timestampMs: 120 })
  assert.equal(track.flush(), undefined)
})

test('C6: wireTrack() fills with silence what was lost, at most ten seconds of it', () => {
  const track = wireTrack({ form: ulaw, chunkMs: 0, fill: true })
  track.push(tone(20), 0)
  const after = track.push(tone(20), 60)
  assert.deepEqual(after, {
    bytes: Uint8Array.of(...new Uint8Array(320).fill(0xff), ...tone(20)),
    timestampMs: 20,
  })
  assert.equal(track.push(tone(20), 3_600_080)?.bytes.length, 10_000 * 8 + 160)
  assert.equal(track.push(tone(20), 3_600_100)?.bytes.length, 160)
})

test('wireTrack() leaves a hole a hole, where its wire has timestamps', () => {
  const track = wireTrack({ form: ulaw, chunkMs: 0, fill: false })
  track.push(tone(20), 0)
  assert.deepEqual(track.push(tone(20), 60), { bytes: tone(20), timestampMs: 60 })
})

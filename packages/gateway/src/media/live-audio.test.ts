import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { liveAudio } from './live-audio.ts'

const frame = (value: number) => new Uint8Array(160).fill(value)
const pulled = (live: ReturnType<typeof liveAudio>) => {
  const out = new Uint8Array(160)
  return live.pull(out) ? out : undefined
}

test('liveAudio() gives frames back in order, and nothing when there is none', () => {
  const live = liveAudio()
  assert.equal(pulled(live), undefined)
  live.push(frame(1), 0)
  live.push(frame(2), 0)
  assert.deepEqual([pulled(live), pulled(live), pulled(live)], [frame(1), frame(2), undefined])
})

test('liveAudio() lets the oldest go when more comes than fits', () => {
  const live = liveAudio()
  for (let i = 0; i < 10; i += 1) live.push(frame(i), 0)
  assert.equal(live.frames, 6)
  assert.equal(live.dropped, 4)
  assert.deepEqual(pulled(live), frame(4))
})

test('interop 37: liveAudio() works off what piled up, so that the delay does not stay', () => {
  const live = liveAudio()
  for (let i = 0; i < 5; i += 1) live.push(frame(i), 0)
  for (let i = 0; i < 300; i += 1) {
    live.push(frame(i), 0)
    pulled(live)
  }
  assert.equal(live.frames, 0)
  assert.equal(live.dropped, 5)
})

test('liveAudio() drops nothing of audio that comes and goes at one pace', () => {
  const live = liveAudio()
  for (let i = 0; i < 1_000; i += 1) {
    live.push(frame(i), 0)
    assert.deepEqual(pulled(live), frame(i & 0xff))
  }
  assert.equal(live.dropped, 0)
})

test('liveAudio() conceals a frame or three, and leaves longer holes', () => {
  const tone = encodeUlaw(
    Int16Array.from({ length: 160 }, (_, i) => 8_000 * Math.sin(i / 4)),
    new Uint8Array(160),
  )
  for (const [lost, expected] of [
    [1, 2],
    [3, 4],
    [4, 1],
    [100, 1],
  ] as const) {
    const live = liveAudio()
    live.push(tone, 0)
    pulled(live)
    live.push(tone, lost)
    assert.equal(live.frames, expected)
    if (lost === 1) assert.ok(new Set(pulled(live)).size > 10, 'the hole sounds like what was before it')
  }
})

test('liveAudio() forgets what waits when it is cleared', () => {
  const live = liveAudio()
  live.push(frame(1), 0)
  live.clear()
  assert.equal(pulled(live), undefined)
})

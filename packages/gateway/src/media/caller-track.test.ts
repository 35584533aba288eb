import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { callerTrack } from './caller-track.ts'

const silence = 0xff

function track(lagMs = 100) {
  const frames: { at: number; first: number; last: number; length: number }[] = []
  const caller = callerTrack({
    epochMs: 0,
    lagMs,
    emit: (ulaw, at) => {
      frames.push({ at, first: ulaw[0] ?? -1, last: ulaw.at(-1) ?? -1, length: ulaw.length })
    },
  })
  return { caller, frames }
}
const audio = (value: number, samples = 160) => new Uint8Array(samples).fill(value)

test('C5, C7: callerTrack() passes 20 ms packets on as they are, each 160 samples after the last', () => {
  const { caller, frames } = track()
  for (let i = 0; i < 5; i += 1) caller.push(1_000 + 160 * i, audio(i), 40 + 20 * i)
  assert.deepEqual(
    frames.map(({ at, first }) => [at, first]),
    [
      [160, 0],
      [320, 1],
      [480, 2],
      [640, 3],
      [800, 4],
    ],
  )
})

test('C6: callerTrack() leaves a step of the lost time, and never shifts what follows', () => {
  const { caller, frames } = track()
  caller.push(0, audio(1), 20)
  caller.push(480, audio(2), 80)
  caller.push(640, audio(3), 100)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 480, 640],
  )
})

test('C10, interop 16: callerTrack() goes on with silence at real time while the caller sends nothing', () => {
  const { caller, frames } = track(100)
  caller.push(0, audio(1), 20)
  for (let ms = 40; ms <= 1_020; ms += 20) caller.fill(ms)
  assert.equal(frames.length, 1 + 45)
  assert.ok(frames.slice(1).every(({ first, last }) => first === silence && last === silence))
  assert.deepEqual(
    frames.map(({ at }) => at),
    frames.map((_, i) => 160 * i),
  )
  caller.push(8_000, audio(2), 1_040)
  assert.deepEqual(frames.at(-1), { at: 8_000, first: 2, last: 2, length: 160 })
})

test('C14: callerTrack() gives silence at once to a stream whose caller has not begun', () => {
  const { caller, frames } = track(100)
  caller.fill(20)
  caller.fill(40)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 160],
  )
})

test('C7, interop 16: callerTrack() makes 20 ms frames of packets of any length', () => {
  fc.assert(
    fc.property(fc.constantFrom(80, 240, 320, 480), fc.integer({ min: 1, max: 40 }), (samples, packets) => {
      const { caller, frames } = track()
      for (let i = 0; i < packets; i += 1) {
        caller.push(i * samples, audio(i + 1, samples), ((i + 1) * samples) / 8)
      }
      assert.equal(frames.length, Math.floor((samples * packets) / 160))
      frames.forEach((frame, i) => {
        assert.equal(frame.length, 160)
        assert.equal(frame.at, 160 * i)
        assert.equal(frame.first, Math.floor((160 * i) / samples) + 1)
      })
    }),
  )
})

test('callerTrack() keeps what is late by a little: a slow clock costs no audio', () => {
  const { caller, frames } = track(100)
  caller.push(0, audio(1), 20)
  caller.fill(160) // overdue by more than the lag: two frames of silence
  caller.push(160, audio(2), 165)
  assert.deepEqual(
    frames.map(({ first }) => first),
    [1, silence, silence, 2],
  )
  caller.push(320, audio(3), 185)
  assert.deepEqual(frames.at(-1), { at: 640, first: 3, last: 3, length: 160 })
})

test('callerTrack() drops what comes after a stall when its time has passed', () => {
  const { caller, frames } = track(100)
  caller.push(0, audio(1), 20)
  for (let ms = 40; ms <= 520; ms += 20) caller.fill(ms)
  for (let i = 1; i <= 25; i += 1) caller.push(160 * i, audio(2), 525) // the burst of the stall
  assert.ok(caller.dropped > 15)
  caller.push(160 * 26, audio(3), 541)
  const last = frames.at(-1)
  assert.equal(last?.first, 3)
  // 26 × 20 ms after the first packet's place, give or take the 60 ms that late audio may be kept for.
  assert.ok(last !== undefined && last.at >= 26 * 160 && last.at <= 29 * 160)
})

test('callerTrack() places a new source by its arrival', () => {
  const { caller, frames } = track()
  caller.push(1_000_000, audio(1), 20)
  caller.restart()
  caller.push(77, audio(2), 60)
  assert.deepEqual(frames.at(-1), { at: 320, first: 2, last: 2, length: 160 })
})

test('callerTrack() follows a clock that jumped ahead or back', () => {
  const { caller, frames } = track()
  caller.push(0, audio(1), 20)
  caller.push(10_000_000, audio(2), 40)
  assert.deepEqual(frames.at(-1), { at: 160, first: 2, last: 2, length: 160 })
  for (let i = 0; i < 30; i += 1) caller.push(i * 160, audio(3), 60 + 20 * i)
  assert.equal(frames.at(-1)?.first, 3)
})

test('callerTrack() bounds the lead of a caller whose clock runs fast', () => {
  const { caller, frames } = track()
  for (let i = 0; i < 50_000; i += 1) caller.push(160 * i, audio(1), 20 * i * 0.999) // 1000 ppm
  const last = frames.at(-1)
  assert.ok(last !== undefined && last.at - 50_000 * 20 * 0.999 * 8 <= 200 * 8 + 160)
  assert.ok(caller.dropped > 0)
})

/** A caller whose first packet came 18 ms late, and who speaks without a pause until `pausesAt`. */
function lateBeginner(pausesAt: number) {
  const { caller, frames } = track()
  for (let i = 0; i < 800; i += 1) {
    const isPause = i === pausesAt
    caller.push(160 * i, audio(isPause ? silence : 0x20), 20 * i + (i === 0 ? 38 : 20))
  }
  return { caller, frames }
}

test('callerTrack() puts a late beginning right in a pause, where no word loses a syllable', () => {
  const { caller, frames } = lateBeginner(300)
  assert.equal(caller.dropped, 1)
  assert.equal(frames.length, 799)
  assert.ok(
    frames.every(({ first }) => first === 0x20),
    'the frame that was let go was the pause',
  )
})

test('callerTrack() waits ten seconds for a pause, and no longer', () => {
  const { caller, frames } = lateBeginner(-1)
  assert.equal(caller.dropped, 1)
  const [before, after] = [frames[540], frames[560]]
  assert.equal((after?.at ?? 0) - (before?.at ?? 0), 20 * 160)
  assert.equal(frames.length, 799)
})

test('C4: callerTrack() positions never step back, whatever comes', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('push' as const),
      timestamp: fc.integer({ min: -10_000_000, max: 10_000_000 }),
      samples: fc.integer({ min: 0, max: 700 }),
    }),
    fc.record({ kind: fc.constant('next' as const), samples: fc.constantFrom(80, 160, 240) }),
    fc.record({ kind: fc.constantFrom('fill' as const, 'restart' as const) }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat(300)), { maxLength: 80 }), (steps) => {
      const { caller, frames } = track()
      let nowMs = 0
      let timestamp = 0
      for (const [step, waitMs] of steps) {
        nowMs += waitMs
        if (step.kind === 'push') caller.push(step.timestamp, audio(1, step.samples), nowMs)
        else if (step.kind === 'next') caller.push((timestamp += step.samples), audio(1, step.samples), nowMs)
        else if (step.kind === 'fill') caller.fill(nowMs)
        else caller.restart()
      }
      frames.forEach((frame, i) => {
        assert.equal(frame.length, 160)
        assert.ok(i === 0 || frame.at >= (frames[i - 1]?.at ?? 0) + 160)
      })
    }),
  )
})

describe('companions of frames', () => {
  /** Frames, with the first and last sample of their companion. */
  function wideTrack() {
    const frames: { at: number; first: number | undefined; last: number | undefined }[] = []
    const caller = callerTrack({
      epochMs: 0,
      lagMs: 100,
      emit: (_, at, wide) => {
        assert.ok(wide === undefined || wide.length === 320)
        frames.push({ at: at / 160, first: wide?.[0], last: wide?.at(-1) })
      },
    })
    return { caller, frames }
  }
  const wide = (value: number, samples = 320) => new Int16Array(samples).fill(value)

  test('callerTrack() hands a companion on with its frame, whatever the length of packets', () => {
    const { caller, frames } = wideTrack()
    caller.push(0, audio(1), 20, wide(1))
    caller.push(160, audio(2, 320), 60, wide(2, 640))
    caller.push(480, audio(3, 80), 70, wide(3, 160))
    caller.push(560, audio(4, 80), 80, wide(4, 160))
    assert.deepEqual(frames, [
      { at: 0, first: 1, last: 1 },
      { at: 1, first: 2, last: 2 },
      { at: 2, first: 2, last: 2 },
      { at: 3, first: 3, last: 4 },
    ])
  })

  test('callerTrack() gives none to a frame of which some had none, and none to silence of its own', () => {
    const { caller, frames } = wideTrack()
    caller.push(0, audio(1), 20)
    caller.push(160, audio(1, 80), 30, wide(1, 160))
    caller.push(240, audio(1, 80), 40)
    caller.push(320, audio(1, 80), 50)
    caller.push(400, audio(1, 80), 60, wide(1, 160))
    caller.push(480, audio(1, 80), 70, wide(1, 160))
    caller.push(960, audio(1), 140, wide(1)) // the rest of the frame before was lost
    for (let ms = 160; ms <= 300; ms += 20) caller.fill(ms)
    assert.ok(frames.length > 6)
    assert.deepEqual([frames[4]?.first, frames[4]?.last], [1, 1])
    assert.equal(frames.filter(({ first }) => first === 1).length, 1)
  })
})

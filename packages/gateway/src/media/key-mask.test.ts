import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { keyMask } from './key-mask.ts'
import { loudestTone } from './test-secure.ts'

const loud = (length = 160) => Uint8Array.from({ length }, (_, i) => (i % 2 === 0 ? 0x10 : 0x90))

/** Frames of loud audio from position 0 on, as they come out. */
function through(mask: ReturnType<typeof keyMask>, frames: number): Uint8Array {
  const out = loud(frames * 160)
  for (let at = 0; at < out.length; at += 160) mask.apply(out.subarray(at, at + 160), at)
  return out
}

test('keyMask() leaves nothing inside a stretch, fades within 2 ms outside, and touches no other bit', () => {
  const mask = keyMask('silence')
  mask.hide(200, 500)
  const out = through(mask, 5)
  assert.ok(out.subarray(200, 500).every((code) => code === ULAW_SILENCE))
  assert.deepEqual(out.subarray(0, 184), loud(800).subarray(0, 184))
  assert.deepEqual(out.subarray(516), loud(800).subarray(516))
  const steps = [...out.subarray(184, 200)].map((code) => ~code & 0x7f)
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => b - a),
  ) // ever softer
  assert.ok((steps[0] ?? 0) > (steps[15] ?? 0))
})

test('keyMask() lets no chirp through between two stretches', () => {
  const mask = keyMask('silence')
  mask.hide(0, 200)
  mask.hide(340, 500)
  assert.ok(through(mask, 3).every((code) => code === ULAW_SILENCE))
})

test('keyMask() hides what grows while frames pass', () => {
  const mask = keyMask('silence')
  mask.hide(0, 320)
  const first = loud()
  mask.apply(first, 0)
  mask.hide(160, 480)
  const [second, third] = [loud(), loud()]
  mask.apply(second, 160)
  mask.apply(third, 320)
  for (const frame of [first, second, third]) assert.ok(frame.every((code) => code === ULAW_SILENCE))
})

test('keyMask() puts a beep in a key’s place that has none of the eight tones in it', () => {
  const mask = keyMask('beep')
  mask.hide(160, 1_120)
  const out = through(mask, 8)
  const inside = out.subarray(160, 1_120)
  assert.ok(inside.some((code) => (~code & 0x7f) > 0x20))
  assert.ok(loudestTone(inside.slice(80, -80)) < -45)
})

test('keyMask() goes on hiding what it hides when something else is to take its place', () => {
  const mask = keyMask('beep')
  mask.hide(0, 320)
  mask.turn('silence')
  assert.ok(through(mask, 2).every((code) => code === ULAW_SILENCE))
})

test('keyMask() hides everything that it was told to, whatever it was told', () => {
  const stretch = fc.record({ from: fc.integer({ min: -500, max: 2_000 }), length: fc.nat(700) })
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), (stretches) => {
      const mask = keyMask('silence')
      for (const { from, length } of stretches) mask.hide(from, from + length)
      const out = through(mask, 10)
      for (const { from, length } of stretches)
        assert.ok(out.subarray(Math.max(0, from), Math.max(0, from + length)).every((code) => code === 0xff))
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { plc } from './plc.ts'

/** A voiced sound: a fundamental of 125 Hz and its harmonics. */
function voice(from: number, length = 160): Int16Array {
  return Int16Array.from({ length }, (_, i) => {
    const phase = (2 * Math.PI * 125 * (from + i)) / 8_000
    return Math.round(6_000 * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(5 * phase)))
  })
}

function errorDb(heard: Int16Array, meant: Int16Array): number {
  let error = 0
  let power = 0
  meant.forEach((sample, i) => {
    error += (sample - (heard[i] ?? 0)) ** 2
    power += sample ** 2
  })
  return 10 * Math.log10(error / power)
}

const loudness = (samples: Int16Array): number => Math.max(...samples.map(Math.abs))

function heardVoice(frames: number): ReturnType<typeof plc> {
  const concealer = plc()
  for (let n = 0; n < frames; n += 1) concealer.good(voice(n * 160))
  return concealer
}

test('plc() goes on with a voice: the first 10 ms are near what was lost', () => {
  const concealer = heardVoice(5)
  const out = new Int16Array(160)
  concealer.conceal(out)
  assert.ok(errorDb(out.subarray(0, 80), voice(5 * 160, 80)) < -20)
})

test('plc() fades to silence within 60 ms', () => {
  const concealer = heardVoice(5)
  const loud = [1, 2, 3, 4].map(() => {
    const out = new Int16Array(160)
    concealer.conceal(out)
    return loudness(out)
  })
  assert.ok((loud[0] ?? 0) > (loud[1] ?? 0) && (loud[1] ?? 0) > (loud[2] ?? 0))
  assert.equal(loud[3], 0)
})

test('good() blends the first frame after a loss, so that there is no click', () => {
  const concealer = heardVoice(5)
  const out = new Int16Array(160)
  concealer.conceal(out)
  const next = voice(6 * 160)
  const steepest = Math.max(...next.map((sample, i) => Math.abs(sample - (next[i - 1] ?? sample))))
  concealer.good(next)
  assert.ok(Math.abs((next[0] ?? 0) - (out[159] ?? 0)) <= 2 * steepest)
  assert.deepEqual(next.slice(32), voice(6 * 160).slice(32))
})

test('good() leaves a frame alone when nothing was lost', () => {
  const concealer = plc()
  const frame = voice(0)
  concealer.good(frame)
  assert.deepEqual(frame, voice(0))
})

test('plc() conceals silence with silence, before anything was heard too', () => {
  const out = voice(0)
  plc().conceal(out)
  assert.equal(loudness(out), 0)
})

test('plc() survives any frames of any length', () => {
  const step = fc.tuple(fc.boolean(), fc.int16Array({ maxLength: 700 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const concealer = plc()
      for (const [lost, frame] of steps) {
        if (lost) concealer.conceal(frame)
        else concealer.good(frame)
      }
    }),
  )
})

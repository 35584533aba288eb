import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { g722Decoder, g722Encoder } from './index.ts'

interface Case {
  readonly name: string
  readonly samples?: string
  readonly encoded: string
  readonly decoded: string
}
const file = new URL('../../../../spec/vectors/g722/ffmpeg-5.1.9.json', import.meta.url)
const { source, cases } = JSON.parse(readFileSync(file, 'utf8')) as { source: string; cases: Case[] }

/** Little-endian, whatever the machine. */
function samplesOf(base64: string): Int16Array {
  const bytes = Uint8Array.fromBase64(base64)
  const view = new DataView(bytes.buffer)
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true))
}

for (const { name, samples, encoded, decoded } of cases) {
  const codes = Uint8Array.fromBase64(encoded)
  test(`g722Decoder() matches, bit for bit, ${source.split(',')[0]}: ${name}`, () => {
    assert.deepEqual(g722Decoder().decode(codes, new Int16Array(codes.length * 2)), samplesOf(decoded))
  })
  if (samples === undefined) continue
  test(`g722Encoder() matches, bit for bit, ${source.split(',')[0]}: ${name}`, () => {
    assert.deepEqual(g722Encoder().encode(samplesOf(samples), new Uint8Array(codes.length)), codes)
  })
}

/** Signal-to-noise ratio of `heard` against `said`, `delay` samples earlier, in dB. */
function snrDb(said: Int16Array, heard: Int16Array, delay: number): number {
  let [signal, noise] = [0, 0]
  for (let i = 1_000; i + delay < heard.length; i += 1) {
    const sample = said[i] ?? 0
    signal += sample ** 2
    noise += ((heard[i + delay] ?? 0) - sample) ** 2
  }
  return 10 * Math.log10(signal / noise)
}

const tone = (hz: number) =>
  Int16Array.from({ length: 16_000 }, (_, i) => 8_000 * Math.sin((2 * Math.PI * hz * i) / 16_000))

test('g722Decoder() undoes g722Encoder() but for quantization and the 22 samples of its filters', () => {
  for (const hz of [300, 1_000, 3_000]) {
    const codes = g722Encoder().encode(tone(hz), new Uint8Array(8_000))
    const ratio = snrDb(tone(hz), g722Decoder().decode(codes, new Int16Array(16_000)), 22)
    assert.ok(ratio > 30, `${hz} Hz: ${ratio} dB`)
  }
})

test('g722Encoder() and g722Decoder() do the same in pieces as at once', () => {
  const said = tone(700)
  const whole = g722Encoder().encode(said, new Uint8Array(8_000))
  const encoder = g722Encoder()
  const decoder = g722Decoder()
  const heard = g722Decoder().decode(whole, new Int16Array(16_000))
  let at = 0
  for (const bytes of [80, 160, 161, 480, 1, 7, 3_000]) {
    const codes = encoder.encode(said.subarray(2 * at, 2 * (at + bytes)), new Uint8Array(bytes))
    assert.deepEqual(codes, whole.subarray(at, at + bytes))
    const samples = decoder.decode(codes, new Int16Array(2 * bytes))
    assert.deepEqual(samples, heard.subarray(2 * at, 2 * (at + bytes)))
    at += bytes
  }
})

test('g722Encoder() leaves an odd last sample out, and both write no more than there is room for', () => {
  assert.equal(g722Encoder().encode(new Int16Array(5), new Uint8Array(10)).length, 2)
  assert.equal(g722Encoder().encode(new Int16Array(320), new Uint8Array(10)).length, 10)
  assert.equal(g722Decoder().decode(new Uint8Array(160), new Int16Array(9)).length, 8)
})

test('g722Decoder() takes any bytes, and g722Encoder() any samples, and both stay in step', () => {
  const anySamples = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 700 })
  fc.assert(
    fc.property(anySamples, fc.uint8Array({ maxLength: 400 }), (values, codes) => {
      const samples = Int16Array.from(values)
      g722Encoder().encode(samples, new Uint8Array(samples.length >> 1))
      const decoder = g722Decoder()
      const out = decoder.decode(codes, new Int16Array(codes.length * 2))
      assert.equal(out.length, codes.length * 2)
      // After whatever it was, silence comes out as near silence again.
      const silent = g722Encoder().encode(new Int16Array(32_000), new Uint8Array(16_000))
      const after = decoder.decode(silent, new Int16Array(32_000)).subarray(-320)
      assert.ok(after.every((sample) => Math.abs(sample) < 200))
    }),
    { numRuns: 20 },
  )
})

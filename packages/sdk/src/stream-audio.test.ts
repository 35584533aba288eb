import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { audioIn, audioOut, decode, durationMs, encode } from './stream-audio.ts'

const telephone = { encoding: 'ulaw', rateHz: 8_000 } as const
const wide = { encoding: 'l16', rateHz: 24_000 } as const
const samples = Int16Array.from({ length: 480 }, (_, index) => Math.round(9_000 * Math.sin(index / 9)))

test('decode() undoes encode() of 16-bit samples', () => {
  fc.assert(
    fc.property(fc.int16Array(), (each) => assert.deepEqual(decode(encode(each, 'l16'), 'l16'), each)),
  )
})

test('encode() writes 16 bits little-endian', () => {
  assert.deepEqual(encode(Int16Array.of(0x1234, -2), 'l16'), Uint8Array.of(0x34, 0x12, 0xfe, 0xff))
})

test('audioOut() sends bytes of the wire’s own kind unchanged, and a frame as it came', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const out = audioOut(telephone, 24_000)
  assert.equal(out.convert(bytes, {}), bytes)
  assert.equal(out.convert(bytes, { encoding: 'ulaw' }), bytes)
  const frame = {
    track: 'inbound',
    timestampMs: 0,
    pcm: samples,
    rateHz: 24_000,
    bytes,
    encoding: 'ulaw',
  } as const
  assert.equal(out.convert(frame, {}), bytes)
})

test('audioOut() brings samples to the wire’s rate', () => {
  assert.equal(audioOut(telephone, 24_000).convert(samples, {}).length, 160)
  assert.equal(audioOut(wide, 24_000).convert(samples, {}).length, 960)
  assert.equal(
    audioOut(telephone, 8_000).convert(encode(samples, 'l16'), { encoding: 'l16', rateHz: 48_000 }).length,
    80,
  )
})

test('audioOut() joins samples that were cut in half', () => {
  const bytes = encode(samples, 'l16')
  const out = audioOut(wide, 24_000)
  const parts = [bytes.subarray(0, 101), bytes.subarray(101, 102), bytes.subarray(102)].flatMap((part) => [
    ...out.convert(part, { encoding: 'l16' }),
  ])
  assert.deepEqual(Uint8Array.from(parts), bytes)
})

test('audioOut() forgets half a sample when it starts anew', () => {
  const out = audioOut(wide, 24_000)
  out.convert(Uint8Array.of(1), {})
  out.restart()
  assert.deepEqual(out.convert(Uint8Array.of(2, 3), {}), Uint8Array.of(2, 3))
})

test('audioIn() brings the wire’s bytes to the rate asked for', () => {
  assert.equal(audioIn(telephone, 24_000)(new Uint8Array(160)).length, 480)
  assert.deepEqual(audioIn(wide, 24_000)(encode(samples, 'l16')), samples)
})

test('durationMs() knows how long bytes sound', () => {
  assert.equal(durationMs(160, telephone), 20)
  assert.equal(durationMs(960, wide), 20)
})

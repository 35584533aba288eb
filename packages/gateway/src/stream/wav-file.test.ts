import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import { serializeWav, type Wav } from '@voxkeep/wire/wav'
import * as fc from 'fast-check'
import { tone } from './test-wire.ts'
import { wavAudio } from './wav-file.ts'

const file = (more: Partial<Wav>) =>
  serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(320), ...more })
const linear = (codes: Uint8Array) => decodeUlaw(codes, new Int16Array(codes.length))
const bytes = (samples: Int16Array) => new Uint8Array(samples.buffer, 0, samples.byteLength)

/** A tone of 500 Hz at any rate, the same in each channel. */
function samplesAt(rateHz: number, channels: number, ms = 200): Int16Array {
  return Int16Array.from({ length: (ms * rateHz * channels) / 1_000 }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 500 * Math.floor(i / channels)) / rateHz)),
  )
}

/** Level of what was said, once the filters are full. */
function levelOf(ulaw: Uint8Array): number {
  const steady = linear(ulaw).subarray(160)
  return Math.sqrt(steady.reduce((sum, sample) => sum + sample ** 2, 0) / steady.length)
}

test('wavAudio() reads what telephone software writes, at every rate, as loud as it is', () => {
  for (const sampleRateHz of [8_000, 16_000, 24_000, 48_000])
    for (const channels of [1, 2]) {
      const said = wavAudio(
        file({ sampleRateHz, channels, data: bytes(samplesAt(sampleRateHz, channels)) }),
        false,
      )
      assert.ok(said)
      assert.equal(said.ulaw.length, 1_600)
      assert.ok(Math.abs(levelOf(said.ulaw) - 8_000 / Math.SQRT2) < 150, `${sampleRateHz} ${channels}`)
      assert.equal(said.wide, undefined)
    }
  assert.deepEqual(wavAudio(file({ format: 'ulaw', data: tone(20) }), false)?.ulaw, tone(20))
  const alaw = ulawToAlaw(tone(20), new Uint8Array(160))
  const back = linear(wavAudio(file({ format: 'alaw', data: alaw }), false)?.ulaw ?? new Uint8Array(160))
  assert.ok(linear(tone(20)).every((sample, i) => Math.abs(sample - (back[i] ?? 0)) <= 512))
})

test('wavAudio() keeps what is above the telephone’s band for somebody who hears it', () => {
  const data = bytes(samplesAt(24_000, 1))
  assert.equal(wavAudio(file({ sampleRateHz: 24_000, data }), true)?.wide?.length, 3_200)
})

test('wavAudio() converts no more than ten seconds at 24 kHz, whatever the file claims, and no other rates or forms', () => {
  const longest = new Uint8Array(480_000)
  assert.ok(wavAudio(file({ sampleRateHz: 24_000, data: longest }), false))
  for (const more of [
    { data: new Uint8Array(480_002) },
    { format: 'ulaw', data: new Uint8Array(240_001) },
    { format: 'ulaw', sampleRateHz: 4_000 },
    { sampleRateHz: 22_050 },
    { sampleRateHz: 7_999 },
    { sampleRateHz: 96_000 },
    { channels: 6, data: new Uint8Array(240) },
    { format: 'pcm24', data: new Uint8Array(300) },
  ] as const)
    assert.equal(wavAudio(file(more), false), undefined, JSON.stringify({ ...more, data: 0 }))
})

test('wavAudio() never throws, whatever the bytes, and copies what it was lent', () => {
  const head = file({ data: new Uint8Array(0) })
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat({ max: head.length }),
      fc.boolean(),
      (any, keep, wide) => {
        wavAudio(Buffer.concat([head.subarray(0, keep), any]), wide)
      },
    ),
  )
  const lent = Buffer.from(file({ format: 'ulaw', data: tone(20) }))
  const said = wavAudio(lent, false)
  lent.fill(0)
  assert.deepEqual(said?.ulaw, tone(20))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bytesPerSample, type Wav, type WavFormat } from './format.ts'
import { parseWav, serializeWav, toMono8k, wavHeader } from './index.ts'

const formats: readonly WavFormat[] = ['pcm16', 'ulaw', 'alaw', 'float32', 'pcm8', 'pcm24']

const wav: fc.Arbitrary<Wav> = fc
  .tuple(
    fc.constantFrom(...formats),
    fc.integer({ min: 4_000, max: 384_000 }),
    fc.integer({ min: 1, max: 8 }),
    fc.nat({ max: 20 }),
  )
  .chain(([format, sampleRateHz, channels, frames]) => {
    const length = frames * channels * bytesPerSample[format]
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data) => ({ format, sampleRateHz, channels, data }))
  })

test('parseWav() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseWav(bytes)))
})

test('parseWav() and toMono8k() never throw, whatever byte of a file changed', () => {
  fc.assert(
    fc.property(wav, fc.nat(), fc.nat({ max: 255 }), (file, at, byte) => {
      const bytes = serializeWav(file)
      bytes[at % Math.min(bytes.length, 60)] = byte
      const parsed = parseWav(bytes)
      if (!('error' in parsed)) toMono8k(parsed)
    }),
  )
})

test('parseWav() undoes serializeWav()', () => {
  fc.assert(fc.property(wav, (file) => assert.deepEqual(parseWav(serializeWav(file)), file)))
})

test('parseWav() skips chunks it does not know, and their padding', () => {
  const file = serializeWav({ format: 'ulaw', sampleRateHz: 8_000, channels: 1, data: Uint8Array.of(1, 2) })
  const list = Uint8Array.of(76, 73, 83, 84, 3, 0, 0, 0, 9, 9, 9, 0)
  const bytes = new Uint8Array([...file.subarray(0, 12), ...list, ...file.subarray(12)])
  const parsed = parseWav(bytes)
  assert.ok(!('error' in parsed))
  assert.deepEqual(parsed.data, Uint8Array.of(1, 2))
})

test('parseWav() takes a data chunk of unknown or false length to the end, in whole frames', () => {
  for (const size of [0xffffffff, 1_000_000]) {
    const data = new Uint8Array(9)
    const file = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 2, data }).slice(0, 44 + 9)
    new DataView(file.buffer).setUint32(40, size, true)
    const parsed = parseWav(file)
    assert.ok(!('error' in parsed))
    assert.equal(parsed.data.length, 8)
  }
})

test('parseWav() reads the real format of WAVE_FORMAT_EXTENSIBLE', () => {
  const plain = serializeWav({ format: 'pcm24', sampleRateHz: 48_000, channels: 1, data: new Uint8Array(3) })
  const format = new Uint8Array(48)
  format.set(plain.subarray(12, 36))
  const view = new DataView(format.buffer)
  view.setUint32(4, 40, true)
  view.setUint16(8, 0xfffe, true)
  view.setUint16(24, 22, true)
  view.setUint16(32, 1, true)
  const parsed = parseWav(new Uint8Array([...plain.subarray(0, 12), ...format, ...plain.subarray(36)]))
  assert.ok(!('error' in parsed))
  assert.deepEqual([parsed.format, parsed.data.length], ['pcm24', 3])
})

test('parseWav() says what is wrong', () => {
  const good = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(2) })
  const changed = (at: number, value: number): Uint8Array => {
    const copy = good.slice()
    new DataView(copy.buffer).setUint16(at, value, true)
    return copy
  }
  const errors = [
    new Uint8Array(3),
    good.subarray(0, 12),
    good.subarray(0, 36),
    changed(20, 85), // MP3
    changed(22, 0), // channels
    changed(24, 100), // sample rate
    changed(34, 12), // bits
  ].map((bytes) => parseWav(bytes))
  assert.deepEqual(
    errors.map((parsed) => ('error' in parsed ? parsed.error : 'parsed')),
    [
      'not-wav',
      'no-format',
      'no-data',
      'unsupported-format',
      'unsupported-format',
      'unsupported-format',
      'unsupported-format',
    ],
  )
})

test('interop 40: wavHeader() stops at what its 32-bit sizes can say', () => {
  const header = wavHeader({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, dataBytes: 2 ** 33 })
  const view = new DataView(header.buffer)
  assert.deepEqual([view.getUint32(4, true), view.getUint32(40, true)], [0xffffffff, 0xffffffff])
})

/** A sine in `format`, and how far `toMono8k` of it is from the sine at 8 kHz, in dB of the sine. */
function errorDb(
  format: 'pcm16' | 'float32',
  sampleRateHz: number,
  frequencyHz: number,
  channels = 1,
): number {
  const frames = Math.floor(sampleRateHz / 2)
  const sine = (i: number, rateHz: number): number => 0.5 * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz)
  const data = new Uint8Array(frames * channels * bytesPerSample[format])
  const view = new DataView(data.buffer)
  for (let i = 0; i < frames * channels; i += 1) {
    const sample = sine(Math.floor(i / channels), sampleRateHz)
    if (format === 'pcm16') view.setInt16(2 * i, Math.round(sample * 0x8000), true)
    else view.setFloat32(4 * i, sample, true)
  }
  const mono = toMono8k({ format, sampleRateHz, channels, data })
  let error = 0
  let power = 0
  for (let i = 200; i < mono.length - 200; i += 1) {
    error += ((mono[i] ?? 0) / 0x8000 - sine(i, 8_000)) ** 2
    power += sine(i, 8_000) ** 2
  }
  return 10 * Math.log10(error / power)
}

for (const sampleRateHz of [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]) {
  test(`toMono8k() keeps a 1 kHz and a 3.3 kHz tone of ${sampleRateHz} Hz to 60 dB`, () => {
    assert.ok(errorDb('pcm16', sampleRateHz, 1_000) < -60)
    assert.ok(errorDb('float32', sampleRateHz, 3_300, 2) < -60)
  })
}

test('toMono8k() takes out what 8 kHz cannot carry, by 60 dB', () => {
  for (const sampleRateHz of [16_000, 44_100, 48_000]) {
    const frames = Math.floor(sampleRateHz / 2)
    const data = new Uint8Array(frames * 2)
    const view = new DataView(data.buffer)
    for (let i = 0; i < frames; i += 1) {
      view.setInt16(2 * i, Math.round(16_384 * Math.sin((2 * Math.PI * 5_000 * i) / sampleRateHz)), true)
    }
    const heard = toMono8k({ format: 'pcm16', sampleRateHz, channels: 1, data }).slice(200, -200)
    assert.ok(Math.max(...heard.map(Math.abs)) <= 16, `${sampleRateHz} Hz`)
  }
})

test('toMono8k() reads every format at full scale, and mixes channels', () => {
  assert.equal(one('pcm8', [0]), -0x8000)
  assert.equal(one('pcm16', [0, 0x80]), -0x8000)
  assert.equal(one('pcm24', [0, 0, 0x40]), 0x4000)
  assert.equal(one('float32', [0, 0, 0, 0x3f]), 0x4000)
  assert.equal(one('float32', [0, 0, 0xc0, 0x7f]), 0) // NaN
  assert.equal(one('ulaw', [0xff]), 0)
  assert.equal(one('alaw', [0xd5]), 8)
  assert.equal(one('pcm16', [0, 0x40, 0, 0], 2), 0x2000)
})

function one(format: WavFormat, bytes: number[], channels = 1): number | undefined {
  return toMono8k({ format, sampleRateHz: 8_000, channels, data: Uint8Array.from(bytes) })[0]
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALAW_SILENCE,
  ULAW_SILENCE,
  alawToUlaw,
  decodeAlaw,
  decodeUlaw,
  encodeAlaw,
  encodeUlaw,
  ulawToAlaw,
} from './index.ts'

const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
const linear = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)
const laws = [
  { name: 'Ulaw', encode: encodeUlaw, decode: decodeUlaw },
  { name: 'Alaw', encode: encodeAlaw, decode: decodeAlaw },
] as const

// ITU-T G.711 Tables 1a and 2a, decoder output values y, scaled to 16 bits: the first of each segment, upwards.
const ulawSegments = [0, 132, 396, 924, 1_980, 4_092, 8_316, 16_764]
const alawSegments = [8, 264, 528, 1_056, 2_112, 4_224, 8_448, 16_896]

test('decodeUlaw() gives the decoder values of ITU-T G.711 Table 2a', () => {
  const decoded = decodeUlaw(codes, new Int16Array(256))
  ulawSegments.forEach((first, segment) => {
    const step = 8 << segment
    for (let level = 0; level < 16; level += 1) {
      const magnitude = first + level * step
      const code = 0xff - (segment * 16 + level)
      assert.equal(decoded[code], magnitude)
      assert.equal(decoded[code & 0x7f], magnitude === 0 ? 0 : -magnitude)
    }
  })
})

test('decodeAlaw() gives the decoder values of ITU-T G.711 Table 1a', () => {
  const decoded = decodeAlaw(codes, new Int16Array(256))
  alawSegments.forEach((first, segment) => {
    const step = segment < 2 ? 16 : 16 << (segment - 1)
    for (let level = 0; level < 16; level += 1) {
      const magnitude = first + level * step
      const code = 0x80 | ((segment * 16 + level) ^ 0x55)
      assert.equal(decoded[code], magnitude)
      assert.equal(decoded[code & 0x7f], -magnitude)
    }
  })
})

for (const { name, encode, decode } of laws) {
  test(`encode${name}() undoes decode${name}() for every code`, () => {
    const again = encode(decode(codes, new Int16Array(256)), new Uint8Array(256))
    const expected = codes.slice()
    if (name === 'Ulaw') expected[0x7f] = 0xff // both zeros decode to 0, which is positive
    assert.deepEqual(again, expected)
  })

  test(`encode${name}() is monotonic and errs by less than half a step`, () => {
    const decoded = decode(encode(linear, new Uint8Array(65_536)), new Int16Array(65_536))
    const levels = [...new Set(decode(codes, new Int16Array(256)))].sort((a, b) => a - b)
    linear.forEach((sample, i) => {
      const value = decoded[i] ?? 0
      assert.ok(i === 0 || value >= (decoded[i - 1] ?? 0), `monotonic at ${sample}`)
      const at = levels.indexOf(value)
      const step = Math.max((levels[at + 1] ?? value) - value, value - (levels[at - 1] ?? value))
      const clipped = Math.abs(sample) > 32_124
      assert.ok(clipped || Math.abs(sample - value) <= step / 2 + 4, `${sample} became ${value}`)
    })
  })
}

for (const { name, encode } of laws) {
  test(`encode${name}() treats ~n as n with the sign bit cleared, as ITU-T G.191 does`, () => {
    const positive = Int16Array.from({ length: 32_768 }, (_, i) => i)
    const negative = positive.map((sample) => ~sample)
    const mirrored = encode(positive, new Uint8Array(32_768)).map((code) => code & 0x7f)
    assert.deepEqual(encode(negative, new Uint8Array(32_768)), mirrored)
  })
}

test('ULAW_SILENCE and ALAW_SILENCE are what zero encodes to', () => {
  assert.equal(encodeUlaw(Int16Array.of(0), new Uint8Array(1))[0], ULAW_SILENCE)
  assert.equal(encodeAlaw(Int16Array.of(0), new Uint8Array(1))[0], ALAW_SILENCE)
})

test('encodeUlaw() and the others return the written part of a longer out', () => {
  assert.equal(encodeUlaw(new Int16Array(3), new Uint8Array(8)).length, 3)
  assert.equal(decodeAlaw(new Uint8Array(3), new Int16Array(8)).length, 3)
  assert.equal(ulawToAlaw(new Uint8Array(3), new Uint8Array(8)).length, 3)
})

test('alawToUlaw() and ulawToAlaw() settle after one round, in place', () => {
  for (const [there, back] of [
    [alawToUlaw, ulawToAlaw],
    [ulawToAlaw, alawToUlaw],
  ] as const) {
    const once = back(there(codes, new Uint8Array(256)), new Uint8Array(256))
    const twice = once.slice()
    back(there(twice, twice), twice)
    assert.deepEqual(twice, once)
  }
})

test('alawToUlaw() and ulawToAlaw() stay within one step of decoding and encoding again', () => {
  const toUlaw = decodeUlaw(alawToUlaw(codes, new Uint8Array(256)), new Int16Array(256))
  const toAlaw = decodeAlaw(ulawToAlaw(codes, new Uint8Array(256)), new Int16Array(256))
  const alaw = decodeAlaw(codes, new Int16Array(256))
  const ulaw = decodeUlaw(codes, new Int16Array(256))
  for (const code of codes) {
    assert.ok(near(toUlaw[code] ?? 0, alaw[code] ?? 0), `A-law ${code}`)
    assert.ok(near(toAlaw[code] ?? 0, ulaw[code] ?? 0), `µ-law ${code}`)
  }
})

test('ulawToAlaw() turns silence into silence, and back', () => {
  assert.equal(ulawToAlaw(Uint8Array.of(ULAW_SILENCE), new Uint8Array(1))[0], ALAW_SILENCE)
  assert.ok([0xfe, 0xff].includes(alawToUlaw(Uint8Array.of(ALAW_SILENCE), new Uint8Array(1))[0] ?? 0))
})

/** Half a step of either law is at most a sixteenth of the level, or 8 near zero. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 8 + Math.max(Math.abs(a), Math.abs(b)) / 16
}

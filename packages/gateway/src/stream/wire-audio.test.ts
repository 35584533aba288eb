import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw } from '@voxkeep/wire/g711'
import * as fc from 'fast-check'
import { furthest, tone } from './test-wire.ts'
import { decoder, encoder, type AudioForm } from './wire-audio.ts'

const forms: readonly AudioForm[] = [
  { encoding: 'ulaw', rateHz: 8_000 },
  { encoding: 'alaw', rateHz: 8_000 },
  { encoding: 's16le', rateHz: 8_000 },
  { encoding: 's16be', rateHz: 8_000 },
  { encoding: 's16le', rateHz: 16_000 },
  { encoding: 's16be', rateHz: 16_000 },
  { encoding: 's16le', rateHz: 24_000 },
]
const linear = (code: number) => decodeUlaw(Uint8Array.of(code), new Int16Array(1))[0] ?? 0

test('decoder() undoes encoder() in every form, but for rounding and the filters’ delay', () => {
  const ulaw = tone(500)
  for (const form of forms) {
    const back = decoder(form)(encoder(form)(ulaw)).ulaw
    assert.equal(back.length, ulaw.length)
    const off = furthest(ulaw, back, linear, form.rateHz === 8_000 ? 0 : 32)
    assert.ok(off <= 700, `${form.encoding} at ${form.rateHz}: ${off}`) // a step of µ-law at this level is 512
  }
})

test('D3: decoder() makes the same of a message as of its pieces, whatever their sizes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...forms),
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
      fc.boolean(),
      (form, bytes, cuts, keepsWide) => {
        const { ulaw: whole, wide: wholeWide = new Int16Array() } = decoder(form, keepsWide)(bytes)
        const piecewise = decoder(form, keepsWide)
        const [parts, wides]: [number[], number[]] = [[], []]
        let at = 0
        for (const cut of [...cuts, bytes.length]) {
          const { ulaw, wide = new Int16Array() } = piecewise(bytes.subarray(at, at + cut))
          parts.push(...ulaw)
          wides.push(...wide)
          at += cut
        }
        assert.deepEqual(parts, [...whole].slice(0, parts.length))
        assert.deepEqual(wides, [...wholeWide].slice(0, wides.length))
        assert.ok(wides.length === 0 || wides.length === 2 * parts.length)
        assert.ok(at < bytes.length || parts.length === whole.length)
      },
    ),
  )
})

test('encoder() and decoder() give fresh memory, and leave alone what they were lent', () => {
  for (const form of forms) {
    const lent = tone(20)
    const before = lent.slice()
    const encoded = encoder(form)(lent)
    assert.notEqual(encoded.buffer, lent.buffer)
    const kept = encoded.slice()
    decoder(form)(encoded)
    assert.deepEqual([lent, encoded], [before, kept])
  }
})

test('decoder() and encoder() keep nothing of a buffer that is read into again: a Buffer’s own slice is a view', () => {
  for (const form of forms) {
    const shared = Buffer.from(tone(20))
    const [said, sent] = [decoder(form)(shared), encoder(form)(shared)]
    const before = [said.ulaw, sent].map((bytes) => Array.from(bytes))
    shared.fill(0)
    assert.deepEqual(
      [said.ulaw, sent].map((bytes) => Array.from(bytes)),
      before,
      form.encoding,
    )
  }
})

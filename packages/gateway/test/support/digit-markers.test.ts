import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyTone } from '@voxkeep/softphone'
import { digitMarkers, findDigits, keysIn, longestQuietMs, loudMs } from './digit-markers.ts'
import { textSource } from './markers.ts'

const digits = '371234567890127'
const markers = digitMarkers('card', digits)
const found = (bytes: Uint8Array) => findDigits([{ name: 'a file', bytes }], markers).length > 0
const latin = (text: string) => textSource('', text).bytes

for (const [shape, bytes] of [
  ['text', latin(`x${digits}y`)],
  ['a part of it', latin('x34567890y')],
  ['text with spaces', latin('3 7 1 2 3 4 5 6 7 8')],
  ['groups of four', latin('3712 3456 7890 127')],
  ['the groups of the card', latin('3712-345678-90127')],
  ['UTF-16', new Uint8Array(Buffer.from(digits, 'utf16le'))],
  ['base64', latin(Buffer.from(`{"number":"${digits}"}`).toString('base64'))],
  ['hex', latin(Buffer.from(digits).toString('hex'))],
  ['packed digits', Uint8Array.fromHex(`00${digits}f`)],
  ['packed digits from an odd place', Uint8Array.fromHex(`f${digits}00`.padEnd(20, '0'))],
  ['values', Uint8Array.from(digits, Number)],
] as const)
  test(`digitMarkers() finds a number as ${shape}`, () => {
    assert.ok(found(bytes))
  })

test('digitMarkers() finds nothing in the mask of a number, and in another one', () => {
  assert.equal(found(latin('**** ****** *0127, 4242424242424242')), false)
})

test('keysIn() and loudMs() hear a key in audio, and nothing in silence', () => {
  const audio = new Int16Array(8_000)
  assert.deepEqual([keysIn(audio), loudMs(audio, -60)], ['', 0])
  audio.set(keyTone('5', 100), 4_000)
  assert.deepEqual([keysIn(audio), loudMs(audio, -60), loudMs(audio, 0)], ['5', 100, 0])
  assert.deepEqual([longestQuietMs(audio, -60), longestQuietMs(audio, 0)], [500, 1_000])
})

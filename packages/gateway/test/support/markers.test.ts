import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw, encodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import * as fc from 'fast-check'
import { findAny } from './find-any.ts'
import { audioMarkers, byteMarkers, findMarkers, textMarkers, textSource } from './markers.ts'
import { spoken } from './spoken.ts'

const said = spoken(3)
const ulaw = encodeUlaw(said, new Uint8Array(said.length))
const audio = audioMarkers('speech', ulaw)
const inFile = (bytes: Uint8Array) => findMarkers([{ name: 'file', bytes }], audio)

/** As a file would hold it: somewhere, not at its beginning. */
function within(bytes: Uint8Array, before: number): Uint8Array {
  const out = new Uint8Array(before + bytes.length + 7).fill(0x41)
  out.set(bytes, before)
  return out
}

function stereo(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length * 2).fill(0xff)
  for (let i = 0; i < bytes.length; i += width) out.set(bytes.subarray(i, i + width), i * 2)
  return out
}

test('findMarkers() finds text as it is, in hex, in UTF-16 and in base64 at any place', () => {
  const markers = textMarkers('number', '+12025550142')
  const shapes = [
    'from +12025550142 to',
    Buffer.from('+12025550142').toString('hex'),
    Buffer.from('+12025550142').toString('hex').toUpperCase(),
    ...['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}+12025550142 to`).toString('base64')),
    Buffer.from('from +12025550142', 'utf16le').toString('latin1'),
  ]
  for (const shape of shapes) assert.ok(findMarkers([textSource('log', shape)], markers).length > 0, shape)
  assert.deepEqual(findMarkers([textSource('log', 'from +1202555014')], markers), [])
})

test('findMarkers() finds a key as bytes and as base64', () => {
  const key = Uint8Array.from({ length: 30 }, (_, i) => i * 7)
  const markers = byteMarkers('key', key)
  assert.ok(inFileOf(within(key, 3), markers) > 0)
  assert.ok(inFileOf(Buffer.from(`a=crypto:1 inline:${key.toBase64()}`), markers) > 0)
})

function inFileOf(bytes: Uint8Array, markers: ReturnType<typeof byteMarkers>): number {
  return findMarkers([{ name: 'file', bytes }], markers).length
}

test('findMarkers() finds plain audio in every shape that a careless program would write', () => {
  assert.ok(audio.length > 40)
  const pcm = new Uint8Array(decodeUlaw(ulaw, new Int16Array(ulaw.length)).buffer)
  const alaw = ulawToAlaw(ulaw, new Uint8Array(ulaw.length))
  const frame = ulaw.subarray(8_000, 24_000)
  const shapes = {
    ulaw,
    alaw,
    pcm,
    'big-endian': Buffer.from(pcm).swap16(),
    'stereo µ-law': stereo(ulaw, 1),
    'stereo pcm': stereo(pcm, 2),
    base64: Buffer.from(frame.toBase64()),
  }
  for (const [shape, bytes] of Object.entries(shapes)) {
    for (const before of [0, 1, 2, 3])
      assert.ok(inFile(within(bytes, before)).length > 0, `${shape} after ${before}`)
  }
})

test('findMarkers() does not find audio in silence or in what is encrypted', () => {
  const silence = new Uint8Array(50_000).fill(0xff)
  const random = crypto.getRandomValues(new Uint8Array(50_000))
  assert.deepEqual([...inFile(silence), ...inFile(random)], [])
})

test('findAny() finds what Buffer.indexOf() finds', () => {
  const bytes = fc.uint8Array({ minLength: 2, maxLength: 4, max: 2 })
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60, max: 2 }),
      fc.array(bytes, { maxLength: 4 }),
      (haystack, needles) => {
        const expected = needles.map((needle) => Buffer.from(haystack).indexOf(needle))
        const found = needles.map(() => -1)
        for (const { needle, offset } of findAny(haystack, needles)) found[needle] = offset
        assert.deepEqual(found, expected)
      },
    ),
  )
})

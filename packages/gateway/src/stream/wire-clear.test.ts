import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { writeFrame } from './media-frame.ts'
import { heard, said, testSetup, tone } from './test-wire.ts'
import { encoder } from './wire-audio.ts'
import { wireOf } from './wires.ts'
import type { AppMessage, StreamWire } from './wire.ts'
import type { WireName } from '#kernel'

interface Case {
  readonly name: WireName
  readonly options: Readonly<Record<string, unknown>>
  readonly clear: object | string
  readonly say: (wire: StreamWire, bytes: Uint8Array) => readonly AppMessage[]
}

const binary = (wire: StreamWire, bytes: Uint8Array) => wire.read(Buffer.from(bytes), false)
const media = (wire: StreamWire, bytes: Uint8Array) =>
  said(wire, { event: 'media', media: { payload: bytes.toBase64() } })
const wide = { rate: 16_000 }

const cases: readonly Case[] = [
  {
    name: 'voxkeep',
    options: { ...wide, encoding: 'l16' },
    clear: { type: 'clear', id: 'c' },
    say: (wire, bytes) => binary(wire, writeFrame('inbound', 0, 0, bytes)),
  },
  { name: 'agent', options: wide, clear: { type: 'clear' }, say: binary },
  { name: 'vonage', options: wide, clear: { action: 'clear' }, say: binary },
  { name: 'jambonz', options: wide, clear: { type: 'killAudio' }, say: binary },
  { name: 'asterisk', options: { format: 'slin16' }, clear: 'FLUSH_MEDIA', say: binary },
  { name: 'telnyx', options: { ...wide, encoding: 'L16' }, clear: { event: 'clear' }, say: media },
  { name: 'exotel', options: wide, clear: { event: 'clear' }, say: media },
  {
    name: 'teler',
    options: wide,
    clear: { type: 'clear' },
    say: (wire, bytes) => said(wire, { type: 'audio', audio_b64: bytes.toBase64() }),
  },
  {
    name: 'plivo',
    options: {},
    clear: { event: 'clearAudio' },
    say: (wire, bytes) =>
      said(wire, {
        event: 'playAudio',
        media: { contentType: 'audio/x-l16', sampleRate: 16_000, payload: bytes.toBase64() },
      }),
  },
]

describe('after a clear', () => {
  for (const { name, options, clear, say } of cases)
    test(`${name}: what comes is heard as if nothing had been before, half a sample neither`, () => {
      const { start, direction, about } = testSetup()
      const [wire, fresh] = [1, 2].map(() => wireOf({ name, options, about }, start, direction))
      assert.ok(wire !== undefined && fresh !== undefined)
      const words = encoder({ encoding: 's16le', rateHz: 16_000 })(tone(100))
      say(wire, words.subarray(0, 1_001))
      assert.equal(said(wire, clear)[0]?.kind, 'clear')
      const expected = heard(say(fresh, words))
      assert.equal(expected.length, 800)
      assert.deepEqual(heard(say(wire, words)), expected)
    })
})

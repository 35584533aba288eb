import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { bandSplitter } from '@voxkeep/wire/resample'
import { json, testSetup } from './test-wire.ts'
import { decoder, encoder, type AudioForm } from './wire-audio.ts'
import type { Outgoing, StreamWire } from './wire.ts'
import { wireOf } from './wires.ts'

const peak = 8_000
const wideBand = { hearsWide: true, saysWide: true }
const tone = (hz: number, rateHz: number, ms = 400) =>
  Int16Array.from({ length: (ms * rateHz) / 1_000 }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  )

/** How loud a frequency is against the tone that was said, in dB, in the middle of it. */
function levelDb(samples: Int16Array, hz: number, rateHz: number): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4)
  let [re, im] = [0, 0]
  middle.forEach((sample, i) => {
    const angle = (2 * Math.PI * hz * i) / rateHz
    re += sample * Math.cos(angle)
    im += sample * Math.sin(angle)
  })
  return 20 * Math.log10((2 * Math.hypot(re, im)) / middle.length / peak + 1e-9)
}

/** 5 kHz as a leg has it: nothing at 8 kHz, and all of it beside that. */
function frames(): { ulaw: Uint8Array; wide: Int16Array }[] {
  const said = tone(5_000, 16_000)
  const splitter = bandSplitter(16_000)
  return Array.from({ length: said.length / 320 }, (_, at) => {
    const wide = new Int16Array(320)
    splitter.process(said.subarray(at * 320, (at + 1) * 320), new Int16Array(160), wide)
    return { ulaw: new Uint8Array(160).fill(0xff), wide }
  })
}

function samplesOf(parts: readonly Uint8Array[], isLittle: boolean): Int16Array {
  const bytes = Buffer.concat(parts)
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) =>
    isLittle ? bytes.readInt16LE(2 * i) : bytes.readInt16BE(2 * i),
  )
}

describe('what is wide on a wire', () => {
  for (const rateHz of [16_000, 24_000] as const)
    for (const encoding of ['s16le', 's16be'] as const) {
      const form: AudioForm = { encoding, rateHz }

      test(`encoder() and decoder() carry 5 kHz in ${encoding} at ${rateHz}, both ways, and only beside what is narrow`, () => {
        const encode = encoder(form)
        const bytes = frames().map(({ ulaw, wide }) => encode(ulaw, wide))
        const sent = samplesOf(bytes, encoding === 's16le')
        assert.ok(Math.abs(levelDb(sent, 5_000, rateHz)) < 0.5)
        const without = encoder(form)
        const narrow = samplesOf(
          frames().map(({ ulaw }) => without(ulaw)),
          encoding === 's16le',
        )
        assert.ok(levelDb(narrow, 5_000, rateHz) < -80)

        const decode = decoder(form, true)
        const back = bytes.map((each) => decode(each))
        const wide = Int16Array.from(back.flatMap((each) => [...(each.wide ?? [])]))
        assert.equal(wide.length, 2 * back.reduce((sum, { ulaw }) => sum + ulaw.length, 0))
        assert.ok(Math.abs(levelDb(wide, 5_000, 16_000)) < 0.5)
        const ulaw = Uint8Array.from(back.flatMap((each) => [...each.ulaw]))
        const folded = levelDb(decodeUlaw(ulaw, new Int16Array(ulaw.length)), 3_000, 8_000)
        assert.ok(folded < -50, `${folded} dB`)
        assert.equal(decoder(form)(bytes[0] ?? new Uint8Array()).wide, undefined)
      })
    }

  test('decoder() keeps what is wide as long as what is narrow, whatever the sizes of messages', () => {
    const whole = samplesOf([Buffer.from(tone(5_000, 24_000, 60).buffer)], true)
    const bytes = new Uint8Array(whole.buffer)
    const decode = decoder({ encoding: 's16le', rateHz: 24_000 }, true)
    const at = [0, 1, 8, 301, 302, 1_000, bytes.length]
    const parts = at.slice(1).map((to, i) => decode(bytes.subarray(at[i], to)))
    const all = decoder({ encoding: 's16le', rateHz: 24_000 }, true)(bytes)
    assert.ok(parts.every(({ ulaw, wide }) => wide?.length === 2 * ulaw.length))
    assert.deepEqual(
      parts.flatMap(({ wide }) => [...(wide ?? [])]),
      [...(all.wide ?? [])],
    )
  })
})

const base64 = (find: (message: Readonly<Record<string, unknown>>) => unknown) => (message: Outgoing) => {
  const audio = find(json(message) as Readonly<Record<string, unknown>>)
  return Buffer.from(typeof audio === 'string' ? audio : '', 'base64')
}
const inMedia = base64((message) => (message['media'] as { payload?: unknown } | undefined)?.payload)
const binary = (message: Outgoing) => (typeof message === 'string' ? new Uint8Array() : message)

/** Every wire that has room for more than 8 kHz, with what its audio is in, and how an app of it says something. */
const wires = [
  {
    name: 'voxkeep',
    options: { encoding: 'l16', rate: 16_000 },
    audio: (m: Outgoing) => binary(m).subarray(12),
  },
  {
    name: 'voxkeep',
    options: { encoding: 'l16', rate: 24_000, frame_ms: 60 },
    audio: (m: Outgoing) => binary(m).subarray(12),
  },
  { name: 'telnyx', options: { encoding: 'L16', rate: 16_000 }, audio: inMedia, isBig: true },
  { name: 'plivo', options: { content_type: 'audio/x-l16;rate=16000' }, audio: inMedia },
  { name: 'exotel', options: { rate: 16_000 }, audio: inMedia },
  { name: 'exotel', options: { rate: 24_000 }, audio: inMedia },
  { name: 'vonage', options: { rate: 16_000 }, audio: binary },
  { name: 'jambonz', options: { rate: 24_000 }, audio: binary },
  {
    name: 'teler',
    options: { rate: 16_000 },
    audio: base64((message) => (message['data'] as { audio_b64?: unknown }).audio_b64),
  },
  { name: 'asterisk', options: { format: 'slin16' }, audio: binary },
  { name: 'agent', options: { encoding: 's16le', rate: 16_000 }, audio: binary },
] as const

const { start, about } = testSetup()
const wireNamed = (name: (typeof wires)[number]['name'], options: object, band = wideBand): StreamWire =>
  wireOf({ name, about, options: { ...options } }, start, 'both', band)

/** What an app says, in the words of its wire. */
function fromApp(name: string, bytes: Buffer): { payload: Buffer; isText: boolean } {
  const payload = bytes.toString('base64')
  const text = (message: object) => ({ payload: Buffer.from(JSON.stringify(message)), isText: true })
  switch (name) {
    case 'voxkeep':
      return { payload: Buffer.concat([Buffer.from([0x10, ...new Uint8Array(11)]), bytes]), isText: false }
    case 'telnyx':
    case 'exotel':
      return text({ event: 'media', media: { payload } })
    case 'plivo':
      return text({ event: 'playAudio', media: { contentType: 'audio/x-l16', sampleRate: 16_000, payload } })
    case 'teler':
      return text({ type: 'audio', audio_b64: payload })
    default:
      return { payload: bytes, isText: false }
  }
}

describe('interop 16: a wire with room for more than 8 kHz', () => {
  for (const { name, options, audio, ...more } of wires) {
    const rateHz = 'rate' in options ? options.rate : 16_000
    const isLittle = !('isBig' in more)

    test(`${name} at ${rateHz} tells the app what is wide of the caller`, () => {
      const wire = wireNamed(name, options)
      assert.equal(wire.isWide, true)
      const messages = frames().map(({ ulaw, wide }, at) => wire.audio('inbound', ulaw, 20 * at, wide))
      const sent = samplesOf(
        messages.flatMap((message) => (message === undefined ? [] : [audio(message)])),
        isLittle,
      )
      assert.ok(Math.abs(levelDb(sent, 5_000, rateHz)) < 0.5)
    })

    test(`${name} at ${rateHz} understands what is wide of its app, for somebody who can hear it`, () => {
      const said = encoder({ encoding: isLittle ? 's16le' : 's16be', rateHz })
      const bytes = Buffer.concat(frames().map(({ ulaw, wide }) => said(ulaw, wide)))
      const { payload, isText } = fromApp(name, bytes)
      const read = (band: typeof wideBand) => wireNamed(name, options, band).read(payload, isText)
      const [heard] = read(wideBand)
      assert.ok(heard?.kind === 'audio' && heard.wide !== undefined)
      assert.ok(Math.abs(levelDb(heard.wide, 5_000, 16_000)) < 0.5)
      const [narrow] = read({ hearsWide: true, saysWide: false })
      assert.ok(narrow?.kind === 'audio' && narrow.wide === undefined)
    })
  }

  test('voxkeep.media.v1 says whether the caller’s codec brings as much', () => {
    const told = (hearsWide: boolean) => {
      const wire = wireNamed('voxkeep', { encoding: 'l16', rate: 16_000 }, { hearsWide, saysWide: hearsWide })
      return (json(wire.begin()[0]) as { media: { source_rate: number } }).media.source_rate
    }
    assert.deepEqual([told(true), told(false)], [16_000, 8_000])
  })

  test('wires at 8 kHz have no room', () => {
    for (const [name, options] of [
      ['voxkeep', {}],
      ['telnyx', {}],
      ['plivo', {}],
      ['exotel', {}],
      ['jambonz', {}],
      ['teler', {}],
      ['asterisk', {}],
    ] as const)
      assert.notEqual(wireNamed(name, options).isWide, true)
  })
})

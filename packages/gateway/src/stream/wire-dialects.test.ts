import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { wireNames } from '#kernel'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { exotelWire } from './wire-exotel.ts'
import { isRecord } from './wire-json.ts'
import { uuid } from '#kernel'
import { plivoWire } from './wire-plivo.ts'
import { telnyxWire } from './wire-telnyx.ts'
import type { StreamWire } from './wire.ts'
import { isSpoken, wireOf } from './wires.ts'

const streamSid = testSetup().start.streamSid
const callSid = testSetup().start.callSid
const accountSid = testSetup().start.accountSid
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

describe('wires that are read as pipecat’s runner reads them', () => {
  /**
   * What pipecat's `parse_telephony_websocket` looks at (src/pipecat/runner/utils.py): the first two text messages, the first before the second, and in each
   * for Twilio's, Telnyx's, Plivo's and Exotel's members in this order.
   */
  function autoDetected(messages: readonly unknown[]): string {
    const rules: readonly [
      string,
      (message: Record<string, unknown>, start: Record<string, unknown>) => boolean,
    ][] = [
      [
        'twilio',
        (message, start) => message['event'] === 'start' && 'streamSid' in start && 'callSid' in start,
      ],
      ['telnyx', (message, start) => 'stream_id' in message && 'call_control_id' in start],
      ['plivo', (_, start) => 'streamId' in start && 'callId' in start],
      [
        'exotel',
        (message, start) =>
          message['event'] === 'start' &&
          'stream_sid' in start &&
          'call_sid' in start &&
          'account_sid' in start,
      ],
    ]
    for (const message of messages.slice(0, 2)) {
      if (!isRecord(message) || !isRecord(message['start'])) continue
      const { start } = message
      const found = rules.find(([, isIt]) =>
        isIt(message as Record<string, unknown>, start as Record<string, unknown>),
      )
      if (found !== undefined) return found[0]
    }
    return 'unknown'
  }

  for (const name of ['twilio', 'telnyx', 'plivo', 'exotel'] as const) {
    test(`B12: pipecat’s rule finds ${name} in the first two messages of its wire`, () => {
      const { start, direction, about, options } = testSetup()
      const wire = wireOf({ name, about, options }, start, direction)
      const begun = [...wire.begin(), wire.audio('inbound', tone(100), 0)].map(json)
      assert.equal(autoDetected(begun), name)
      assert.equal(autoDetected([begun[begun.length - 1], begun[begun.length - 1]]), 'unknown')
    })
  }
})

test('telnyxWire() tells connected and start as Telnyx documents them, and counts everything after connected', () => {
  const wire = telnyxWire(testSetup())
  const [connected, start] = wire.begin().map(json)
  assert.deepEqual(connected, { event: 'connected', version: '1.0.0' })
  assert.deepEqual(start, {
    event: 'start',
    sequence_number: '1',
    stream_id: streamSid,
    start: {
      user_id: accountSid,
      call_control_id: callSid,
      call_session_id: 'call_1',
      from: '+12125550100',
      to: '+12125550199',
      tags: [],
      client_state: '',
      custom_parameters: { customer: '42' },
      media_format: { encoding: 'PCMU', sample_rate: 8_000, channels: 1 },
    },
  })
  assert.deepEqual(json(wire.audio('inbound', tone(20), 40)), {
    event: 'media',
    sequence_number: '2',
    stream_id: streamSid,
    media: { track: 'inbound', chunk: '1', timestamp: '40', payload: base64(tone(20)) },
  })
  assert.deepEqual(json(wire.dtmf('5', 100)), {
    event: 'dtmf',
    sequence_number: '3',
    stream_id: streamSid,
    dtmf: { digit: '5' },
  })
  assert.deepEqual(json(wire.mark('said', 'cleared', 0)), {
    event: 'mark',
    sequence_number: '4',
    stream_id: streamSid,
    mark: { name: 'said' },
  })
  assert.deepEqual(wire.stop('ended').map(json), [
    {
      event: 'stop',
      sequence_number: '5',
      stream_id: streamSid,
      stop: { user_id: accountSid, call_control_id: callSid },
    },
  ])
})

test('telnyxWire() understands media, mark and clear as pipecat sends them, without a stream id', () => {
  const wire = telnyxWire(testSetup())
  assert.deepEqual(heard(said(wire, { event: 'media', media: { payload: base64(tone(20)) } })), tone(20))
  assert.deepEqual(said(wire, { event: 'mark', mark: { name: 'x' } }), [{ kind: 'mark', name: 'x' }])
  assert.deepEqual(said(wire, { event: 'clear' }), [{ kind: 'clear' }])
})

test('telnyxWire() speaks L16 in network order, and A-law', () => {
  const loud = Uint8Array.of(0x80, 0x80)
  const sent = (options: object) =>
    Buffer.from(
      (
        json(telnyxWire(testSetup({ ...options })).audio('inbound', loud, 0)) as {
          media: { payload: string }
        }
      ).media.payload,
      'base64',
    )
  assert.equal(sent({ encoding: 'L16', rate: 8_000 }).readInt16BE(0), 32_124)
  assert.equal(sent({ encoding: 'L16', rate: 16_000 }).length, 8)
  assert.equal(sent({ encoding: 'PCMA' })[0], 0xaa)
  const wire = telnyxWire(testSetup({ encoding: 'L16' }))
  const frame = Buffer.alloc(4)
  frame.writeInt16BE(32_124, 0)
  assert.deepEqual(
    [...heard(said(wire, { event: 'media', media: { payload: base64(frame) } }))],
    [0x80, 0xff],
  )
})

test('plivoWire() tells start, media and dtmf with numbers where Plivo has numbers', () => {
  const wire = plivoWire(testSetup())
  assert.deepEqual(wire.begin().map(json), [
    {
      event: 'start',
      sequenceNumber: 1,
      start: {
        callId: uuid(callSid),
        streamId: uuid(streamSid),
        accountId: accountSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000 },
      },
      extra_headers: 'customer=42',
    },
  ])
  assert.deepEqual(json(wire.audio('inbound', tone(20), 20)), {
    event: 'media',
    sequenceNumber: 2,
    streamId: uuid(streamSid),
    media: { track: 'inbound', timestamp: '20', chunk: 1, payload: base64(tone(20)) },
    extra_headers: 'customer=42',
  })
  assert.deepEqual(json(wire.dtmf('#', 90)), {
    event: 'dtmf',
    sequenceNumber: 3,
    streamId: uuid(streamSid),
    dtmf: { track: 'inbound', digit: '#', timestamp: '20' },
    extra_headers: 'customer=42',
  })
})

test('plivoWire() sends audio as ASCII alone, whatever the extra headers say', () => {
  const setup = testSetup()
  const customParameters = { who: 'Zoë 😀' }
  const wire = plivoWire({ ...setup, start: { ...setup.start, customParameters } })
  const media = wire.audio('inbound', tone(20), 20)
  assert.match(String(media), /^[\x20-\x7e]+$/)
  assert.equal((json(media) as { extra_headers: string }).extra_headers, 'who=Zoë 😀')
})

test('plivoWire() tells playedStream for what was played alone, and clearedAudio once it is cleared', () => {
  const wire = plivoWire(testSetup())
  assert.deepEqual(said(wire, { event: 'checkpoint', streamId: streamSid, name: 'greeting' }), [
    { kind: 'mark', name: 'greeting' },
  ])
  assert.deepEqual(json(wire.mark('greeting', 'played', 900)), {
    event: 'playedStream',
    sequenceNumber: 1,
    streamId: uuid(streamSid),
    name: 'greeting',
  })
  assert.equal(wire.mark('greeting', 'cleared', 0), undefined)
  const [clear] = said(wire, { event: 'clearAudio', streamId: streamSid })
  assert.ok(clear?.kind === 'clear')
  assert.deepEqual(json(clear.reply?.(120)), {
    event: 'clearedAudio',
    sequenceNumber: 2,
    streamId: uuid(streamSid),
  })
})

test('plivoWire() plays what each message says that it is, and nothing that it cannot be', () => {
  const wire = plivoWire(testSetup())
  const play = (contentType: string, sampleRate: number, payload: Uint8Array) =>
    said(wire, {
      event: 'playAudio',
      media: { contentType, sampleRate, payload: base64(payload) },
      streamId: streamSid,
    })
  assert.deepEqual(heard(play('audio/x-mulaw', 8_000, tone(20))), tone(20))
  assert.equal(heard(play('audio/x-l16', 16_000, new Uint8Array(640))).length, 160)
  assert.deepEqual(play('audio/x-mulaw', 16_000, tone(20)), [{ kind: 'ignored' }])
  assert.deepEqual(play('audio/mpeg', 8_000, tone(20)), [{ kind: 'ignored' }])
})

test('plivoWire() makes sendDTMF a command to the call', () => {
  const wire = plivoWire(testSetup())
  assert.deepEqual(said(wire, { event: 'sendDTMF', dtmf: '12#' }), [
    { kind: 'said', message: { id: 'sendDTMF', commands: [{ type: 'send_digits', digits: '12#' }] } },
  ])
  assert.deepEqual(said(wire, { event: 'sendDTMF', dtmf: 'x' }), [{ kind: 'ignored' }])
})

test('exotelWire() sends samples in pieces of 100 ms, with every figure a text', () => {
  const wire = exotelWire(testSetup())
  const [connected, start] = wire.begin().map(json)
  assert.deepEqual(connected, { event: 'connected' })
  assert.deepEqual(start, {
    event: 'start',
    sequence_number: '1',
    stream_sid: streamSid,
    start: {
      stream_sid: streamSid,
      call_sid: callSid,
      account_sid: accountSid,
      from: '+12125550100',
      to: '+12125550199',
      custom_parameters: { customer: '42' },
      media_format: { encoding: 'base64', sample_rate: '8000', bit_rate: '128kbps' },
    },
  })
  const frames = [0, 20, 40, 60, 80, 100].map((ms) => wire.audio('inbound', tone(20), ms))
  assert.deepEqual(
    frames.map((frame) => frame === undefined),
    [true, true, true, true, false, true],
  )
  const { media } = json(frames[4]) as { media: { chunk: string; timestamp: string; payload: string } }
  assert.deepEqual(
    [media.chunk, media.timestamp, Buffer.from(media.payload, 'base64').length],
    ['1', '0', 1_600],
  )
})

test('exotelWire() sends what is left of the last piece before stop', () => {
  const wire = exotelWire(testSetup())
  wire.audio('inbound', tone(20), 0)
  const last = wire.stop('ended').map(json) as { event: string; sequence_number: string }[]
  assert.deepEqual(
    last.map(({ event, sequence_number }) => [event, sequence_number]),
    [
      ['media', '1'],
      ['stop', '2'],
    ],
  )
})

test('exotelWire() understands media, mark and clear, named in either way', () => {
  const wire = exotelWire(testSetup())
  const payload = base64(new Uint8Array(320))
  assert.equal(heard(said(wire, { event: 'media', streamSid, media: { payload } })).length, 160)
  assert.equal(heard(said(wire, { event: 'media', stream_sid: streamSid, media: { payload } })).length, 160)
  assert.deepEqual(said(wire, { event: 'mark', stream_sid: streamSid, mark: { name: 'a' } }), [
    { kind: 'mark', name: 'a' },
  ])
  assert.deepEqual(said(wire, { event: 'clear', stream_sid: streamSid }), [{ kind: 'clear' }])
})

describe('what an app may send', () => {
  const names = wireNames.filter((name) => isSpoken(name))
  const make = (name: (typeof names)[number]): StreamWire => {
    const { start, direction, about, options } = testSetup()
    return wireOf({ name, about, options }, start, direction)
  }
  const key = fc.constantFrom(
    'event',
    'type',
    'command',
    'action',
    'data',
    'media',
    'mark',
    'name',
    'payload',
    'audio_b64',
    'delta',
    'id',
  )
  const word = fc.constantFrom(
    'media',
    'mark',
    'clear',
    'audio',
    'playAudio',
    'interrupt',
    'notify',
    'MARK_MEDIA',
    'playAudio',
    'error',
    'AAAA',
  )
  const message = fc.dictionary(
    key,
    fc.oneof(word, fc.dictionary(key, fc.oneof(word, fc.jsonValue())), fc.jsonValue()),
  )

  test(`D15: no wire throws at any bytes, at any JSON, or at what is nearly a message`, () => {
    for (const name of names) {
      const wire = make(name)
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, isText) => {
          assert.ok(Array.isArray(wire.read(Buffer.from(bytes), isText)))
        }),
        { numRuns: 60 },
      )
      fc.assert(
        fc.property(fc.oneof(message, fc.jsonValue()), (value) => {
          for (const each of wire.read(Buffer.from(JSON.stringify(value)), true)) {
            if (each.kind === 'mark') wire.mark(each.name, 'played', 0)
            if (each.kind === 'clear') each.reply?.(0)
          }
        }),
        { numRuns: 100 },
      )
    }
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { connectedMessage, tracksOf, twilioWriter } from './twilio-writer.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const start = {
  accountSid: `AC${'a'.repeat(32)}`,
  callSid: `CA${'b'.repeat(32)}`,
  streamSid: `MZ${'c'.repeat(32)}`,
  customParameters: { name: 'Zoë "&<' },
}
const json = (text: string): unknown => JSON.parse(text)

test('B1: connectedMessage is exactly the documented first frame', () => {
  assert.deepEqual(json(connectedMessage), { event: 'connected', protocol: 'Call', version: '1.0.0' })
})

test('B3, B4, B6, B7, B9: twilioWriter() start carries number "1", the SID twice, numeric format, tracks and parameters', () => {
  assert.deepEqual(json(twilioWriter(start, tracksOf('both')).start()), {
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: start.accountSid,
      streamSid: start.streamSid,
      callSid: start.callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { name: 'Zoë "&<' },
    },
    streamSid: start.streamSid,
  })
})

test('B9: twilioWriter() start has an empty object of parameters when there are none', () => {
  const message = json(twilioWriter({ ...start, customParameters: {} }, ['inbound']).start())
  assert.deepEqual((message as { start: { customParameters: unknown } }).start.customParameters, {})
})

test('B7, B8: tracksOf() names what each direction carries', () => {
  assert.deepEqual(tracksOf('both'), ['inbound'])
  assert.deepEqual(tracksOf('inbound'), ['inbound'])
  assert.deepEqual(tracksOf('outbound'), ['outbound'])
  assert.deepEqual(tracksOf('both_tracks'), ['inbound', 'outbound'])
})

test('C2, C3: twilioWriter() numbers all events in one sequence and chunks per track, all as strings', () => {
  const writer = twilioWriter(start, tracksOf('both_tracks'))
  const audio = Uint8Array.of(1, 2, 3)
  const messages = [
    writer.start(),
    writer.media('inbound', audio, 0),
    writer.media('outbound', audio, 0),
    writer.dtmf('5'),
    writer.media('inbound', audio, 20),
    writer.mark('m'),
    writer.stop(),
  ].map((text) => json(text) as { sequenceNumber: string; media?: { chunk: string } })
  assert.deepEqual(
    messages.map((message) => message.sequenceNumber),
    ['1', '2', '3', '4', '5', '6', '7'],
  )
  assert.deepEqual(
    messages.flatMap((message) => message.media?.chunk ?? []),
    ['1', '1', '2'],
  )
})

test('C8: twilioWriter() media carries exactly the audio in base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (ulaw, timestampMs) => {
      const message = json(twilioWriter(start, ['inbound']).media('inbound', ulaw, timestampMs))
      assert.deepEqual(message, {
        event: 'media',
        sequenceNumber: '1',
        media: {
          track: 'inbound',
          chunk: '1',
          timestamp: String(timestampMs),
          payload: Buffer.from(ulaw).toString('base64'),
        },
        streamSid: start.streamSid,
      })
    }),
  )
})

test('E4: twilioWriter() dtmf names the inbound_track', () => {
  assert.deepEqual(json(twilioWriter(start, ['inbound']).dtmf('#')), {
    event: 'dtmf',
    streamSid: start.streamSid,
    sequenceNumber: '1',
    dtmf: { track: 'inbound_track', digit: '#' },
  })
})

test('D8: twilioWriter() mark keeps any name byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 1_024 }), (name) => {
      const message = json(twilioWriter(start, ['inbound']).mark(name)) as { mark: { name: string } }
      assert.equal(message.mark.name, name)
    }),
  )
})

test('F2: twilioWriter() stop has account and call only, and the SID on top', () => {
  assert.deepEqual(json(twilioWriter(start, ['inbound']).stop()), {
    event: 'stop',
    sequenceNumber: '1',
    stop: { accountSid: start.accountSid, callSid: start.callSid },
    streamSid: start.streamSid,
  })
})

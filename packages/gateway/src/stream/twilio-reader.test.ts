import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { twilioReader } from './twilio-reader.ts'
import type { AppMessage } from './wire.ts'

const streamSid = `MZ${'0'.repeat(32)}`
const read = (text: string | Uint8Array): AppMessage =>
  twilioReader(streamSid)(typeof text === 'string' ? Buffer.from(text) : Buffer.from(text))
const audio = (ulaw: Uint8Array) => ({ event: 'media', streamSid, media: { payload: base64(ulaw) } })
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const spaced = (value: object) =>
  JSON.stringify(value, undefined, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/\{ | \}/g, (m) => m.trim())

test('D1: twilioReader() undoes what an app serializes, in any shape of JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), (ulaw) => {
      const message = audio(ulaw)
      const { event, media } = message
      const shapes = [
        JSON.stringify(message),
        `{"event": "media", "streamSid": "${streamSid}", "media": {"payload": "${media.payload}"}}`,
        JSON.stringify({ streamSid, media, event }),
        JSON.stringify({ event, media: { ...media, track: 'outbound' } }),
        JSON.stringify(message, undefined, 2),
        spaced(message),
      ]
      for (const shape of shapes) {
        const result = read(shape)
        assert.ok(result.kind === 'audio')
        assert.deepEqual(new Uint8Array(result.ulaw), ulaw)
      }
    }),
  )
})

test('twilioReader() survives any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void read(bytes)))
  fc.assert(fc.property(fc.json(), (text) => void read(text)))
})

test('twilioReader() reads its fast shapes as JSON.parse would', () => {
  const slow = twilioReader('another')
  const head = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"`
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (middle) => {
      const text = `${head}${middle}"}}`
      assert.deepEqual(read(text), slow(Buffer.from(text)))
    }),
  )
})

test('twilioReader() does not take a quote inside the payload for audio', () => {
  const text = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"AAAA"},"x":{"y":"BBBB"}}`
  assert.deepEqual(read(text), { kind: 'audio', ulaw: Buffer.from('AAAA', 'base64') })
})

test('D8: twilioReader() keeps a mark name of one kilobyte, and any Unicode', () => {
  const name = 'ü'.repeat(500) + '\u{1f600}\\"\n'
  assert.deepEqual(read(JSON.stringify({ event: 'mark', streamSid, mark: { name } })), { kind: 'mark', name })
})

test('twilioReader() ignores a mark name longer than 4096', () => {
  assert.deepEqual(read(JSON.stringify({ event: 'mark', mark: { name: 'x'.repeat(4_097) } })), {
    kind: 'ignored',
  })
})

test('twilioReader() reads clear', () => {
  assert.deepEqual(read(JSON.stringify({ event: 'clear', streamSid })), { kind: 'clear' })
})

test('D15: twilioReader() ignores broken JSON, unknown events, missing payloads, bad base64, missing names', () => {
  const bad = [
    '',
    '{',
    'null',
    '[]',
    '"media"',
    '{"event":"unknown"}',
    '{"event":1}',
    '{"event":"media"}',
    '{"event":"media","media":{}}',
    '{"event":"media","media":{"payload":5}}',
    '{"event":"media","media":{"payload":""}}',
    '{"event":"media","media":{"payload":"=="}}',
    '{"event":"media","media":{"payload":"A"}}',
    '{"event":"media","media":{"payload":"AA A!"}}',
    `{"event":"media","streamSid":"${streamSid}","media":{"payload":"!!!!"}}`,
    '{"event":"mark"}',
    '{"event":"mark","mark":{}}',
    '{"event":"mark","mark":{"name":7}}',
  ]
  for (const text of bad) assert.deepEqual(read(text), { kind: 'ignored' }, text)
})

test('D16: twilioReader() takes audio with another stream SID, or none', () => {
  for (const sid of ['MZother', undefined]) {
    const result = read(JSON.stringify({ event: 'media', streamSid: sid, media: { payload: 'AAAA' } }))
    assert.equal(result.kind, 'audio')
  }
})

test('D4: twilioReader() hands a RIFF header on as the bytes it is', () => {
  const riff = Buffer.from('RIFF....WAVE')
  const result = read(JSON.stringify(audio(riff)))
  assert.ok(result.kind === 'audio')
  assert.deepEqual(Buffer.from(result.ulaw), riff)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeWav } from '@voxkeep/wire/wav'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { jambonzWire } from './wire-jambonz.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

test('jambonzWire() asks for its subprotocol, and begins with the call’s attributes as one text', () => {
  const wire = jambonzWire(testSetup({ rate: 16_000 }))
  assert.equal(wire.subprotocol, 'audio.jambonz.org')
  const { start } = testSetup()
  assert.deepEqual(wire.begin().map(json), [
    {
      customer: '42',
      callSid: start.callSid,
      accountSid: start.accountSid,
      callId: 'call_1',
      direction: 'inbound',
      from: '+12125550100',
      to: '+12125550199',
      callStatus: 'in-progress',
      sampleRate: 16_000,
      mixType: 'mono',
    },
  ])
  assert.equal(wire.audio('inbound', tone(20), 0)?.length, 640)
  assert.deepEqual(json(wire.dtmf('2', 160)), { event: 'dtmf', dtmf: '2', duration: '160' })
})

test('jambonzWire() plays binary samples, raw files and WAV files', () => {
  const wire = jambonzWire(testSetup())
  assert.equal(heard(wire.read(Buffer.alloc(320), false)).length, 160)
  const raw = { audioContentType: 'raw', sampleRate: 16_000, audioContent: base64(new Uint8Array(640)) }
  assert.equal(heard(said(wire, { type: 'playAudio', data: raw })).length, 160)
  const wav = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(320) })
  assert.equal(
    heard(said(wire, { type: 'playAudio', data: { audioContentType: 'wav', audioContent: base64(wav) } }))
      .length,
    160,
  )
  assert.deepEqual(
    said(wire, {
      type: 'playAudio',
      data: { audioContentType: 'wav', audioContent: base64(new Uint8Array(9)) },
    }),
    [{ kind: 'ignored' }],
  )
})

test('jambonzWire() tells whether a mark was played or cleared, and takes thirty at a time', () => {
  const wire = jambonzWire(testSetup())
  const mark = (name: string) => said(wire, { type: 'mark', data: { name } })
  assert.deepEqual(mark('a'), [{ kind: 'mark', name: 'a' }])
  assert.deepEqual(json(wire.mark('a', 'played', 0)), { type: 'mark', data: { name: 'a', event: 'playout' } })
  for (let i = 0; i < 30; i += 1) assert.equal(mark(`m${i}`)[0]?.kind, 'mark')
  assert.deepEqual(mark('one too many'), [{ kind: 'ignored' }])
  assert.deepEqual(said(wire, { type: 'clearMarks' }), [])
  assert.deepEqual(json(wire.mark('m0', 'played', 0)), {
    type: 'mark',
    data: { name: 'm0', event: 'cleared' },
  })
})

test('jambonzWire() understands killAudio and disconnect', () => {
  const wire = jambonzWire(testSetup())
  assert.deepEqual(said(wire, { type: 'killAudio' }), [{ kind: 'clear' }])
  assert.deepEqual(said(wire, { type: 'disconnect' }), [{ kind: 'end' }])
})

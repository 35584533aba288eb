import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeWav } from '@voxkeep/wire/wav'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { jambonzWire } from './wire-jambonz.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

test('jambonzWire() asks for its subprotocol, and begins with the call’s attributes as one text', () => {
  const wire = jambonzWire(testSetup({ rate: 16_000 }))
  assert.equal(wire.subprotocol, 'audio.jambonz.org, audio.drachtio.org')
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
  const played = (data: object) =>
    heard(said(wire, { type: 'playAudio', data: { queuePlay: true, ...data } })).length
  assert.equal(played(raw), 160)
  const wav = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(320) })
  for (const audioContentType of ['wav', 'wave'])
    assert.equal(played({ audioContentType, audioContent: base64(wav) }), 160)
  assert.deepEqual(
    said(wire, {
      type: 'playAudio',
      data: { audioContentType: 'wav', audioContent: base64(new Uint8Array(9)) },
    }),
    [{ kind: 'ignored' }],
  )
})

test('jambonzWire() does not convert a WAV file that is long or of an odd rate while other calls wait', () => {
  const wire = jambonzWire(testSetup())
  for (const [sampleRateHz, length] of [
    [7_999, 160],
    [8_000, 240_001],
  ] as const) {
    const wav = serializeWav({ format: 'ulaw', sampleRateHz, channels: 1, data: new Uint8Array(length) })
    const data = { audioContentType: 'wav', audioContent: base64(wav) }
    assert.deepEqual(said(wire, { type: 'playAudio', data }), [{ kind: 'ignored' }])
  }
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

test('jambonzWire() plays a file in place of what plays, or after it, and tells its end by its id, between marks', () => {
  const wire = jambonzWire(testSetup())
  const data = {
    audioContentType: 'raw',
    sampleRate: 8_000,
    audioContent: base64(new Uint8Array(320)),
    id: 'p-1',
  }
  const kinds = (message: object) => said(wire, message).map(({ kind }) => kind)
  assert.deepEqual(kinds({ type: 'playAudio', data }), ['clear', 'audio', 'mark'])
  assert.deepEqual(kinds({ type: 'mark', data: { name: 'm' } }), ['mark'])
  assert.deepEqual(kinds({ type: 'playAudio', data: { ...data, id: 7, queuePlay: true } }), ['audio', 'mark'])
  assert.deepEqual(json(wire.mark('', 'played', 20)), { type: 'playDone', data: { id: 'p-1' } })
  assert.deepEqual(json(wire.mark('m', 'played', 20)), {
    type: 'mark',
    data: { name: 'm', event: 'playout' },
  })
  assert.deepEqual(json(wire.mark('', 'cleared', 40)), { type: 'playDone', data: {} })
})

test('jambonzWire() plays a bounded number of files whose end it has to tell', () => {
  const wire = jambonzWire(testSetup())
  const data = {
    audioContentType: 'raw',
    sampleRate: 8_000,
    audioContent: base64(new Uint8Array(320)),
    queuePlay: true,
  }
  for (let i = 0; i < 100; i += 1) assert.equal(said(wire, { type: 'playAudio', data }).length, 2)
  assert.deepEqual(said(wire, { type: 'playAudio', data }), [{ kind: 'warning', code: 'app-buffer-full' }])
  wire.mark('', 'played', 0)
  assert.equal(said(wire, { type: 'playAudio', data }).length, 2)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallFlow } from '@frejun/teler'
import * as fc from 'fast-check'
import type { CallFacts, DialectReading } from './contract.ts'
import { DialectError } from './error.ts'
import { openPlatform, type PlatformName } from './platforms.ts'

const names = ['teler', 'telnyx', 'plivo', 'exotel', 'vonage', 'jambonz'] as const
const url = 'https://app.example/voice'
const facts: CallFacts = {
  call: 'call_0192c0ffee7d7aa08bd1c0ffee5eed00',
  accountSid: `AC${'a'.repeat(32)}`,
  direction: 'inbound',
  from: '+12125550100',
  to: '+12125550199',
  state: 'ringing',
  answeredAtMs: undefined,
  sipStatus: undefined,
  first: {},
  next: () => 0,
}
const moment = { facts, nowMs: 0 }
const incoming = { id: 'evt_1', type: 'call.incoming', call: facts.call, data: {} }

function asked(name: PlatformName): {
  readonly type: string | undefined
  readonly fields: Record<string, unknown>
} {
  const request = openPlatform(name, url).ask(incoming, moment)
  assert.ok(request !== 'on' && request.method === 'POST' && request.url === url)
  const type = request.headers['content-type']
  const fields =
    type === 'application/json'
      ? (JSON.parse(request.body) as object)
      : Object.fromEntries(new URLSearchParams(request.body))
  return { type, fields: fields as Record<string, unknown> }
}

function read(name: PlatformName, answer: object | string): DialectReading {
  const body = new TextEncoder().encode(typeof answer === 'string' ? answer : JSON.stringify(answer))
  return openPlatform(name, url).read({ body, contentType: 'text/plain', url }, incoming, moment)
}

const fails = (name: PlatformName, answer: object | string, message: RegExp) =>
  assert.throws(
    () => read(name, answer),
    (error) => error instanceof DialectError && message.test(error.fault.message),
  )

test('openPlatform() asks each platform’s app in that platform’s words', () => {
  const { call, accountSid } = facts
  assert.deepEqual(asked('teler').fields, {
    call_id: call,
    account_id: accountSid,
    from_number: '+12125550100',
    to_number: '+12125550199',
    direction: 'inbound',
  })
  assert.deepEqual(
    [asked('telnyx').type, asked('telnyx').fields['CallStatus']],
    ['application/x-www-form-urlencoded', 'ringing'],
  )
  assert.equal(asked('plivo').fields['From'], '12125550100')
  assert.equal(asked('vonage').fields['to'], '12125550199')
  assert.equal(asked('exotel').fields['Direction'], 'incoming')
  assert.equal(asked('jambonz').fields['call_id'], call)
  for (const name of ['telnyx', 'exotel', 'jambonz'] as const) {
    const { CallSid, call_sid } = asked(name).fields
    assert.match(String(CallSid ?? call_sid), /^CA[0-9a-f]{32}$/) // the same as in the stream's start
  }
  assert.equal(asked('plivo').fields['CallUUID'], '0192c0ff-ee7d-7aa0-8bd1-c0ffee5eed00')
})

test('openPlatform() asks at the start and where a redirect leads, and nowhere else', () => {
  const dialect = openPlatform('jambonz', url)
  const to = { url: 'https://app.example/next', method: 'POST' } as const
  const redirected = dialect.ask({ ...incoming, type: 'call.redirected', to }, moment)
  assert.ok(redirected !== 'on')
  assert.equal(redirected.url, to.url)
  for (const type of ['call.dialed', 'call.gathered'])
    assert.equal(dialect.ask({ ...incoming, type }, moment), 'on')
  assert.deepEqual(dialect.tell({ ...incoming, type: 'call.ended' }, moment), [])
})

test('teler: the flows that @frejun/teler builds are understood, unmodified', () => {
  const flow = CallFlow.stream('wss://app.example/media', { sampleRate: '16k', chunkSize: 200 })
  assert.deepEqual(read('teler', flow).actions, [
    { type: 'record' },
    {
      type: 'stream',
      url: 'wss://app.example/media',
      wire: 'teler',
      options: { rate: '16k', chunk_ms: 200 },
    },
  ])
  assert.deepEqual(read('teler', CallFlow.play('https://app.example/hello.wav')).actions, [
    { type: 'play', url: 'https://app.example/hello.wav' },
  ])
  assert.deepEqual(read('teler', CallFlow.hangup()).actions, [{ type: 'hangup' }])
})

test('teler: both spellings of play, a dial, and what is wrong with a flow', () => {
  assert.deepEqual(read('teler', { action: 'play', media_url: 'a.wav' }).actions, [
    { type: 'play', url: 'a.wav' },
  ])
  const dial = {
    action: 'dial',
    from_number: '+12125550101',
    to_number: '+12125550102',
    status_callback_url: 'x',
  }
  const { actions, warnings } = read('teler', dial)
  assert.deepEqual(actions, [{ type: 'dial', to: '+12125550102', from: '+12125550101' }])
  assert.match(warnings[0]?.message ?? '', /status_callback_url/)
  fails('teler', { action: 'stream', ws_url: 'wss://a', chunk_size: 410 }, /multiple of 20/)
  fails('teler', { action: 'stream', ws_url: 'wss://a', sample_rate: '24k' }, /sample_rate/)
  fails('teler', { action: 'whisper' }, /none of/)
  fails('teler', 'no json', /not JSON/)
})

test('telnyx: the TeXML that pipecat’s runner answers with connects a stream', () => {
  const { actions, warnings } = read(
    'telnyx',
    '<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="wss://bot.example/ws" bidirectionalMode="rtp"></Stream></Connect><Pause length="40"/></Response>',
  )
  const [stream, pause] = actions as { type: string; url?: string; direction?: string }[]
  assert.deepEqual([stream?.type, stream?.url, stream?.direction], ['stream', 'wss://bot.example/ws', 'both'])
  assert.equal(pause?.type, 'wait')
  assert.deepEqual(warnings, [])
})

test('plivo: the XML that pipecat’s runner answers with connects a stream in both directions', () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8"?><Response><Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000">wss://bot.example/ws</Stream></Response>'
  assert.deepEqual(read('plivo', xml).actions, [
    {
      type: 'stream',
      url: 'wss://bot.example/ws',
      wire: 'plivo',
      direction: 'both',
      parameters: {},
      options: { content_type: 'audio/x-mulaw;rate=8000' },
    },
  ])
})

test('plivo: words, a sound, a pause, a number to dial, a redirect, and what is not done', () => {
  const xml = `<Response><Speak loop="2" language="en-GB">Hi &amp; bye</Speak><Play loop="0">https://a.example/a.wav</Play><Wait length="3"/>
    <Stream audioTrack="both" extraHeaders="id=7,name=a">wss://a.example/f</Stream><Dial><Number>12125550102</Number></Dial><Redirect>/next</Redirect><Record/><Hangup/></Response>`
  const { actions, warnings } = read('plivo', xml)
  assert.deepEqual(actions, [
    { type: 'say', text: 'Hi & bye', loop: 2, language: 'en-GB' },
    { type: 'play', url: 'https://a.example/a.wav', loop: 100 },
    { type: 'wait', ms: 3_000 },
    {
      type: 'stream',
      url: 'wss://a.example/f',
      wire: 'plivo',
      direction: 'both_tracks',
      parameters: { id: '7', name: 'a' },
      options: { content_type: 'audio/x-l16;rate=8000' },
    },
    { type: 'dial', to: ['+12125550102'], strategy: 'simultaneous' },
    { type: 'redirect', url: 'https://app.example/next' },
    { type: 'hangup' },
  ])
  assert.deepEqual(warnings, [{ code: 'not-done', message: 'Record is not done' }])
})

test('exotel: the address of the WebSocket, with its parameters out of its query', () => {
  assert.deepEqual(read('exotel', { url: 'wss://bot.example/ws?sample-rate=16000&a=1&b=2' }).actions, [
    {
      type: 'stream',
      wire: 'exotel',
      url: 'wss://bot.example/ws',
      parameters: { a: '1', b: '2' },
      options: { rate: 16_000 },
    },
  ])
  const pipecat = {
    error: 'Exotel doesn’t use POST webhooks',
    websocket_url: 'wss://bot.example/ws',
    note: '',
  }
  assert.deepEqual((read('exotel', pipecat).actions as { url: string }[])[0]?.url, 'wss://bot.example/ws')
  fails('exotel', {}, /no url/)
})

test('vonage: an NCCO’s words, sounds and connections, and what is not done', () => {
  const { actions, warnings } = read('vonage', [
    { action: 'talk', text: 'Hello', language: 'en-US' },
    { action: 'stream', streamUrl: ['https://a.example/a.wav'] },
    {
      action: 'connect',
      endpoint: [
        {
          type: 'websocket',
          uri: 'wss://a.example/ws',
          'content-type': 'audio/l16;rate=8000',
          headers: { id: 7, name: 'a' },
        },
      ],
    },
    { action: 'connect', from: '12125550101', endpoint: [{ type: 'phone', number: '12125550102' }] },
    { action: 'input', dtmf: {} },
  ])
  assert.deepEqual(actions, [
    { type: 'say', text: 'Hello', loop: 1, language: 'en-US' },
    { type: 'play', url: 'https://a.example/a.wav', loop: 1 },
    {
      type: 'stream',
      url: 'wss://a.example/ws',
      wire: 'vonage',
      options: { rate: 8_000 },
      parameters: { id: '7', name: 'a' },
    },
    { type: 'dial', to: '+12125550102', from: '+12125550101' },
  ])
  assert.deepEqual(warnings, [{ code: 'not-done', message: 'input is not done' }])
})

test('jambonz: verbs as a list or alone, and what is not done', () => {
  const listen = {
    verb: 'listen',
    url: 'wss://a.example/ws',
    sampleRate: 16_000,
    metadata: { id: 7 },
    bidirectionalAudio: { enabled: true, streaming: true },
  }
  const { actions, warnings } = read('jambonz', [
    { verb: 'say', text: ['a', 'b'], synthesizer: { language: 'en-US' } },
    { verb: 'pause', length: 1.5 },
    listen,
    {
      verb: 'dial',
      callerId: '+12125550101',
      timeout: 20,
      target: [
        { type: 'phone', number: '+12125550102' },
        { type: 'sip', sipUri: 'sip:a@b.example' },
      ],
    },
    { verb: 'gather' },
    { verb: 'sip:decline', status: 486 },
  ])
  assert.deepEqual(actions, [
    { type: 'say', text: 'a', loop: 1, language: 'en-US' },
    { type: 'wait', ms: 1_500 },
    {
      type: 'stream',
      url: 'wss://a.example/ws',
      wire: 'jambonz',
      direction: 'both',
      parameters: { id: '7' },
      options: { rate: 16_000 },
    },
    {
      type: 'dial',
      to: ['+12125550102', 'sip:a@b.example'],
      strategy: 'simultaneous',
      from: '+12125550101',
      ring_timeout_ms: 20_000,
    },
    { type: 'reject', status: 486 },
  ])
  assert.deepEqual(warnings, [{ code: 'not-done', message: 'gather is not done' }])
  assert.deepEqual(read('jambonz', { verb: 'hangup' }).actions, [{ type: 'hangup' }])
})

test('openPlatform() fails with DialectError alone, whatever the answer', () => {
  const key = fc.constantFrom(
    'action',
    'verb',
    'url',
    'ws_url',
    'endpoint',
    'target',
    'text',
    'headers',
    'loop',
    'data',
  )
  const word = fc.constantFrom(
    'stream',
    'play',
    'connect',
    'talk',
    'dial',
    'listen',
    'say',
    'websocket',
    'phone',
    'wss://a?b=c',
  )
  const near = fc.dictionary(key, fc.oneof(word, fc.jsonValue(), fc.array(fc.dictionary(key, word))))
  const xml = fc.constantFrom(
    '<Response>',
    '</Response>',
    '<Speak>',
    '<Stream audioTrack="toString">',
    '</Stream>',
    '&x;',
    '<!DOCTYPE a>',
    'a',
  )
  const answer = fc.oneof(
    near,
    fc.array(near, { maxLength: 60 }),
    fc.json(),
    fc.array(xml).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...names), answer, (name, value) => {
      try {
        assert.ok(read(name, value).actions.length <= 50)
      } catch (error) {
        assert.ok(error instanceof DialectError, String(error))
      }
    }),
    { numRuns: 300 },
  )
})

test('H16: openPlatform() refuses a document with a DTD', () => {
  for (const name of ['telnyx', 'plivo'] as const)
    fails(name, '<!DOCTYPE r [<!ENTITY a "b">]><Response><Hangup/></Response>', /DTD/)
})

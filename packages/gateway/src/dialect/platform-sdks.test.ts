import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebhookResponse } from '@jambonz/sdk/webhook'
import { NCCOBuilder, Connect, Record as Recorded, Stream, Talk, Wait } from '@vonage/voice'
import { Response } from 'plivo/dist/utils/plivoxml.js'
import type { DialectReading } from './contract.ts'
import { openPlatform, type PlatformName } from './platforms.ts'

/* What the platforms' own builders make, unmodified, and what is read of it: every verb that docs/dialects.md claims. */

const url = 'https://app.example/voice'

function read(name: PlatformName, answer: object | string): { actions: unknown; warnings: string[] } {
  const body = new TextEncoder().encode(typeof answer === 'string' ? answer : JSON.stringify(answer))
  const question = { id: 'evt_1', type: 'call.incoming', call: 'call_1', data: {} }
  const moment = { facts: {}, nowMs: 0 } as never
  const reading: DialectReading = openPlatform(name, url).read(
    { body, contentType: '', url },
    question,
    moment,
  )
  return { actions: reading.actions, warnings: reading.warnings.map(({ message }) => message) }
}

/** The builder's types name options that its own checks refuse, and the other way round. */
type Built = Record<string, (...values: unknown[]) => Built> & { toXML(): string }
const plivoXml = () => new Response() as unknown as Built

test('plivo: what the SDK’s Response builds is read: every verb that is claimed', () => {
  const response = plivoXml()
  response['addSpeak']?.('Grüße & <Küsse>', { language: 'de-DE', loop: 2 })
  response['addPlay']?.('https://app.example/a.wav', { loop: 0 })
  response['addWait']?.({ length: 3 })
  response['addStream']?.('wss://app.example/media', {
    bidirectional: true,
    keepCallAlive: true,
    contentType: 'audio/x-mulaw;rate=8000',
    extraHeaders: 'id=7,name=a',
  })
  response['addDTMF']?.('12#', {})
  const dial = response['addDial']?.({
    callerId: '12125550101',
    timeout: 20,
    timeLimit: 600,
    hangupOnStar: true,
  })
  dial?.['addNumber']?.('12125550102', { sendDigits: '4w2' })
  dial?.['addUser']?.('sip:agent@pbx.example', {})
  response['addRedirect']?.('/next', {})
  response['addHangup']?.({})
  const { actions, warnings } = read('plivo', response.toXML())
  assert.deepEqual(actions, [
    { type: 'say', text: 'Grüße & <Küsse>', loop: 2, language: 'de-DE' },
    { type: 'play', url: 'https://app.example/a.wav', loop: 100 },
    { type: 'wait', ms: 3_000 },
    {
      type: 'stream',
      url: 'wss://app.example/media',
      wire: 'plivo',
      direction: 'both',
      parameters: { id: '7', name: 'a' },
      options: { content_type: 'audio/x-mulaw;rate=8000' },
    },
    { type: 'send_digits', digits: '12#' },
    {
      type: 'dial',
      to: ['+12125550102', 'sip:agent@pbx.example'],
      strategy: 'simultaneous',
      from: '+12125550101',
      ring_timeout_ms: 20_000,
      time_limit_ms: 600_000,
      hangup_on_star: true,
      send_digits: '4w2',
    },
    { type: 'redirect', url: 'https://app.example/next' },
    { type: 'hangup' },
  ])
  assert.deepEqual(warnings, [])
})

test('plivo: what the SDK’s Response builds beside that is told as not done, and not in silence', () => {
  const response = plivoXml()
  const speak = response['addSpeak']?.('one ', { voice: 'Polly.Joanna' })
  speak?.['addEmphasis']?.('two', { level: 'strong' })
  response['addStream']?.('wss://app.example/media', {
    statusCallbackUrl: 'https://app.example/s',
    streamTimeout: 60,
  })
  response['addGetInput']?.({ action: 'https://app.example/i', inputType: 'dtmf' })
  response['addRecord']?.({ action: 'https://app.example/r' })
  response['addConference']?.('room', {})
  response['addHangup']?.({ reason: 'busy' })
  const { actions, warnings } = read('plivo', response.toXML())
  const [say, , hangup] = actions as object[]
  assert.deepEqual(say, { type: 'say', text: 'one two', loop: 1 })
  assert.deepEqual(hangup, { type: 'reject', status: 486 })
  assert.deepEqual(warnings, [
    'Speak: not done: voice',
    'Speak: said without its marks of SSML',
    'Stream: not done: statusCallbackUrl, streamTimeout',
    'GetInput is not done',
    'Record is not done',
    'Conference is not done',
  ])
})

test('vonage: what the SDK’s NCCOBuilder builds is read: every action that is claimed', () => {
  // `contentType` is what the SDK's types have for it; the NCCO reference says `content-type`.
  const contentType = 'audio/l16;rate=8000'
  const socket = {
    type: 'websocket',
    uri: 'wss://app.example/media',
    contentType,
    headers: { id: 7, name: 'a' },
  }
  const ncco = new NCCOBuilder()
    .addAction(new Talk('Hello', false, 2, undefined, 'en-GB'))
    .addAction(new Stream('https://app.example/a.wav'))
    .addAction(new Wait(0.5))
    .addAction(new Recorded() as never) // its type is none of the SDK’s own actions where optional properties are exact
    .addAction(new Connect(socket as never))
    .addAction(
      new Connect(
        { type: 'phone', number: '12125550102', dtmfAnswer: '4w2' },
        '12125550101',
        false,
        undefined,
        20,
        600,
      ),
    )
    .addAction(new Connect({ type: 'sip', uri: 'sip:agent@pbx.example', headers: { account: '9' } }))
    .build()
  const { actions, warnings } = read('vonage', ncco)
  assert.deepEqual(actions, [
    { type: 'say', text: 'Hello', loop: 2, language: 'en-GB' },
    { type: 'play', url: 'https://app.example/a.wav', loop: 1 },
    { type: 'wait', ms: 500 },
    { type: 'record' },
    {
      type: 'stream',
      url: 'wss://app.example/media',
      wire: 'vonage',
      options: { rate: 8_000 },
      parameters: { id: '7', name: 'a' },
    },
    {
      type: 'dial',
      to: '+12125550102',
      from: '+12125550101',
      ring_timeout_ms: 20_000,
      time_limit_ms: 600_000,
      send_digits: '4w2',
    },
    { type: 'dial', to: 'sip:agent@pbx.example', headers: { 'X-account': '9' } },
  ])
  assert.deepEqual(warnings, [])
})

test('vonage: what the SDK’s NCCOBuilder builds beside that is told as not done', () => {
  const ncco = new NCCOBuilder()
    .addAction(new Talk('Hi', true, undefined, undefined, undefined, undefined, true))
    .addAction(new Recorded('mp3' as never, undefined, undefined, 5) as never)
    .addAction(new Connect({ type: 'app', user: 'joe' }))
    .addAction({ action: 'conversation', name: 'room' })
    .build()
  const { actions, warnings } = read('vonage', ncco)
  assert.deepEqual(actions, [{ type: 'say', text: 'Hi', loop: 1 }, { type: 'record' }])
  assert.deepEqual(warnings, [
    'talk: not done: bargeIn, premium',
    'record: not done: format, endOnSilence',
    'connect: an endpoint of this type is not called',
    'conversation is not done',
  ])
})

test('jambonz: what the SDK’s WebhookResponse builds and validates is read: every verb that is claimed, and what is not is told', () => {
  const response = new WebhookResponse()
    .answer({})
    .say({ text: ['Hello', 'Hi'], loop: 'forever', synthesizer: { vendor: 'google', language: 'en-GB' } })
    .play({ url: ['https://app.example/a.wav', 'https://app.example/b.wav'], loop: 2 })
    .pause({ length: 1.5 })
    .dtmf({ dtmf: '12#' })
    .listen({
      url: 'wss://app.example/media',
      sampleRate: 16_000,
      bidirectionalAudio: { enabled: true, streaming: true, sampleRate: 16_000 },
      metadata: { id: 7, name: 'a' },
      passDtmf: true,
    })
    .stream({ url: 'wss://app.example/ears', disableBidirectionalAudio: true })
    .dial({
      target: [
        { type: 'phone', number: '+12125550102' },
        { type: 'sip', sipUri: 'sip:agent@pbx.example' },
      ],
      callerId: '+12125550101',
      timeout: 20,
      timeLimit: 600,
      answerOnBridge: true,
      headers: { 'X-Account': '9' },
    })
    .redirect({ actionHook: 'https://app.example/next' })
    .sipDecline({ status: 486, reason: 'Busy Here' })
    .sipDecline({ status: 500 })
    .hangup({})
  const { actions, warnings } = read('jambonz', response)
  const stream = { type: 'stream', wire: 'jambonz' }
  assert.deepEqual(actions, [
    { type: 'answer' },
    { type: 'say', text: 'Hello', loop: 100, language: 'en-GB' },
    { type: 'play', url: 'https://app.example/a.wav', loop: 2 },
    { type: 'play', url: 'https://app.example/b.wav', loop: 2 },
    { type: 'wait', ms: 1_500 },
    { type: 'send_digits', digits: '12#' },
    {
      ...stream,
      url: 'wss://app.example/media',
      direction: 'both',
      parameters: { id: '7', name: 'a' },
      options: { rate: 16_000 },
    },
    {
      ...stream,
      url: 'wss://app.example/ears',
      direction: 'inbound',
      parameters: {},
      options: { rate: 8_000 },
    },
    {
      type: 'dial',
      to: ['+12125550102', 'sip:agent@pbx.example'],
      strategy: 'simultaneous',
      from: '+12125550101',
      ring_timeout_ms: 20_000,
      time_limit_ms: 600_000,
      answer_on_bridge: true,
      headers: { 'X-Account': '9' },
    },
    { type: 'redirect', url: 'https://app.example/next' },
    { type: 'reject', status: 486 },
    { type: 'reject', status: 603 },
    { type: 'hangup' },
  ])
  assert.deepEqual(warnings, [])
  response // making one compiles all schemas
    .clear()
    .config({ synthesizer: { vendor: 'google' } })
    .gather({ input: ['digits'], actionHook: '/keys' })
    .listen({ url: 'wss://app.example/media', wsAuth: { username: 'u', password: 'p' }, maxLength: 10 })
    .dial({ target: [{ type: 'user', name: 'bob' }] })
    .tag({ data: { a: 1 } })
  assert.deepEqual(read('jambonz', response).warnings, [
    'config is not done',
    'gather is not done',
    'listen: not done: wsAuth, maxLength',
    'dial: a target of this type is not called',
    'tag is not done',
  ])
})

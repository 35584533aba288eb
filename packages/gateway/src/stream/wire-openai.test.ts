import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { openaiWire } from './wire-openai.ts'
import { platformWires } from './wire-makers.ts'
import type { AppMessage, Outgoing, StreamWire } from './wire.ts'

const tools = [{ type: 'function', name: 'balance', description: '', parameters: { type: 'object' } }]
const session = {
  model: 'gpt-realtime',
  instructions: 'Be brief.',
  tools,
  audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'marin' } },
}
const open = (options: object = {}) => openaiWire(testSetup({ session, ...options }))
/** Events are checked against the types of the `openai` package: a mock that says something else does not compile. */
const server = (wire: StreamWire, event: RealtimeServerEvent) => said(wire, event)
const client = (message: Outgoing | undefined) => json(message) as RealtimeClientEvent
const kinds = (messages: readonly AppMessage[]) => messages.map(({ kind }) => kind)
const ids = { event_id: 'e', response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 }
const delta = (ms: number, more: Partial<typeof ids> = {}) =>
  ({
    ...ids,
    ...more,
    type: 'response.output_audio.delta',
    delta: Buffer.from(tone(ms)).toString('base64'),
  }) as const
const created = (id: string) => ({ type: 'response.created', event_id: 'e', response: { id } }) as const
const done = (id: string) => ({ type: 'response.done', event_id: 'e', response: { id } }) as const
const speechStarted = {
  type: 'input_audio_buffer.speech_started',
  event_id: 'e',
  item_id: 'u1',
  audio_start_ms: 0,
} as const
const call = (name: string, given = '{"account":"1"}') =>
  ({
    type: 'response.output_item.done',
    event_id: 'e',
    output_index: 0,
    response_id: 'r1',
    item: { type: 'function_call', call_id: 'c1', name, arguments: given },
  }) as const

test('openaiWire() begins with the session that the policy says, µ-law both ways, and has the agent speak first', () => {
  const [update, first] = open({ call_instructions: 'The caller is Ann.' }).begin().map(client)
  assert.deepEqual(update, {
    type: 'session.update',
    session: {
      ...session,
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'Be brief.\n\nThe caller is Ann.',
      audio: {
        input: { turn_detection: { type: 'server_vad' }, format: { type: 'audio/pcmu' } },
        output: { voice: 'marin', format: { type: 'audio/pcmu' } },
      },
    },
  })
  assert.deepEqual(first, { type: 'response.create' })
  assert.equal(open({ speaks_first: false }).begin().length, 1)
})

test('openaiWire() sends the caller’s audio as it is, with silence where some was lost, and nobody else’s', () => {
  const wire = open()
  const sent = client(wire.audio('inbound', tone(20), 0))
  assert.deepEqual(sent, {
    type: 'input_audio_buffer.append',
    audio: Buffer.from(tone(20)).toString('base64'),
  })
  assert.equal(wire.audio('outbound', tone(20), 20), undefined)
  const after = client(wire.audio('inbound', tone(20), 60))
  assert.ok(after.type === 'input_audio_buffer.append')
  assert.equal(Buffer.from(after.audio, 'base64').length, 480)
  assert.equal(wire.dtmf('5', 100), undefined)
})

test('openaiWire() plays what the model says', () => {
  assert.deepEqual(heard(server(open(), delta(100))), tone(100))
})

test('openaiWire() stops at barge-in, truncates at what was really played, and drops what is left of that response', () => {
  const wire = open()
  server(wire, created('r1'))
  for (let i = 0; i < 10; i += 1) server(wire, delta(100))
  const [clear] = server(wire, speechStarted)
  assert.ok(clear?.kind === 'clear')
  assert.deepEqual(client(clear.reply?.(580)), {
    type: 'conversation.item.truncate',
    item_id: 'i1',
    content_index: 0,
    audio_end_ms: 420,
  })
  assert.deepEqual(server(wire, delta(100)), [])
  server(wire, done('r1'))
  server(wire, created('r2'))
  assert.deepEqual(kinds(server(wire, delta(100, { response_id: 'r2', item_id: 'i2' }))), ['audio'])
})

test('openaiWire() truncates nothing that was played to its end', () => {
  const wire = open()
  server(wire, delta(100))
  const [clear] = server(wire, speechStarted)
  assert.ok(clear?.kind === 'clear')
  assert.equal(clear.reply?.(0), undefined)
})

test('openaiWire() lets the agent finish where the policy says so', () => {
  assert.deepEqual(server(open({ barge_in: false }), speechStarted), [])
})

test('openaiWire() hands a tool call on, and refuses what is not in the policy or too long', () => {
  const wire = open()
  const [asked] = server(wire, call('balance'))
  assert.ok(asked?.kind === 'said')
  assert.deepEqual(asked.message, {
    type: 'tool.call',
    id: 'c1',
    name: 'balance',
    arguments: '{"account":"1"}',
  })
  assert.match(String(asked.refusal?.('too-many')), /function_call_output.*"c1".*too many/)
  for (const event of [call('transfer_all'), call('balance', 'x'.repeat(20_000))]) {
    const [refused] = server(wire, event)
    assert.ok(refused?.kind === 'reply')
    const sent = client(refused.message)
    assert.ok(sent.type === 'conversation.item.create' && sent.item.type === 'function_call_output')
    assert.match(sent.item.output, /error/)
  }
})

test('openaiWire() gives a tool’s result, and asks for a response once there is none any more', () => {
  const wire = open()
  const result = { kind: 'message', message: { type: 'tool.result', id: 'c1', output: '"12.50"' } } as const
  const respond = { kind: 'message', message: { type: 'respond' } } as const
  assert.deepEqual(client(wire.tell?.(result)), {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: 'c1', output: '"12.50"' },
  })
  assert.deepEqual(client(wire.tell?.(respond)), { type: 'response.create' })
  server(wire, created('r1'))
  assert.equal(wire.tell?.(respond), undefined)
  const [asked] = server(wire, done('r1'))
  assert.ok(asked?.kind === 'reply')
  assert.deepEqual(client(asked.message), { type: 'response.create' })
  assert.deepEqual(server(wire, done('r1')), [])
})

test('openaiWire() passes no transcript on, and of an error its code alone', () => {
  const wire = open()
  const words = {
    type: 'response.output_audio_transcript.done',
    ...ids,
    transcript: 'Your card is 4111111111111111',
  } as const
  assert.deepEqual(server(wire, words), [])
  const error = { type: 'invalid_request_error', code: 'item_not_found', message: 'said: 4111111111111111' }
  assert.deepEqual(server(wire, { type: 'error', event_id: 'e', error }), [
    { kind: 'said', message: { type: 'error', code: 'item_not_found' } },
  ])
  assert.deepEqual(said(wire, { type: 'Made Up' }), [{ kind: 'ignored' }])
})

test('platformWires refuse a session that is none, and one that is huge', () => {
  const { fault } = platformWires['openai-realtime']
  assert.equal(fault?.({ session, speaks_first: true, barge_in: true }, 'both'), undefined)
  assert.equal(fault?.({ session: 'x' }, 'both'), 'session cannot have this value')
  assert.equal(
    fault?.({ session: { instructions: 'x'.repeat(70_000) } }, 'both'),
    'session cannot have this value',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { agentWire } from './wire-agent.ts'

test('agentWire() speaks binary samples both ways, at the rate that was set', () => {
  const wire = agentWire(testSetup({ encoding: 's16le', rate: 16_000 }))
  assert.deepEqual(wire.begin(), [])
  assert.equal(wire.audio('inbound', tone(20), 0)?.length, 640)
  assert.equal(wire.audio('outbound', tone(20), 0), undefined)
  assert.equal(heard(wire.read(Buffer.alloc(640), false)).length, 160)
  const uneven = agentWire(testSetup({ rate: 16_000, receive_rate: 24_000 }))
  assert.equal(uneven.audio('inbound', tone(20), 0)?.length, 640)
  assert.equal(heard(uneven.read(Buffer.alloc(960), false)).length, 160)
})

test('agentWire() speaks JSON in the server’s own words', () => {
  const wire = agentWire(
    testSetup({
      encoding: 'ulaw',
      type_field: 'event',
      begin: [{ event: 'configure', voice: 'x' }],
      send_audio: { type: 'user_audio', field: 'chunk' },
      receive_audio: { type: 'agent_audio', field: 'data' },
      clear: ['interruption'],
      end: ['bye'],
      keys: 'key',
    }),
  )
  const audio = Buffer.from(tone(20)).toString('base64')
  assert.deepEqual(wire.begin().map(json), [{ event: 'configure', voice: 'x' }])
  assert.deepEqual(json(wire.audio('inbound', tone(20), 0)), { event: 'user_audio', chunk: audio })
  assert.deepEqual(heard(said(wire, { event: 'agent_audio', data: audio })), tone(20))
  assert.deepEqual(wire.read(Buffer.from(tone(20)), false), [{ kind: 'ignored' }])
  assert.deepEqual(said(wire, { event: 'interruption' }), [{ kind: 'clear' }])
  assert.deepEqual(said(wire, { event: 'bye' }), [{ kind: 'end' }])
  assert.deepEqual(json(wire.dtmf('5', 100)), { event: 'key', digit: '5', duration_ms: 100 })
  assert.deepEqual(said(wire, { event: 'transcript', text: 'My card is …' }), []) // passed to nobody
})

test('agentWire() hands on the tools of its policy alone, and gives results', () => {
  const wire = agentWire(testSetup({ tools: ['balance'] }))
  const call = (name: string, given: unknown = { account: 1 }) =>
    said(wire, { type: 'tool.call', id: 'c', name, arguments: given })
  const [asked] = call('balance')
  assert.ok(asked?.kind === 'said')
  assert.deepEqual(asked.message, {
    type: 'tool.call',
    id: 'c',
    name: 'balance',
    arguments: '{"account":1}',
  })
  assert.match(String(asked.refusal?.('too-many')), /"tool\.result","id":"c".*too many/)
  for (const [refused] of [call('transfer_all'), call('balance', 'x'.repeat(20_000))]) {
    assert.ok(refused?.kind === 'reply')
    assert.match(String(refused.message), /tool\.result.*error/)
  }
  assert.deepEqual(
    json(wire.tell?.({ kind: 'message', message: { type: 'tool.result', id: 'c', output: '1' } })),
    {
      type: 'tool.result',
      id: 'c',
      output: '1',
    },
  )
  assert.equal(wire.tell?.({ kind: 'message', message: { type: 'respond' } }), undefined)
})

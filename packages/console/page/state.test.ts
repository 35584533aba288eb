import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loudness, next, ordered, webhooks, type Call, type Calls, type Item } from './state.ts'

const call = (id: string, state: Call['state'] = 'active'): Call => ({
  id,
  call_sid: `CA${id}`,
  app: 'agent',
  trunk: 'trunk',
  direction: 'inbound',
  from: '+12125550100',
  to: '+12125550101',
  state,
  started_at: '2026-01-01T00:00:00.000Z',
  answered_at: null,
  end_reason: null,
})
const after = (...items: Item[]) => items.reduce<Calls>(next, new Map())
const level = (id: string): Item => ({ kind: 'level', call_id: id, in_db: -20, out_db: -78, streams: [] })

test('next() follows calls from their beginning to their end, and keeps a minute of levels', () => {
  const begun = after({ kind: 'calls', calls: [call('a')] }, { kind: 'call', call: call('b', 'ringing') })
  assert.deepEqual(
    ordered(begun).map((one) => one.call.id),
    ['b', 'a'],
  )
  const levels = Array.from({ length: 400 }, () => level('a'))
  const loud = [...levels, level('nobody')].reduce(next, begun)
  assert.equal(loud.get('a')?.levels.length, 300)
  assert.equal(loud.size, 2)
  const ended = next(loud, { kind: 'call', call: call('b', 'ended') })
  assert.deepEqual(
    ordered(ended).map((one) => one.call.state),
    ['active', 'ended'],
  )
})

test('next() forgets all but the last calls that ended', () => {
  const items = Array.from({ length: 50 }, (_, i): Item => ({ kind: 'call', call: call(`c${i}`, 'ended') }))
  assert.equal(after(...items, { kind: 'call', call: call('now') }).size, 21)
})

test('webhooks() pairs each question with the commands that followed', () => {
  const line = (kind: string, fields: Record<string, string>) => ({ at: 't', kind, fields })
  const story = [
    line('command', { type: 'lost' }),
    line('decision', { type: 'call.incoming', host: 'app.test', outcome: 'answered' }),
    line('command', { type: 'record' }),
    line('command', { type: 'stream' }),
    line('answered', {}),
    line('decision', { type: 'call.gathered', host: 'app.test', outcome: 'timeout' }),
  ]
  assert.deepEqual(
    webhooks(story).map(({ type, outcome, commands }) => [type, outcome, ...commands]),
    [
      ['call.incoming', 'answered', 'record', 'stream'],
      ['call.gathered', 'timeout'],
    ],
  )
})

test('loudness() lies between nothing and all', () => {
  assert.deepEqual([-78, -60, -30, 0, 3].map(loudness), [0, 0, 0.5, 1, 1])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { told } from './live-command.ts'

test('told() makes a line of each thing that happens, and none of levels', () => {
  const call = {
    id: 'call_1',
    call_sid: 'CA1',
    app: 'agent',
    trunk: 'trunk',
    direction: 'inbound',
    from: '+1',
    to: '+2',
    state: 'ended',
    started_at: '2026-01-01T00:00:00.000Z',
    answered_at: null,
    end_reason: 'app-hung-up',
  } as const
  const line = { at: '2026-01-01T00:00:01.234Z', kind: 'decision', fields: { type: 'call.incoming' } }
  assert.deepEqual(told({ kind: 'calls', calls: [] }), ['no calls at the moment'])
  assert.deepEqual(told({ kind: 'call', call }), ['call_1 ended (app-hung-up): +1 -> +2, app agent'])
  assert.deepEqual(told({ kind: 'story', call_id: 'call_1', line }), [
    '00:00:01.234 call_1 decision type=call.incoming',
  ])
  assert.deepEqual(told({ kind: 'level', call_id: 'call_1', in_db: -20, out_db: -20, streams: [] }), [])
})

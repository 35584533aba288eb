import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platformWires } from './wire-makers.ts'

test('platformWires refuse options that their wire has not, and values that it cannot have', () => {
  const { telnyx, teler, asterisk } = platformWires
  assert.equal(telnyx.fault?.({ encoding: 'L16', rate: 16_000 }, 'both'), undefined)
  assert.equal(telnyx.fault?.({ encoding: 'opus' }, 'both'), 'encoding cannot have this value')
  assert.equal(telnyx.fault?.({ rate: 16_000 }, 'both'), 'G.711 is at 8000 alone')
  assert.equal(telnyx.fault?.({ toString: 1 }, 'both'), 'toString is no option of this wire')
  assert.equal(teler.fault?.({ chunk_ms: 400, rate: '8k' }, 'both'), undefined)
  for (const chunk_ms of [0, 10, 30, 2_020, '400', Number.NaN])
    assert.equal(teler.fault?.({ chunk_ms }, 'both'), 'chunk_ms cannot have this value')
  assert.equal(
    asterisk.fault?.({ format: 'slin16', control: 'json', subprotocol: false, high_ms: 18_000 }, 'both'),
    undefined,
  )
})

test('platformWires refuse to carry what whoever hears it could not tell apart, or would not hear', () => {
  const refusing = (direction: 'both' | 'inbound' | 'outbound' | 'both_tracks') =>
    Object.entries(platformWires)
      .filter(([, wire]) => wire.fault?.({}, direction) !== undefined)
      .map(([name]) => name)
  assert.deepEqual(refusing('both'), [])
  assert.deepEqual(refusing('inbound'), [])
  assert.deepEqual(refusing('outbound'), ['openai-realtime', 'agent'])
  assert.deepEqual(refusing('both_tracks'), ['vonage', 'teler', 'asterisk', 'openai-realtime', 'agent'])
})

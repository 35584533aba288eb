import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platformWires } from './wire-makers.ts'

test('platformWires refuse options that their wire has not, and values that it cannot have', () => {
  const { telnyx, teler, asterisk } = platformWires
  assert.equal(telnyx.fault?.({ encoding: 'L16', rate: 16_000 }), undefined)
  assert.equal(telnyx.fault?.({ encoding: 'opus' }), 'encoding cannot have this value')
  assert.equal(telnyx.fault?.({ rate: 16_000 }), 'G.711 is at 8000 alone')
  assert.equal(telnyx.fault?.({ toString: 1 }), 'toString is no option of this wire')
  assert.equal(teler.fault?.({ chunk_ms: 400, rate: '8k' }), undefined)
  for (const chunk_ms of [0, 10, 30, 2_020, '400', Number.NaN])
    assert.equal(teler.fault?.({ chunk_ms }), 'chunk_ms cannot have this value')
  assert.equal(
    asterisk.fault?.({ format: 'slin16', control: 'json', subprotocol: false, high_ms: 18_000 }),
    undefined,
  )
})

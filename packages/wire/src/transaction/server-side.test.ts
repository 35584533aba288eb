import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bench, received, respondTo, type Bench } from './test-bench.ts'
import type { ServerTransaction } from './types.ts'

const invite = received('INVITE')
const ackOfSuccess = received('ACK', {
  Via: 'SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKack',
  To: '<sip:callee@example.com>;tag=to',
})

function ring(on: Bench): ServerTransaction<Bench['flow']> {
  on.layer.receive(on.flow, invite)
  const [transaction] = on.requests
  assert.ok(transaction)
  on.look()
  return transaction
}

test('transactionLayer() sends no 100 once the user has responded', () => {
  const on = bench({ reliable: true })
  ring(on).respond(respondTo(invite, 180))
  on.timers.advance(200)
  assert.deepEqual(on.look(), ['send 180'])
})

test('interop 25: a 2xx is repeated from T1 to T2 until its ACK, also over a reliable flow', () => {
  const on = bench({ reliable: true })
  ring(on).respond(respondTo(invite, 200))
  const times: number[] = []
  for (let nowMs = 0; nowMs < 12_000; nowMs += 500) {
    if (on.look().length > 0) times.push(nowMs)
    on.timers.advance(500)
  }
  assert.deepEqual(times, [0, 500, 1_500, 3_500, 7_500, 11_500])
  on.layer.receive(on.flow, ackOfSuccess)
  assert.deepEqual(on.look(), ['ack', 'end ok'])
  on.timers.advance(32_000)
  assert.deepEqual(on.look(), [])
  assert.equal(on.layer.size, 0)
})

test('interop 25: an absent ACK is reported as timeout after 64*T1', () => {
  const on = bench({ reliable: true })
  ring(on).respond(respondTo(invite, 200))
  on.timers.advance(31_999)
  assert.equal(on.look().includes('end timeout'), false)
  on.timers.advance(1)
  assert.deepEqual(on.look(), ['end timeout'])
  assert.equal(on.timers.pending, 0)
})

test('interop 25: a late ACK is taken on another connection, and only once', () => {
  const on = bench({ reliable: true })
  ring(on).respond(respondTo(invite, 200))
  on.timers.advance(20_000)
  on.look()
  const reconnected = { id: 'another', reliable: true }
  on.layer.receive(reconnected, ackOfSuccess)
  on.layer.receive(reconnected, ackOfSuccess)
  assert.deepEqual(on.look(), ['ack', 'end ok'])
})

test('transactionLayer() takes the ACK of a 2xx also on the INVITE’s own branch', () => {
  const on = bench({ reliable: true })
  ring(on).respond(respondTo(invite, 200))
  on.layer.receive(on.flow, received('ACK', { To: '<sip:callee@example.com>;tag=to' }))
  assert.deepEqual(on.look(), ['send 200', 'ack', 'end ok'])
})

test('transactionLayer() passes up an ACK that it knows nothing of', () => {
  const on = bench()
  on.layer.receive(on.flow, ackOfSuccess)
  assert.deepEqual(on.look(), ['ack'])
  assert.equal(on.layer.size, 0)
})

test('transactionLayer() answers CANCEL with the INVITE’s To tag and tells the user', () => {
  const on = bench()
  const transaction = ring(on)
  transaction.onCancel = (cancel) => void on.log.push(`cancel ${cancel.method}`)
  transaction.respond(respondTo(invite, 180))
  on.layer.receive(on.flow, received('CANCEL'))
  assert.deepEqual(on.look(), ['send 180', 'send 200', 'cancel CANCEL'])
  assert.equal(on.sent.at(-1)?.headers.get('To'), '<sip:callee@example.com>;tag=to')
  transaction.respond(respondTo(invite, 487))
  assert.deepEqual(on.look(), ['send 487'])
})

test('onCancel gets a CANCEL that came before it was set', () => {
  const on = bench()
  const transaction = ring(on)
  on.layer.receive(on.flow, received('CANCEL'))
  transaction.onCancel = (cancel) => void on.log.push(`cancel ${cancel.method}`)
  assert.deepEqual(on.look(), ['send 200', 'cancel CANCEL'])
})

test('onCancel is not called once the INVITE has its final response', () => {
  const on = bench()
  const transaction = ring(on)
  transaction.onCancel = () => void on.log.push('cancel')
  transaction.respond(respondTo(invite, 200))
  on.layer.receive(on.flow, received('CANCEL'))
  assert.deepEqual(on.look(), ['send 200', 'send 200'])
})

test('transactionLayer() answers 481 to a CANCEL that matches nothing, or another call’s INVITE', () => {
  const on = bench({ reliable: true })
  on.layer.receive(on.flow, received('CANCEL'))
  assert.deepEqual(on.look(), ['send 481'])
  ring(on).onCancel = () => void on.log.push('cancel')
  on.layer.receive(on.flow, received('CANCEL', { 'Call-ID': 'guessed' }))
  assert.deepEqual(on.look(), ['send 481'])
})

test('transactionLayer() answers 482 to a merged request', () => {
  const on = bench({ reliable: true })
  const first = ring(on)
  const merged = received('INVITE', { Via: 'SIP/2.0/TLS 192.0.2.9;branch=z9hG4bKotherpath' })
  on.layer.receive(on.flow, merged)
  assert.deepEqual(on.look(), ['send 482'])
  first.respond(respondTo(invite, 404))
  on.layer.receive(on.flow, received('ACK'))
  on.look()
  on.layer.receive(on.flow, received('INVITE', { Via: 'SIP/2.0/TLS 192.0.2.9;branch=z9hG4bKlater' }))
  assert.deepEqual(on.look(), ['request INVITE'], 'nothing is merged once the first has ended')
})

test('transactionLayer() never takes requests within a dialog for merged', () => {
  const on = bench()
  const To = '<sip:callee@example.com>;tag=to'
  on.layer.receive(on.flow, received('INFO', { To }))
  on.layer.receive(on.flow, received('INFO', { To, Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnext' }))
  assert.deepEqual(on.look(), ['request INFO', 'request INFO'])
})

test('transactionLayer() answers 483 to a call without hops left, but takes an OPTIONS', () => {
  const on = bench()
  on.layer.receive(on.flow, received('INVITE', { 'Max-Forwards': '0' }))
  on.layer.receive(on.flow, received('OPTIONS', { 'Max-Forwards': '0' }))
  assert.deepEqual(on.look(), ['send 483', 'request OPTIONS'])
})

test('transactionLayer() answers 503 beyond its limit, keeps nothing and counts', () => {
  const on = bench({ limit: 1 })
  ring(on)
  const next = received('OPTIONS', { Via: 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKnext' })
  on.layer.receive(on.flow, next)
  assert.deepEqual(on.look(), ['send 503'])
  assert.equal(on.sent.at(-1)?.headers.get('Retry-After'), '5')
  assert.equal(on.layer.size, 1)
  assert.equal(on.layer.refused, 1)
  on.layer.receive(on.flow, invite)
  assert.deepEqual(on.look(), [], 'a retransmission is not new')
})

test('transactionLayer() survives a 503 that cannot be sent', () => {
  const on = bench({ limit: 0 })
  on.failSends(true)
  on.layer.receive(on.flow, invite)
  assert.equal(on.layer.refused, 1)
})

test('transactionLayer() drops a request without a usable Via', () => {
  const on = bench()
  on.layer.receive(on.flow, received('INVITE', { Via: 'nonsense' }))
  assert.deepEqual(on.look(), [])
  assert.equal(on.layer.size, 0)
})

test('transactionLayer() matches the retransmission and ACK of a peer of RFC 2543', () => {
  const on = bench({ reliable: true })
  const Via = 'SIP/2.0/UDP 192.0.2.1:5060'
  const old = received('INVITE', { Via })
  on.layer.receive(on.flow, old)
  on.layer.receive(on.flow, old)
  assert.deepEqual(on.look(), ['request INVITE'])
  on.requests[0]?.respond(respondTo(old, 486))
  on.layer.receive(on.flow, received('ACK', { Via, To: '<sip:callee@example.com>;tag=to' }))
  assert.deepEqual(on.look(), ['send 486', 'end ok'])
  assert.equal(on.layer.size, 0)
})

test('transactionLayer() reports a response that cannot be sent', () => {
  const on = bench()
  on.layer.receive(on.flow, received('OPTIONS'))
  on.look()
  on.failSends(true)
  on.requests[0]?.respond(respondTo(received('OPTIONS'), 200))
  assert.deepEqual(on.look(), ['end transport'])
})

test('respond() ignores a second final response', () => {
  const on = bench()
  const transaction = ring(on)
  transaction.respond(respondTo(invite, 486))
  transaction.respond(respondTo(invite, 200))
  assert.deepEqual(on.look(), ['send 486'])
})

test('transportFailed() ends only what went over that flow', () => {
  const on = bench()
  ring(on)
  on.layer.transportFailed({ id: 'another', reliable: true })
  assert.equal(on.layer.size, 1)
  on.layer.transportFailed({ id: 'flow', reliable: false })
  assert.deepEqual(on.look(), ['end transport'])
  assert.equal(on.layer.size, 0)
})

test('close() stops everything without a word, and drops what comes later', () => {
  const on = bench()
  ring(on)
  on.layer.request(on.flow, received('OPTIONS'), 'gw', on.handlers)
  on.look()
  on.layer.close()
  assert.equal(on.layer.size, 0)
  assert.equal(on.timers.pending, 0)
  on.layer.receive(on.flow, received('OPTIONS'))
  on.timers.advance(100_000)
  assert.deepEqual(on.look(), [])
})

const step = fc.oneof(
  fc.constantFrom('INVITE', 'CANCEL', 'ACK', 'OPTIONS', 'lost').map((what) => ({ what, value: 0 })),
  fc.integer({ min: 100, max: 699 }).map((value) => ({ what: 'respond', value })),
  fc.integer({ min: 1, max: 40_000 }).map((value) => ({ what: 'advance', value })),
)

function take(on: Bench, { what, value }: { what: string; value: number }): void {
  if (what === 'respond') on.requests.forEach((each) => each.respond(respondTo(each.request, value)))
  else if (what === 'advance') on.timers.advance(value)
  else if (what === 'lost') on.layer.transportFailed(on.flow)
  else on.layer.receive(on.flow, what === 'ACK' ? ackOfSuccess : received(what))
}

test('transactionLayer() forgets every server transaction in the end, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, reliable) => {
      const on = bench({ reliable })
      for (const each of steps) take(on, each)
      take(on, { what: 'respond', value: 500 })
      on.timers.advance(100_000)
      assert.equal(on.layer.size, 0)
      assert.equal(on.timers.pending, 0)
    }),
  )
})

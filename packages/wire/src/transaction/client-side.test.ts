import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { topVia, type SipRequest } from '@voxkeep/wire/sip'
import { bench, request, respondTo, type Bench } from './test-bench.ts'
import { TransactionError } from './transaction-error.ts'
import type { ClientTransaction } from './types.ts'

function call(on: Bench, changes: Record<string, string> = {}): ClientTransaction {
  return on.layer.request(on.flow, request('INVITE', changes), 'gw.example.com:5061', on.handlers)
}

function answer(on: Bench, to: SipRequest, status: number, toTag?: string): void {
  on.layer.receive(on.flow, respondTo(to, status, toTag))
}

/** At which times a label is sent. */
function timesOf(on: Bench, label: string, untilMs: number): number[] {
  const times: number[] = []
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 500) {
    times.push(...on.log.splice(0).flatMap((entry) => (entry === `send ${label}` ? [nowMs] : [])))
    on.timers.advance(500)
  }
  return times
}

const ackTo = (toTag: string): SipRequest => request('ACK', { To: `<sip:callee@example.com>;tag=${toTag}` })

test('transactionLayer() puts its own Via on a request', () => {
  const reliable = bench({ reliable: true })
  const via = topVia(call(reliable).request)
  assert.equal(via?.transport, 'TLS')
  assert.equal(via?.host, 'gw.example.com')
  assert.equal(via?.port, 5061)
  assert.equal(via?.params.get('branch'), 'z9hG4bKours1')
  assert.equal(via?.params.has('rport'), true)
  assert.equal(topVia(call(bench()).request)?.transport, 'UDP')
})

test('transactionLayer() repeats an INVITE at doubling intervals over an unreliable flow', () => {
  const on = bench()
  call(on)
  assert.deepEqual(timesOf(on, 'INVITE', 40_000), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500])
})

test('transactionLayer() repeats another request at intervals that grow to 4 s', () => {
  const on = bench()
  on.layer.request(on.flow, request('BYE'), 'gw', on.handlers)
  const times = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
  assert.deepEqual(timesOf(on, 'BYE', 40_000), times)
})

test('transactionLayer() sends a request once over a reliable flow, and times out all the same', () => {
  const on = bench({ reliable: true })
  call(on)
  on.timers.advance(31_999)
  assert.deepEqual(on.look(), ['send INVITE'])
  on.timers.advance(1)
  assert.deepEqual(on.look(), ['timeout'])
})

test('transactionLayer() acknowledges a failure on the INVITE’s branch and route', () => {
  const on = bench({ reliable: true })
  const invite = call(on, { Route: '<sip:proxy.example.com;lr>', CSeq: '7 INVITE' }).request
  answer(on, invite, 486, 'busy')
  const ack = on.sent[1]
  assert.ok(ack?.kind === 'request')
  assert.equal(ack.method, 'ACK')
  assert.equal(ack.uri, invite.uri)
  assert.equal(ack.headers.get('Via'), invite.headers.get('Via'))
  assert.equal(ack.headers.get('Route'), '<sip:proxy.example.com;lr>')
  assert.equal(ack.headers.get('CSeq'), '7 ACK')
  assert.equal(ack.headers.get('To'), '<sip:callee@example.com>;tag=busy')
  assert.equal(on.layer.size, 0, 'over a reliable flow nothing is repeated')
})

test('cancel() waits for a provisional response', () => {
  const on = bench({ reliable: true })
  const transaction = call(on)
  transaction.cancel()
  assert.deepEqual(on.look(), ['send INVITE'])
  answer(on, transaction.request, 100)
  assert.deepEqual(on.look(), ['provisional 100', 'send CANCEL'])
  const cancel = on.sent[1]
  assert.equal(cancel?.headers.get('Via'), transaction.request.headers.get('Via'))
  assert.equal(cancel?.headers.get('CSeq'), '1 CANCEL')
})

test('cancel() says why when it is told to', () => {
  const on = bench({ reliable: true })
  const transaction = call(on)
  transaction.cancel([['Reason', 'Q.850;cause=19']])
  transaction.cancel([['Reason', 'Q.850;cause=16']])
  answer(on, transaction.request, 100)
  assert.deepEqual(on.sent[1]?.headers.getAll('Reason'), ['Q.850;cause=19'])
})

test('cancel() sends one CANCEL however often it is called', () => {
  const on = bench({ reliable: true })
  const transaction = call(on)
  answer(on, transaction.request, 180)
  transaction.cancel()
  transaction.cancel()
  answer(on, transaction.request, 183)
  assert.deepEqual(on.look(), ['send INVITE', 'provisional 180', 'send CANCEL', 'provisional 183'])
})

test('cancel() does nothing after a final response', () => {
  const on = bench()
  const transaction = call(on)
  answer(on, transaction.request, 404)
  transaction.cancel()
  assert.deepEqual(on.look(), ['send INVITE', 'send ACK', 'final 404'])
})

test('cancel() does nothing to a request other than INVITE', () => {
  const on = bench({ reliable: true })
  const transaction = on.layer.request(on.flow, request('OPTIONS'), 'gw', on.handlers)
  answer(on, transaction.request, 100)
  transaction.cancel()
  assert.deepEqual(on.look(), ['send OPTIONS', 'provisional 100'])
})

test('interop 25: a 200 that crosses our CANCEL still comes to onFinal', () => {
  const on = bench({ reliable: true })
  const transaction = call(on)
  answer(on, transaction.request, 180)
  transaction.cancel()
  on.look()
  answer(on, transaction.request, 200)
  assert.deepEqual(on.look(), ['final 200'])
  assert.equal(transaction.state, 'accepted')
})

test('transactionLayer() repeats our ACK whenever its 2xx is repeated, and does not pass that up', () => {
  const on = bench({ reliable: true })
  const { request: invite } = call(on)
  answer(on, invite, 200, 'one')
  answer(on, invite, 200, 'one')
  assert.deepEqual(on.look(), ['send INVITE', 'final 200'], 'not acknowledged yet')
  on.layer.sendAck(on.flow, ackTo('one'), 'gw.example.com')
  answer(on, invite, 200, 'one')
  assert.deepEqual(on.look(), ['send ACK', 'send ACK'])
  assert.equal(on.sent[1], on.sent[2])
})

test('sendAck() uses a branch of its own', () => {
  const on = bench()
  const { request: invite } = call(on)
  answer(on, invite, 200)
  on.layer.sendAck(on.flow, ackTo('to'), 'gw.example.com')
  const ack = on.sent[1]
  assert.ok(ack?.kind === 'request')
  assert.notEqual(topVia(ack)?.params.get('branch'), topVia(invite)?.params.get('branch'))
})

test('transactionLayer() passes up each fork’s 2xx, up to 16', () => {
  const on = bench({ reliable: true })
  const { request: invite } = call(on)
  on.look()
  for (let fork = 0; fork < 20; fork += 1) answer(on, invite, 200, `fork${fork}`)
  assert.equal(on.look().length, 16)
})

test('transactionLayer() hands out a 2xx as stray once its transaction ended', () => {
  const on = bench({ reliable: true })
  const { request: invite } = call(on)
  answer(on, invite, 200)
  on.timers.advance(32_000)
  on.look()
  answer(on, invite, 200)
  assert.deepEqual(on.look(), ['stray 200'])
})

test('transactionLayer() drops a response with a second Via', () => {
  const on = bench({ reliable: true })
  const { request: invite } = call(on)
  const response = respondTo(invite, 200)
  response.headers.append('Via', 'SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKfurther')
  on.layer.receive(on.flow, response)
  assert.deepEqual(on.look(), ['send INVITE'])
})

test('request() reports a send that throws only after it has returned', () => {
  for (const method of ['INVITE', 'BYE']) {
    const on = bench()
    on.failSends(true)
    on.layer.request(on.flow, request(method), 'gw', on.handlers)
    assert.deepEqual(on.look(), [])
    on.timers.advance(1)
    assert.deepEqual(on.look(), ['transport error'])
    assert.equal(on.layer.size, 0)
    assert.equal(on.timers.pending, 0)
  }
})

test('request() throws on what is no request of its own', () => {
  const on = bench()
  for (const wrong of [request('ACK'), request('CANCEL'), request('BYE', { CSeq: 'x' })]) {
    assert.throws(() => on.layer.request(on.flow, wrong, 'gw', on.handlers), TransactionError)
  }
  assert.equal(on.layer.size, 0)
})

const step = fc.oneof(
  fc.constantFrom('cancel', 'lost', 'ack').map((what) => ({ what, value: 0 })),
  fc.integer({ min: 100, max: 699 }).map((value) => ({ what: 'respond', value })),
  fc.integer({ min: 1, max: 40_000 }).map((value) => ({ what: 'advance', value })),
)

function take(
  on: Bench,
  transaction: ClientTransaction,
  { what, value }: { what: string; value: number },
): void {
  if (what === 'respond') answer(on, transaction.request, value, `tag${value % 3}`)
  else if (what === 'advance') on.timers.advance(value)
  else if (what === 'lost') on.layer.transportFailed(on.flow)
  else if (what === 'ack') on.layer.sendAck(on.flow, ackTo('tag0'), 'gw')
  else transaction.cancel()
}

test('transactionLayer() forgets every client transaction in the end and reports one outcome, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, reliable) => {
      const on = bench({ reliable })
      const transaction = call(on)
      for (const each of steps) take(on, transaction, each)
      transaction.cancel()
      on.timers.advance(100_000)
      assert.equal(on.layer.size, 0)
      assert.equal(on.timers.pending, 0)
      const outcomes = on.log.filter((entry) => /^(final|timeout|transport error)/.test(entry))
      const successes = outcomes.filter((entry) => entry.startsWith('final 2'))
      assert.ok(outcomes.length === 1 || (successes.length === outcomes.length && outcomes.length <= 3))
    }),
  )
})

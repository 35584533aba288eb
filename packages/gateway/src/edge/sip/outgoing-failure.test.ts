import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipHeaders, type SipResponse } from '@voxkeep/wire/sip'
import { failureOf } from './outgoing-failure.ts'

function response(status: number, ...headers: [string, string][]): SipResponse {
  return { kind: 'response', status, reason: '', headers: new SipHeaders(headers), body: new Uint8Array(0) }
}

const expected: readonly [status: number, why: string, elsewhere: boolean][] = [
  [301, 'redirected', false],
  [302, 'redirected', false],
  [401, 'rejected', true],
  [403, 'rejected', true],
  [404, 'not-found', false],
  [408, 'no-answer', false],
  [480, 'no-answer', false],
  [484, 'not-found', false],
  [486, 'busy', false],
  [487, 'rejected', false],
  [488, 'rejected', true],
  [500, 'rejected', true],
  [503, 'overloaded', true],
  [600, 'busy', false],
  [603, 'rejected', false],
  [604, 'not-found', false],
]
for (const [status, why, elsewhere] of expected) {
  test(`failureOf() says ${why}, ${elsewhere ? 'another trunk may do better' : 'for good'}, of ${status}`, () => {
    assert.deepEqual(failureOf(response(status)), { why, status, elsewhere })
  })
}

test('failureOf() tells the cause, the telephone network’s before SIP’s', () => {
  const cause = (...values: string[]) =>
    failureOf(response(486, ...values.map((value): [string, string] => ['Reason', value]))).cause
  assert.equal(cause('SIP;cause=486;text="Busy Here"', 'q.850 ;cause=17;text="User busy"'), 'Q.850 17')
  assert.equal(cause('SIP;cause=600'), 'SIP 600')
  assert.equal(cause('Preemption;cause=1', 'Q.850', '"'), undefined)
})

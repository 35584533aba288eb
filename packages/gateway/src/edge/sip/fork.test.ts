import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipHeaders, type SipResponse } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import type { DialogLeg } from './dialog-leg.ts'
import { fork, rseqOf } from './fork.ts'

const leg = {} as DialogLeg // a fork only keeps it

function response(status: number, headers: [string, string][] = [], sdp = ''): SipResponse {
  if (sdp !== '') headers.push(['Content-Type', 'application/sdp'])
  return {
    kind: 'response',
    status,
    reason: '',
    headers: new SipHeaders(headers),
    body: new TextEncoder().encode(sdp),
  }
}

test('fork() tells an answer once, and keeps a reliable one', () => {
  const one = fork(leg)
  assert.equal(one.take(response(183, [], 'a'), undefined), 'new-answer')
  assert.equal(one.take(response(183, [], 'a'), undefined), 'new')
  assert.equal(one.take(response(183, [], 'b'), 7), 'new-answer')
  assert.equal(one.isReliable, true)
  assert.equal(
    one.take(response(183, [], 'c'), 8),
    'new',
    'RFC 3261 §13.2.1: there is one answer to an offer',
  )
  assert.equal(new TextDecoder().decode(one.answer), 'b')
})

test('fork() takes reliable responses in their order only', () => {
  const one = fork(leg)
  const taken = [5, 5, 4, 7, 6, 7].map((rseq) => one.take(response(180), rseq))
  assert.deepEqual(taken, ['new', 'repeated', 'repeated', 'repeated', 'new', 'new'])
})

test('rseqOf() reads the number of a response that wants a PRACK', () => {
  const reliable = (rseq: string, tags = 'timer, 100rel', status = 183) =>
    rseqOf(
      response(status, [
        ['Require', tags],
        ['RSeq', rseq],
      ]),
    )
  assert.equal(reliable('988789'), 988_789)
  assert.equal(reliable('2147483647'), 2 ** 31 - 1)
  for (const rseq of ['0', '2147483648', '-1', '1 INVITE', '', '99999999999'])
    assert.equal(reliable(rseq), undefined, rseq)
  assert.equal(reliable('1', 'timer'), undefined)
  assert.equal(reliable('1', '100rel', 100), undefined)
  assert.equal(reliable('1', '100rel', 200), undefined)
  assert.equal(rseqOf(response(183, [['Require', '100rel']])), undefined)
})

test('rseqOf() never throws, whatever the text, and undoes what a peer writes', () => {
  const of = (text: string) =>
    rseqOf(
      response(180, [
        ['Require', '100rel'],
        ['RSeq', text],
      ]),
    )
  fc.assert(fc.property(fc.string(), (text) => void of(text)))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (rseq) => assert.equal(of(String(rseq)), rseq)),
  )
})

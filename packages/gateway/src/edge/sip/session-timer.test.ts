import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import {
  giveUpAfterMs,
  parseSessionExpires,
  raisedIntervalS,
  refreshAfterMs,
  serializeSessionExpires,
  sessionTimerFor,
  sessionTimerHeaders,
  sessionTimerOf,
  sessionTimerRequest,
  type SessionTimer,
} from './session-timer.ts'

const invite = (...headers: [string, string][]) =>
  createRequest({ method: 'INVITE', uri: 'sip:a@b.example', headers })

test('sessionTimerFor() lets the peer refresh when it can', () => {
  const offer = sessionTimerFor(invite(['Session-Expires', '1800'], ['Supported', 'replaces, timer']))
  assert.deepEqual(offer, {
    kind: 'timer',
    timer: { intervalS: 1_800, refresher: 'uac' },
    peerRefreshes: true,
  })
  assert.deepEqual(sessionTimerHeaders(offer), [
    ['Session-Expires', '1800;refresher=uac'],
    ['Require', 'timer'],
  ])
})

test('sessionTimerFor() refreshes when asked to, and for a peer that cannot', () => {
  for (const headers of [
    [
      ['x', '1800;refresher=uas'],
      ['k', 'timer'],
    ],
    [['x', '1800;refresher=uac']],
  ] satisfies [string, string][][]) {
    const offer = sessionTimerFor(invite(...headers))
    assert.ok(offer.kind === 'timer' && !offer.peerRefreshes)
    assert.deepEqual(sessionTimerHeaders(offer), [['Session-Expires', '1800;refresher=uas']])
  }
})

test('sessionTimerFor() refuses an interval that is too small, where the peer understands that', () => {
  assert.deepEqual(sessionTimerFor(invite(['Session-Expires', '20'], ['Supported', 'timer'])), {
    kind: 'too-small',
  })
  const raised = sessionTimerFor(invite(['Session-Expires', '20']))
  assert.ok(raised.kind === 'timer' && raised.timer.intervalS === 90)
})

test('sessionTimerFor() does without when nobody asks', () => {
  assert.deepEqual(sessionTimerFor(invite(['Supported', 'timer'])), { kind: 'none' })
  assert.deepEqual(sessionTimerFor(invite(['Session-Expires', 'soon'])), { kind: 'none' })
})

test('sessionTimerFor() asks for a timer itself where the peer knows timers, and then refreshes', () => {
  const offer = sessionTimerFor(invite(['Supported', 'timer']), 1_800)
  assert.deepEqual(offer, {
    kind: 'timer',
    timer: { intervalS: 1_800, refresher: 'uas' },
    peerRefreshes: false,
  })
  const raised = sessionTimerFor(invite(['Supported', 'timer'], ['Min-SE', '3600']), 1_800)
  assert.ok(raised.kind === 'timer' && raised.timer.intervalS === 3_600)
  assert.deepEqual(sessionTimerFor(invite(), 1_800), { kind: 'none' })
})

const success = (...headers: [string, string][]) => createResponse(invite(), 200, undefined, { headers })

test('interop 22: sessionTimerOf() honours a timer that the peer imposes, asked for or not', () => {
  const ours = sessionTimerOf(success(['Session-Expires', '300']))
  assert.ok(ours.kind === 'timer' && ours.timer.intervalS === 300 && !ours.peerRefreshes)
  const theirs = sessionTimerOf(success(['x', '300;refresher=uas']))
  assert.ok(theirs.kind === 'timer' && theirs.peerRefreshes)
  const tiny = sessionTimerOf(success(['Session-Expires', '1;refresher=uac']))
  assert.ok(tiny.kind === 'timer' && tiny.timer.intervalS === 90) // nobody makes us refresh without pause
  assert.deepEqual(sessionTimerOf(success()), { kind: 'none' })
})

test('raisedIntervalS() takes what the 422 asks for, within bounds', () => {
  const refusal = (minSe: string) =>
    createResponse(invite(), 422, undefined, { headers: [['Min-SE', minSe]] })
  assert.equal(raisedIntervalS(refusal('600;x=y'), 300), 600)
  assert.equal(raisedIntervalS(refusal('100'), 300), 300)
  assert.equal(raisedIntervalS(refusal('9999999999'), 300), 86_400)
  assert.equal(raisedIntervalS(refusal('soon'), 300), 300)
})

test('sessionTimerRequest() leaves the choice of who refreshes to the peer unless told', () => {
  assert.deepEqual(sessionTimerRequest(1_800)[0], ['Session-Expires', '1800'])
  assert.deepEqual(sessionTimerRequest(1_800, 'uac'), [
    ['Session-Expires', '1800;refresher=uac'],
    ['Min-SE', '90'],
  ])
})

test('giveUpAfterMs() comes before the interval ends, and well after refreshAfterMs()', () => {
  assert.deepEqual([refreshAfterMs(90), giveUpAfterMs(90)], [45_000, 60_000])
  assert.deepEqual([refreshAfterMs(1_800), giveUpAfterMs(1_800)], [900_000, 1_768_000])
})

test('parseSessionExpires() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseSessionExpires(text)))
})

test('parseSessionExpires() undoes serializeSessionExpires()', () => {
  const timer: fc.Arbitrary<SessionTimer> = fc.record(
    {
      intervalS: fc.integer({ min: 0, max: 86_400 }),
      refresher: fc.constantFrom('uac', 'uas'),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(timer, (sent) => assert.deepEqual(parseSessionExpires(serializeSessionExpires(sent)), sent)),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import {
  parseSessionExpires,
  serializeSessionExpires,
  sessionDeadlineMs,
  sessionTimerFor,
  sessionTimerHeaders,
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

test('sessionDeadlineMs() comes before the interval ends', () => {
  const timer = { intervalS: 90, refresher: 'uac' } as const
  assert.equal(sessionDeadlineMs({ kind: 'timer', timer, peerRefreshes: true }), 60_000)
  assert.equal(sessionDeadlineMs({ kind: 'timer', timer, peerRefreshes: false }), 45_000)
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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './policy.ts'
import { refusalStatus, type IdentityReason, type Verdict } from './verdict.ts'

const passed: Verdict = { status: 'passed', attestation: 'A', originationId: 'x', signer: 'CN=a' }
const stale: Verdict = { status: 'failed', reason: 'stale', signer: 'CN=a' }
const none: Verdict = { status: 'none' }
const unavailable: Verdict = { status: 'unavailable', reason: 'certificate-unavailable' }

test('judge() says nothing of a trunk that does not care', () => {
  assert.deepEqual(judge('off', stale), { status: 'off', policy: 'accept' })
})

test('judge() only tells, with report', () => {
  for (const verdict of [passed, stale, none, unavailable]) {
    assert.deepEqual(judge('report', verdict), { ...verdict, policy: 'accept' })
  }
})

test('judge() withholds an unproven caller, with downgrade', () => {
  assert.equal(judge('downgrade', passed).policy, 'accept')
  assert.equal(judge('downgrade', { ...passed, attestation: 'B' }).policy, 'accept')
  assert.equal(judge('downgrade', { status: 'passed', signer: 'CN=a' }).policy, 'accept')
  assert.equal(judge('downgrade', { ...passed, attestation: 'C' }).policy, 'downgrade')
  for (const verdict of [stale, none, unavailable])
    assert.equal(judge('downgrade', verdict).policy, 'downgrade')
})

test('judge() refuses all but what passed, with reject, each with its status', () => {
  assert.deepEqual(judge('reject', passed), { ...passed, policy: 'accept' })
  assert.deepEqual(judge('reject', none), { status: 'none', policy: 'reject', refuseWith: 428 })
  assert.deepEqual(judge('reject', stale), { ...stale, policy: 'reject', refuseWith: 403 })
  assert.deepEqual(judge('reject', unavailable), { ...unavailable, policy: 'reject', refuseWith: 436 })
})

test('refusalStatus() has the status of RFC 8224 §6.2.2 for each reason', () => {
  const expected: Readonly<Record<IdentityReason | 'none', number>> = {
    none: 428,
    stale: 403,
    future: 403,
    'certificate-address': 436,
    'certificate-unavailable': 436,
    'certificate-malformed': 437,
    'certificate-untrusted': 437,
    'certificate-expired': 437,
    'certificate-usage': 437,
    'number-not-authorised': 437,
    malformed: 438,
    algorithm: 438,
    extension: 438,
    'caller-mismatch': 438,
    'called-mismatch': 438,
    signature: 438,
    replayed: 438,
  }
  for (const [reason, status] of Object.entries(expected)) {
    assert.equal(refusalStatus(reason as IdentityReason), status, reason)
  }
})

import { refusalStatus, type Attestation, type IdentityReason, type Verdict } from './verdict.ts'

/** What a trunk's configuration wants of a caller's identity. */
export type IdentityPolicy = 'off' | 'report' | 'downgrade' | 'reject'

/** A verdict, and what the trunk's policy makes of it. */
export interface JudgedIdentity {
  readonly status: 'off' | Verdict['status']
  readonly attestation?: Attestation
  readonly originationId?: string
  readonly reason?: IdentityReason
  readonly signer?: string
  readonly divertedFrom?: string
  readonly policy: 'accept' | 'downgrade' | 'reject'
  readonly refuseWith?: number
}

/**
 * Applies a trunk's policy. It closes: what could not be verified counts like what failed. With `downgrade`, attestation C counts as
 * unproven too, for the signer says there that it knows nothing of the caller (RFC 8588 §4).
 */
export function judge(policy: IdentityPolicy, verdict: Verdict): JudgedIdentity {
  switch (policy) {
    case 'off':
      return { status: 'off', policy: 'accept' }
    case 'report':
      return { ...verdict, policy: 'accept' }
    case 'downgrade':
      return { ...verdict, policy: isProven(verdict) ? 'accept' : 'downgrade' }
    case 'reject':
      if (verdict.status === 'passed') return { ...verdict, policy: 'accept' }
      return { ...verdict, policy: 'reject', refuseWith: refusalStatus(reasonOf(verdict)) }
  }
}

function isProven(verdict: Verdict): boolean {
  return verdict.status === 'passed' && verdict.attestation !== 'C'
}

function reasonOf(verdict: Exclude<Verdict, { status: 'passed' }>): IdentityReason | 'none' {
  return verdict.status === 'none' ? 'none' : verdict.reason
}

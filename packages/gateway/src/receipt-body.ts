import type { SecurityReceipt } from '#call'
import type { CallRow } from '#db'

/** What wrapped a tenant key that sealed something of the call. */
export interface KeyFact {
  readonly tenantKey: string
  /** The provider's name in the configuration, and the version of its key. */
  readonly provider: string
  readonly providerKey: string
}

export interface ReceiptSource {
  readonly node: string
  readonly version: string
  readonly row: CallRow
  readonly receipt: SecurityReceipt
  readonly reason: string
  readonly endedAtMs: number
  readonly keys: readonly KeyFact[]
  readonly retention: RetentionFact | undefined
}

/** How long the call is kept, as it was decided when it began. */
export interface RetentionFact {
  readonly policy: string | null
  readonly policy_version: string | null
  readonly due_at: Date | null
}

/**
 * What a receipt says, before it has its place in the log and its signatures: `spec/receipt.schema.json`. No phone number and no
 * content: only how the call was protected. What this gateway cannot do yet is said to be so, not left out.
 */
export function receiptBody({
  node,
  version,
  row,
  receipt,
  reason,
  endedAtMs,
  keys,
  retention,
}: ReceiptSource) {
  const { id, tenant, app, direction, started_at, answered_at } = row
  return {
    type: 'voxkeep-call-receipt',
    version: 1,
    issuer: { node, software: `voxkeep/${version}` },
    call: {
      id,
      tenant,
      app,
      direction,
      startedAt: started_at.toISOString(),
      answeredAt: answered_at?.toISOString() ?? null,
      endedAt: new Date(endedAtMs).toISOString(),
      endReason: reason,
    },
    signalling: signallingOf(receipt.sip),
    media: receipt.srtp,
    identity: receipt.identity,
    legs: receipt.legs.map((leg) => ({ ...leg, sip: signallingOf(leg.sip) })),
    webhooks: receipt.webhooks.map((webhook) => ({ ...webhook, signedBy: [...webhook.signedBy] })),
    streams: receipt.streams.map(({ id: stream, host, tls, end, signedBy, audio }) => ({
      id: stream,
      host,
      tls: tls && { ...tls, postQuantum: isPostQuantum(tls.group) },
      signedBy: [...signedBy],
      audio,
      end,
    })),
    recordings: receipt.recordings.map(({ id: recording, keyRef, state, sha256, durationMs }) => ({
      id: recording,
      tenantKey: keyRef,
      state,
      sha256,
      durationMs,
    })),
    providerKeys: keys.map((key) => ({ ...key })),
    retention: {
      policy: retention?.policy ?? null,
      policyVersion: retention?.policy_version ?? null,
      dueAt: retention?.due_at?.toISOString() ?? null,
    },
    // Whether anybody agreed to anything, was silenced, or typed a card.
    consent: consentOf(receipt.consent),
    redaction: redactionOf(receipt.redaction),
    secureCapture: captureOf(receipt.secureCapture),
    ...(receipt.verifications.length > 0 && { voiceVerification: verificationOf(receipt.verifications) }),
  }
}

/** What was keyed in where nobody else could learn it: the kinds of fields, never a digit. */
function captureOf(entries: SecurityReceipt['secureCapture']) {
  const captures = entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() }))
  return { state: entries.length === 0 ? 'not-used' : 'used', captures }
}

/** Whether the caller's voice was compared with somebody's, who said that it may be, and what came of it: never whose. */
function verificationOf(entries: SecurityReceipt['verifications']) {
  return entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() }))
}

/** What was taken out, by type; `not-applied` where nobody listened. */
function redactionOf(redaction: SecurityReceipt['redaction']) {
  if (redaction === null) return { state: 'not-applied' }
  return { state: 'applied', ...redaction, found: { ...redaction.found } }
}

/** From what stands against a recording most to what does least. */
const consentStates = ['revoked', 'refused', 'unanswered', 'announced', 'given', 'not-required'] as const

/** What each party said last, and what that comes to for all of them. */
function consentOf(entries: SecurityReceipt['consent']) {
  const last = new Map(entries.map((entry) => [entry.party, entry.state]))
  const worst = consentStates.find((state) => [...last.values()].includes(state))
  const parties = entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() }))
  return { state: worst ?? 'not-asked', parties }
}

type Signalling = SecurityReceipt['sip']

function signallingOf(sip: Signalling) {
  return sip && { ...sip, authenticatedBy: [...sip.authenticatedBy], postQuantum: isPostQuantum(sip.group) }
}

/** Whether the key agreement holds against a quantum computer too; null where the group is not known. */
function isPostQuantum(group: string): boolean | null {
  return group === '' || group === 'unknown' ? null : /MLKEM|KYBER/i.test(group)
}

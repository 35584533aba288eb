import { headerValue, type HeaderSource } from './header-value.ts'

/** Why a signature was not accepted. */
export type SignatureFault =
  | 'headers-missing' // webhook-id, webhook-timestamp or webhook-signature
  | 'timestamp-malformed'
  | 'timestamp-too-old'
  | 'timestamp-too-new'
  | 'signature-mismatch' // no secret fits: another sender, a changed message, or an old secret

export interface VerifyOptions {
  /** How far the sender's clock may be off, in seconds. Default 300. */
  readonly toleranceS?: number
  /** The time now in milliseconds since 1970, for tests. */
  readonly nowMs?: number
}

export type SignatureCheck =
  | { readonly ok: true; readonly id: string; readonly sentAt: Date }
  | { readonly ok: false; readonly reason: SignatureFault }

const maxSignatures = 16 // a sender signs with every secret in rotation: a handful
const encoder = new TextEncoder()

/**
 * Checks the Standard Webhooks headers over `payload` against each of `secrets` (`whsec_…`), in constant time.
 * Rejects only when a secret is not base64: that is the caller's mistake, and must not pass for a forgery.
 */
export async function checkSignature(
  payload: string | Uint8Array,
  headers: HeaderSource,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): Promise<SignatureCheck> {
  const id = headerValue(headers, 'webhook-id')
  const timestamp = headerValue(headers, 'webhook-timestamp')
  const signatures = headerValue(headers, 'webhook-signature')
  if (!id || !timestamp || !signatures) return { ok: false, reason: 'headers-missing' }
  const fault = timestampFault(timestamp, options)
  if (fault !== undefined) return { ok: false, reason: fault }
  const content = signedContent(id, timestamp, payload)
  const candidates = symmetricSignatures(signatures)
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    if (await matchesAny(secret, candidates, content)) {
      return { ok: true, id, sentAt: new Date(Number(timestamp) * 1_000) }
    }
  }
  return { ok: false, reason: 'signature-mismatch' }
}

function timestampFault(timestamp: string, options: VerifyOptions): SignatureFault | undefined {
  if (!/^\d{1,12}$/.test(timestamp)) return 'timestamp-malformed'
  const ageS = Math.floor((options.nowMs ?? Date.now()) / 1_000) - Number(timestamp)
  const toleranceS = options.toleranceS ?? 300
  if (ageS > toleranceS) return 'timestamp-too-old'
  return ageS < -toleranceS ? 'timestamp-too-new' : undefined
}

function signedContent(id: string, timestamp: string, payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = encoder.encode(`${id}.${timestamp}.`)
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload
  const content = new Uint8Array(prefix.length + body.length)
  content.set(prefix)
  content.set(body, prefix.length)
  return content
}

function symmetricSignatures(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(' ', maxSignatures)
    .filter((part) => part.startsWith('v1,'))
    .flatMap((part) => base64(part.slice(3)) ?? [])
}

async function matchesAny(
  secret: string,
  candidates: readonly Uint8Array<ArrayBuffer>[],
  content: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await importSecret(secret)
  for (const candidate of candidates) {
    if (await crypto.subtle.verify('HMAC', key, candidate, content)) return true
  }
  return false
}

async function importSecret(secret: string): Promise<Parameters<typeof crypto.subtle.verify>[1]> {
  const bytes = base64(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length === 0)
    throw new TypeError('a webhook secret is "whsec_" and base64')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function base64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

import { createHmac } from 'node:crypto'
import type { Secret } from '#kernel'
import { WebhookError } from './errors.ts'

/**
 * The three headers of Standard Webhooks 1.0 over `payload`: the raw body of a webhook, or the whole `wss:` URL of a stream's
 * upgrade. Every secret signs, so that a receiver accepts while secrets are rotated.
 *
 * @param timestampS - Unix seconds of this attempt, not of the event.
 * @throws WebhookError when a secret is not one, or when `id` has a character that would make the signed text ambiguous.
 */
export function signStandard(
  secrets: readonly Secret<string>[],
  id: string,
  timestampS: number,
  payload: string | Uint8Array,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  if (!/^[\w-]{1,128}$/.test(id)) throw new WebhookError('WEBHOOK_ID_INVALID', 'this cannot be a webhook id')
  const timestamp = String(Math.floor(timestampS))
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', decodeSecret(secret))
    return `v1,${mac.update(`${id}.${timestamp}.`).update(payload).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** The key inside `whsec_…`. Throws rather than sign with less than the 24 bytes that the specification asks for. */
export function decodeSecret(secret: Secret<string>): Uint8Array {
  const text = secret.reveal()
  const key = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text.slice(6), 'base64') : undefined
  if (!key || key.length < 24 || key.length > 64) {
    throw new WebhookError(
      'WEBHOOK_SECRET_INVALID',
      'a webhook secret is "whsec_" and the base64 of 24 to 64 random bytes; "voxkeep init" makes one',
    )
  }
  return key
}

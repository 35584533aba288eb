import type { HeaderSource } from './header-value.ts'
import { checkSignature, type SignatureFault, type VerifyOptions } from './signature.ts'
import type { WebhookEvent } from './webhook-event.ts'

export type VerifiedWebhook =
  | {
      readonly ok: true
      /** The event's id: the same in every retry, so remember it to act once. */
      readonly id: string
      /** When this attempt was sent. */
      readonly sentAt: Date
      readonly event: WebhookEvent
    }
  | { readonly ok: false; readonly reason: SignatureFault | 'body-malformed' }

/**
 * Checks that a webhook comes from your gateway and reads it.
 *
 * @param payload - The body exactly as it was received, before any parsing.
 * @param secrets - One `whsec_…` secret, or several while they are being rotated.
 * @returns The event, or why it is not one. Never throws on hostile input; rejects when a secret is malformed.
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: HeaderSource,
  secrets: string | readonly string[],
  options?: VerifyOptions,
): Promise<VerifiedWebhook> {
  const checked = await checkSignature(payload, headers, secrets, options)
  if (!checked.ok) return checked
  const event = parseEvent(typeof payload === 'string' ? payload : new TextDecoder().decode(payload))
  return event === undefined ? { ok: false, reason: 'body-malformed' } : { ...checked, event }
}

function parseEvent(text: string): WebhookEvent | undefined {
  try {
    const value = JSON.parse(text) as Partial<WebhookEvent> | null
    const shaped = typeof value?.type === 'string' && typeof value.data === 'object' && value.data !== null
    return shaped ? (value as WebhookEvent) : undefined
  } catch {
    return undefined
  }
}

import type { CallId, EventId } from '#kernel'
import { WebhookError } from './errors.ts'

/** Something an app is asked or told. */
export interface WebhookEvent {
  readonly id: EventId
  /** Such as `call.incoming`. */
  readonly type: string
  readonly call?: CallId | undefined
  readonly data: object
}

const maxPayloadBytes = 64 * 1024

/** The body that is signed and sent, in the form of Standard Webhooks. Throws `WebhookError` on what receivers need not accept. */
export function payloadOf(event: WebhookEvent, nowMs: number): string {
  const timestamp = new Date(nowMs).toISOString()
  const payload = JSON.stringify({ type: event.type, timestamp, data: event.data })
  if (!/^\w+(\.\w+)*$/.test(event.type) || Buffer.byteLength(payload) > maxPayloadBytes) {
    throw new WebhookError(
      'WEBHOOK_EVENT_INVALID',
      'the event’s type or its size is not one that can be sent',
    )
  }
  return payload
}

/** One attempt at telling an app, for the delivery log. */
export interface Delivery {
  readonly event: EventId
  /** From 1. */
  readonly attempt: number
  readonly url: string
  readonly atMs: number
  readonly durationMs: number
  readonly status: number | undefined
  /** Undefined when the app accepted. */
  readonly error: string | undefined
}

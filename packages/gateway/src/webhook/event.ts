import type { CallId, EventId } from '#kernel'
import { WebhookError } from './errors.ts'

/** Something an app is asked or told. */
export interface WebhookEvent {
  readonly id: EventId
  /** Such as `call.incoming`. */
  readonly type: string
  readonly call?: CallId | undefined
  readonly data: object
  /** Where it goes in place of the app's own address. */
  readonly to?: EventTarget | undefined
}

/** An address that the app named for one thing. With `GET` nothing but the signed headers is sent, so that no number ever stands in an address. */
export interface EventTarget {
  readonly url: string
  readonly method: 'GET' | 'POST'
}

/** A request that somebody else made: signed when it is sent, each time anew. */
export interface ReadyRequest extends EventTarget {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An app's address as it may be logged: whatever stands behind its path could tell of a person. */
export function loggedUrl(url: string): string {
  if (!URL.canParse(url)) return 'invalid'
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
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

import type { Random } from '#kernel'

const seconds = 1_000
const minutes = 60 * seconds
const hours = 60 * minutes

/** How long after the attempt before it each attempt comes: the schedule that Standard Webhooks gives as its example. */
export const retryDelaysMs = [
  0,
  5 * seconds,
  5 * minutes,
  30 * minutes,
  2 * hours,
  5 * hours,
  10 * hours,
  14 * hours,
  20 * hours,
  24 * hours,
] as const

const jitter = 0.1 // so that a server that comes back is not met by all at once
const maxRetryAfterMs = 24 * hours // a receiver may ask for patience, not for being forgotten

/**
 * Milliseconds until the next attempt, or undefined when there is none.
 *
 * @param attempts - How many were made.
 * @param retryAfterMs - What the receiver asked for: never earlier than that.
 */
export function nextDelayMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: Random,
): number | undefined {
  const delayMs = retryDelaysMs[attempts]
  if (delayMs === undefined) return undefined
  const chance = (random.bytes(1)[0] ?? 0) / 255
  const spreadMs = delayMs * (1 + jitter * (2 * chance - 1))
  return Math.round(Math.max(spreadMs, Math.min(retryAfterMs ?? 0, maxRetryAfterMs)))
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110 §10.2.3); undefined when it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * seconds
  const isDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
  const atMs = isDate ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

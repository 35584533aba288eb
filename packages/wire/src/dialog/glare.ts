const stepMs = 10 // RFC 3261 §14.1: chosen in units of 10 ms

/**
 * How long to wait before a re-INVITE that met 491 is tried again (RFC 3261 §14.1): 2.1 s to 4 s for whoever made the
 * Call-ID, 0 s to 2 s for the other, so that both do not collide again.
 *
 * @param random - In [0, 1).
 */
export function glareDelayMs(ownsCallId: boolean, random: () => number): number {
  const [fromMs, toMs] = ownsCallId ? [2_100, 4_000] : [0, 2_000]
  const steps = (toMs - fromMs) / stepMs + 1
  return fromMs + Math.floor(random() * steps) * stepMs
}

const maxRetryAfterSeconds = 10

/**
 * How to refuse a re-INVITE that comes while another is under way (RFC 3261 §14.2): 491 when that one is ours, 500 with
 * Retry-After when it is the peer's own earlier one.
 *
 * @param random - In [0, 1).
 */
export function refuseReinvite(
  underWay: 'ours' | 'theirs',
  random: () => number,
): { status: 491 } | { status: 500; retryAfterSeconds: number } {
  if (underWay === 'ours') return { status: 491 }
  return { status: 500, retryAfterSeconds: Math.floor(random() * (maxRetryAfterSeconds + 1)) }
}

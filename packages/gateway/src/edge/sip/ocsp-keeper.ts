import type { Clock } from '#kernel'
import type { Count } from './connection.ts'
import { serializeOcspRequest, type OcspSubject } from './ocsp-request.ts'
import { judgeOcsp, type OcspVerdict } from './ocsp-verdict.ts'

/** What the responder of a certificate's authority says of it; `unreachable`: nothing, for an hour. */
export type RevocationStatus = 'pending' | 'good' | 'revoked' | 'unknown' | 'unreachable'

/** Asks a responder (RFC 6960 §A.1: POST of `application/ocsp-request`). May reject, and answer with anything. */
export type FetchOcsp = (url: string, request: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

export interface OcspKeeper extends Disposable {
  readonly status: RevocationStatus
  /** A response that says `good` now, for peers; undefined while there is none. */
  staple(): Uint8Array | undefined
}

const minRestMs = 30_000
const maxRestMs = 12 * 3_600_000 // half the life of a response, but news of a revocation should not take days
const firstRetryMs = 60_000
const maxRetryMs = 3_600_000
const unreachableAfterMs = 3_600_000

/**
 * Keeps what a responder says of one certificate: asks at once, again at half of each response's life, and more often while it does
 * not answer. The last good response is kept for as long as it is valid.
 */
export function ocspKeeper(
  deps: {
    readonly clock: Clock
    readonly count: Count
    readonly fetch: FetchOcsp
    readonly onStatus: (status: RevocationStatus) => void
  },
  asked: { readonly subject: OcspSubject; readonly url: string },
): OcspKeeper {
  const { clock } = deps
  const request = serializeOcspRequest(asked.subject)
  const closing = new AbortController()
  const startMs = clock.monotonicMs()
  let status: RevocationStatus = 'pending'
  let kept: { readonly der: Uint8Array; readonly untilMs: number } | undefined
  let heardMs = startMs
  let retryMs = firstRetryMs
  let cancel = clock.set(0, () => void look())

  async function look(): Promise<void> {
    const der = await deps.fetch(asked.url, request, closing.signal).catch(() => undefined)
    if (closing.signal.aborted) return
    const verdict = der && judgeOcsp(der, asked.subject, clock.now())
    deps.count('ocsp_fetches', { result: resultOf(verdict) })
    const restMs = der && verdict && verdict.status !== 'invalid' ? heard(der, verdict) : unheard()
    cancel = clock.set(restMs, () => void look())
  }

  function heard(der: Uint8Array, verdict: Exclude<OcspVerdict, { status: 'invalid' }>): number {
    heardMs = clock.monotonicMs()
    retryMs = firstRetryMs
    kept = verdict.status === 'good' ? { der, untilMs: verdict.untilMs } : undefined
    settle(verdict.status)
    return Math.min(maxRestMs, Math.max(minRestMs, (verdict.untilMs - clock.now()) / 2))
  }

  function unheard(): number {
    // A certificate that was revoked does not become good again because its responder is silent.
    const isLong = clock.monotonicMs() - heardMs >= unreachableAfterMs || (kept && !isValid(kept.untilMs))
    if (isLong === true && status !== 'revoked') settle('unreachable')
    const restMs = retryMs
    retryMs = Math.min(maxRetryMs, retryMs * 2)
    return restMs
  }

  function settle(found: RevocationStatus): void {
    if (found === status) return
    status = found
    deps.onStatus(found)
  }

  function isValid(untilMs: number): boolean {
    return clock.now() < untilMs
  }

  return {
    get status() {
      return status
    },
    staple: () => (kept && isValid(kept.untilMs) ? kept.der : undefined),
    [Symbol.dispose]() {
      cancel()
      closing.abort()
    },
  }
}

function resultOf(verdict: OcspVerdict | undefined): string {
  if (verdict === undefined) return 'unreachable'
  return verdict.status === 'invalid' ? verdict.why : verdict.status
}

import type { Clock } from '#kernel'
import { openCredential, readRoots, type Credential } from './credential.ts'
import { examine, reaches, type ClaimedCall, type Examined } from './examine.ts'
import { remoteCache } from './remote-cache.ts'
import { replayMemory } from './replay-memory.ts'
import { canonicalNumber } from './telephone-number.ts'
import type { Verdict } from './verdict.ts'

export interface StirVerifierDeps {
  readonly clock: Clock
  /** Authorities to trust, PEM. */
  readonly rootsPem: string
  /** How far `iat` may be from now, either way. */
  readonly freshnessMs: number
  /** How long a certificate is kept; whoever serves it can only shorten it. */
  readonly certificateCacheMs: number
  readonly fetchCertificate: FetchCertificate
}

/**
 * Fetches what an https: URL from a stranger names, at most `maxCredentialBytes` of it, in bounded time and from nowhere private.
 * Rejects when it cannot.
 */
export type FetchCertificate = (url: string, signal: AbortSignal) => Promise<FetchedCertificate>

export interface FetchedCertificate {
  readonly bytes: Uint8Array
  /** How long its server wants it kept. */
  readonly maxAgeMs?: number
}

export interface StirVerifier extends Disposable {
  /** Verifies the Identity headers of an INVITE (RFC 8224 §6.2, RFC 8588 §5). Never rejects. */
  verify(call: SignedCall, signal: AbortSignal): Promise<Verdict>
}

export interface SignedCall {
  /** `Identity` and `Date` header values as they came. */
  readonly identity: readonly string[]
  readonly date: string | undefined
  /** User parts of the caller's and the called URI. */
  readonly from: string
  readonly to: string
  readonly callId: string
}

const maxHeaders = 4 // a shaken PASSporT, a diversion or two, rich call data; each may cost a fetch
const maxCertificatesKept = 1_000
const maxFetches = 32
const keepFailureMs = 30_000 // long enough not to hammer a server that is down, short enough for one that comes back
const keepRefusedMs = 60_000

/** Throws `StirError` when the authorities cannot be read. */
export function openStirVerifier(deps: StirVerifierDeps): StirVerifier {
  const roots = readRoots(deps.rootsPem)
  const replays = replayMemory(deps.clock)
  const credentials = remoteCache<Credential>({
    clock: deps.clock,
    maxEntries: maxCertificatesKept,
    maxLoading: maxFetches,
    keepFailureMs,
    async load(url, signal) {
      const { bytes, maxAgeMs = Infinity } = await deps.fetchCertificate(url, signal)
      const value = openCredential(bytes, roots)
      const keepMs = value.ok ? deps.certificateCacheMs : Math.min(keepRefusedMs, deps.certificateCacheMs)
      return { value, keepMs: Math.min(keepMs, maxAgeMs) }
    },
  })
  const credential = (url: string, signal: AbortSignal) => credentials.get(url, signal)
  return {
    async verify(call, signal) {
      if (call.identity.length === 0) return { status: 'none' }
      const claimed: ClaimedCall = {
        from: canonicalNumber(call.from),
        to: canonicalNumber(call.to),
        date: call.date,
        nowMs: deps.clock.now(),
      }
      const headers = call.identity.slice(0, maxHeaders)
      const examined = await Promise.all(
        headers.map((value) => examine({ ...deps, credential }, value, claimed, signal)),
      )
      return conclude(examined, claimed, (name, iat) =>
        replays.use(name, call.callId, iat * 1_000 + deps.freshnessMs),
      )
    },
    [Symbol.dispose]: () => credentials[Symbol.dispose](),
  }
}

/** One PASSporT that holds is enough (RFC 8224 §6.2); when none does, the weightiest tells why. */
function conclude(
  examined: readonly Examined[],
  call: ClaimedCall,
  useOnce: (name: string, iat: number) => boolean,
): Verdict {
  const good = examined.filter((one) => one.ok)
  const speaking = good.filter((one) => one.passport.ppt !== 'div')
  for (const { passport, signer, name } of speaking) {
    const firstCalled = call.to === undefined ? undefined : reaches(passport, call.to, good)
    if (firstCalled === undefined) continue
    if (!useOnce(name, passport.iat)) return { status: 'failed', reason: 'replayed', signer }
    return {
      status: 'passed',
      signer,
      ...(passport.attestation && { attestation: passport.attestation }),
      ...(passport.originationId !== undefined && { originationId: passport.originationId }),
      ...(firstCalled !== call.to && { divertedFrom: firstCalled }),
    }
  }
  const [first] = speaking
  if (first) return { status: 'failed', reason: 'called-mismatch', signer: first.signer }
  return failed(examined)
}

const weight = (one: Examined) => {
  if (one.ok) return 3 // a `div` alone: it says nothing of the caller
  if (one.ppt === 'shaken') return 0
  return one.reason === 'extension' || one.reason === 'malformed' || one.ppt === 'div' ? 2 : 1
}

function failed(examined: readonly Examined[]): Verdict {
  const [worst] = examined.toSorted((a, b) => weight(a) - weight(b))
  if (!worst || worst.ok) return { status: 'failed', reason: 'extension' }
  const { reason, signer } = worst
  const status = reason === 'certificate-unavailable' ? 'unavailable' : 'failed'
  return { status, reason, ...(signer !== undefined && { signer }) }
}

import {
  answerChallenge,
  parseChallenge,
  type DigestChallenge,
  type DigestHash,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { parseNextNonce } from './next-nonce.ts'
import type { ClientDigest } from './trunk.ts'

export interface ChallengeDeps {
  /** Undefined: nothing is ever answered. */
  readonly credentials: ClientDigest | undefined
  readonly digestHash: (algorithm: DigestHash['algorithm']) => DigestHash
  /** Fresh, and not to be guessed. */
  readonly cnonce: () => string
}

type HeaderLine = readonly [name: string, value: string]

/** What proves us to a peer within one call: the challenges it made, and how often each nonce was used. */
export interface ChallengeAnswers {
  /** Begins a request: what it says of itself from the start, and what follows a refusal. */
  begin(): ChallengedRequest
}

export interface ChallengedRequest {
  /** Credentials for the challenges that are known; count them as used. */
  headers(request: SipRequest): HeaderLine[]
  /** Whether the request, with a new CSeq and new `headers`, is worth sending again after this 401 or 407. */
  mayRetry(response: SipResponse): boolean
  /** Takes what a final response of any kind says of the next nonce (RFC 7616 §3.5). */
  learn(response: SipResponse): void
}

interface Known {
  challenge: DigestChallenge
  readonly isProxy: boolean
  nonceCount: number
}

/** Several proxies on one way may each ask (RFC 3261 §22.3); more than this are no way but a trap. */
const maxRealms = 4
const maxTries = 5 // every realm once, and one nonce that was stale

const strength: Readonly<Record<DigestChallenge['algorithm'], number>> = {
  'SHA-512-256': 2,
  'SHA-256': 1,
  MD5: 0,
}

/**
 * Answers digest challenges (RFC 7616, RFC 8760) for one call that we placed. A password is given for a realm once in a
 * request, and once more when the peer says that only the nonce was too old: what is refused then is refused.
 */
export function challengeAnswers(deps: ChallengeDeps): ChallengeAnswers {
  const known = new Map<string, Known>()

  function take(challenge: DigestChallenge, isProxy: boolean): void {
    known.set(keyOf(isProxy, challenge.realm), { challenge, isProxy, nonceCount: 0 })
  }

  function answer(request: SipRequest, entry: Known, credentials: ClientDigest): HeaderLine {
    entry.nonceCount += 1
    const value = answerChallenge({
      challenge: entry.challenge,
      hash: deps.digestHash(entry.challenge.algorithm),
      username: credentials.username,
      password: credentials.password.reveal(),
      method: request.method,
      uri: request.uri,
      nonceCount: entry.nonceCount,
      cnonce: deps.cnonce(),
      body: request.body,
    })
    return [entry.isProxy ? 'Proxy-Authorization' : 'Authorization', value]
  }

  function begin(): ChallengedRequest {
    const asked = new Set<string>() // by this request's own refusals
    const given = new Set<string>()
    const forgiven = new Set<string>()
    let tries = 0
    return {
      headers(request) {
        const { credentials } = deps
        if (credentials === undefined) return []
        for (const key of known.keys()) if (asked.has(key)) given.add(key)
        return [...known.values()].map((entry) => answer(request, entry, credentials))
      },
      mayRetry(response) {
        tries += 1
        const isProxy = response.status === 407
        const challenges = answerable(response, isProxy, deps.credentials)
        if (tries >= maxTries || challenges.length === 0) return false
        for (const challenge of challenges) {
          const key = keyOf(isProxy, challenge.realm)
          // Credentials for a challenge of this very request that are refused are wrong, unless the peer says that the
          // nonce was at fault. Those for an older one may only have outlived it.
          const isOld = challenge.stale === true && !forgiven.has(key)
          if (given.has(key) && !isOld) return false
          if (given.has(key)) forgiven.add(key)
          if (!known.has(key) && known.size >= maxRealms) return false
          asked.add(key)
          take(challenge, isProxy)
        }
        return true
      },
      learn(response) {
        for (const entry of known.values()) {
          const header = entry.isProxy ? 'Proxy-Authentication-Info' : 'Authentication-Info'
          const nonce = parseNextNonce(response.headers.get(header) ?? '')
          if (nonce === undefined) continue
          entry.challenge = { ...entry.challenge, nonce }
          entry.nonceCount = 0
        }
      },
    }
  }
  return { begin }
}

function keyOf(isProxy: boolean, realm: string): string {
  return `${isProxy ? 'proxy' : 'peer'} ${realm}`
}

/** One challenge for each realm that we have a password for: the strongest of those that we can answer. */
function answerable(
  response: SipResponse,
  isProxy: boolean,
  credentials: ClientDigest | undefined,
): DigestChallenge[] {
  if (credentials === undefined) return []
  const best = new Map<string, DigestChallenge>()
  for (const text of response.headers.getAll(isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')) {
    const challenge = parseChallenge(text)
    if (challenge === undefined) continue
    if (credentials.realm !== undefined && credentials.realm !== challenge.realm) continue
    const other = best.get(challenge.realm)
    if (other === undefined || strength[challenge.algorithm] > strength[other.algorithm])
      best.set(challenge.realm, challenge)
  }
  return [...best.values()]
}

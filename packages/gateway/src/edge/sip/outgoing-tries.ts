import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { ChallengeAnswers } from './challenge-answers.ts'
import { maxRedirects, redirectTarget } from './redirect-policy.ts'
import { raisedIntervalS } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

/** What differs from one INVITE of a call to the next, which all have the same Call-ID (RFC 3261 §8.1.3.5). */
export interface OutgoingTries {
  readonly requestUri: string
  readonly sessionExpiresS: number
  /** The CSeq of a further INVITE. */
  nextSeq(): number
  /** Adds what challenges so far have asked for. */
  authorize(request: SipRequest): void
  /** Takes what a final response of any kind says of the credentials to use next. */
  learn(response: SipResponse): void
  /** Whether the same call, said differently, may be let through after this refusal. What is to be different is set. */
  mayTryAgain(refusal: SipResponse): boolean
}

const maxIntervalRaises = 2

export function outgoingTries(trunk: Trunk, requestUri: string, challenges: ChallengeAnswers): OutgoingTries {
  const challenged = challenges.begin()
  const urisTried = new Set<string>()
  let uri = requestUri
  let intervalS = trunk.sessionExpiresS
  let intervalRaises = 0
  let seq = 0

  function isRaised(refusal: SipResponse): boolean {
    const asked = intervalS
    intervalS = raisedIntervalS(refusal, asked)
    intervalRaises += 1
    return intervalS > asked && intervalRaises <= maxIntervalRaises
  }

  function isRedirected(refusal: SipResponse): boolean {
    if (trunk.outbound?.redirects !== 'same-host' || urisTried.size >= maxRedirects) return false
    urisTried.add(uri)
    const target = redirectTarget(refusal, uri, urisTried)
    uri = target ?? uri
    return target !== undefined
  }

  return {
    get requestUri() {
      return uri
    },
    get sessionExpiresS() {
      return intervalS
    },
    nextSeq: () => (seq += 1),
    authorize(request) {
      for (const [name, value] of challenged.headers(request)) request.headers.append(name, value)
    },
    learn: (response) => challenged.learn(response),
    mayTryAgain(refusal) {
      const { status } = refusal
      if (status === 401 || status === 407) return challenged.mayRetry(refusal)
      return status === 422 ? isRaised(refusal) : isRedirected(refusal)
    },
  }
}

import {
  parseAuthorization,
  parseUri,
  sameUri,
  serializeChallenge,
  verifyAuthorization,
  type DigestAuthorization,
  type SipRequest,
} from '@voxkeep/wire/sip'
import type { NonceStore } from './nonce-store.ts'
import type { Trunk, TrunkDigest } from './trunk.ts'

export type Admission =
  | { readonly kind: 'admitted'; readonly trunk: Trunk }
  /** `www-authenticate` values for a 401; `refused` when credentials came and were wrong. */
  | { readonly kind: 'challenge'; readonly challenges: readonly string[]; readonly refused: boolean }

/**
 * Which of the `candidates` (never empty) a request comes from. One whose digest verifies is the first choice, then one
 * that needs none; else the answer is a challenge, the same for every user name there might be (RFC 3261 §22.4).
 */
export function admit(
  request: SipRequest,
  candidates: readonly Trunk[],
  nonces: NonceStore,
  source: string,
): Admission {
  const given = request.headers
    .getAll('Authorization')
    .map(parseAuthorization)
    .filter((authorization) => authorization !== undefined)
  const verdicts = given.map((authorization) => judge(request, authorization, candidates, nonces, source))
  const proven = verdicts.find((verdict) => verdict.kind === 'proven')
  const admitted = proven?.trunk ?? candidates.find(({ digest }) => digest === undefined)
  if (admitted) return { kind: 'admitted', trunk: admitted }
  const stale = verdicts.some(({ kind }) => kind === 'stale')
  return {
    kind: 'challenge',
    challenges: challengesFor(candidates, nonces.issue(source), stale),
    refused: verdicts.some(({ kind }) => kind === 'wrong'),
  }
}

type Verdict = { kind: 'proven'; trunk: Trunk } | { kind: 'stale' | 'wrong'; trunk?: undefined }

function judge(
  request: SipRequest,
  authorization: DigestAuthorization,
  candidates: readonly Trunk[],
  nonces: NonceStore,
  source: string,
): Verdict {
  const asked = parseUri(request.uri)
  const named = parseUri(authorization.uri)
  // RFC 7616 §3.4.6: credentials are for the resource that they name.
  if (asked === undefined || named === undefined || !sameUri(asked, named)) return { kind: 'wrong' }
  const trunk = candidates.find(({ digest }) => digest && verifies(request, authorization, digest))
  if (trunk === undefined) return { kind: 'wrong' }
  const redeemed = nonces.redeem(authorization.nonce, authorization.nonceCount ?? 0, source)
  switch (redeemed) {
    case 'ok':
      return { kind: 'proven', trunk }
    case 'expired':
    case 'replayed': // the right password with a count that was used: let it ask again
      return { kind: 'stale' }
    case 'forged':
      return { kind: 'wrong' }
  }
}

function verifies(request: SipRequest, authorization: DigestAuthorization, digest: TrunkDigest): boolean {
  const credential = digest.credentials.find(({ hash }) => hash.algorithm === authorization.algorithm)
  if (credential === undefined) return false
  // The hash is taken whatever the names are, so that time does not tell which user exists.
  const { hash, ha1 } = credential
  const matches = verifyAuthorization({ authorization, hash, ha1: ha1.reveal(), method: request.method })
  return matches && authorization.username === digest.username && authorization.realm === digest.realm
}

/** One challenge for each realm and algorithm among the candidates, strongest first; all share the nonce. */
function challengesFor(candidates: readonly Trunk[], nonce: string, stale: boolean): string[] {
  const challenges = new Set<string>()
  for (const { digest } of candidates) {
    for (const { hash } of digest?.credentials ?? []) {
      const challenge = { realm: digest?.realm ?? '', nonce, algorithm: hash.algorithm, qop: ['auth'] }
      challenges.add(serializeChallenge(stale ? { ...challenge, stale } : challenge))
    }
  }
  return [...challenges]
}

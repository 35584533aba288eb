import { nodeDigestHash } from '@voxkeep/wire/node'
import {
  answerChallenge,
  parseChallenge,
  type DigestChallenge,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { freshToken } from './sip-names.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const strength: Readonly<Record<DigestChallenge['algorithm'], number>> = {
  'SHA-512-256': 2,
  'SHA-256': 1,
  MD5: 0,
}

/**
 * The header that answers a 401 or 407, for the strongest hash that is offered (RFC 8760 §2.4); `undefined` when there
 * is no challenge that can be answered.
 */
export function authorize(
  request: SipRequest,
  response: SipResponse,
  credentials: Credentials,
): readonly [name: string, value: string] | undefined {
  const proxy = response.status === 407
  const challenges = response.headers
    .getAll(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
    .flatMap((text) => parseChallenge(text) ?? [])
    .sort((a, b) => strength[b.algorithm] - strength[a.algorithm])
  const [challenge] = challenges
  if (challenge === undefined) return undefined
  const value = answerChallenge({
    challenge,
    hash: nodeDigestHash(challenge.algorithm),
    ...credentials,
    method: request.method,
    uri: request.uri,
    nonceCount: 1,
    cnonce: freshToken(),
    body: request.body,
  })
  return [proxy ? 'Proxy-Authorization' : 'Authorization', value]
}

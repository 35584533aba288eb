import { createPrivateKey } from 'node:crypto'
import { createStiAuthority, type PemPair, type StiOptions } from '@voxkeep/pki'
import { fakeClock } from '#kernel'
import { signEs256 } from './es256.ts'
import { openStirVerifier, type SignedCall, type StirVerifierDeps } from './verifier.ts'

export const now = Date.parse('2026-03-01T12:00:00Z')
export const caller = '12155551212'
export const called = '12125551213'
export const x5u = 'https://certificates.example/signer.pem'
export const never = new AbortController().signal

/** Certificates of these tests are good for the whole year. */
export const validity = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
}

export const network = await createStiAuthority(validity)

export const spc = [{ kind: 'spc', code: '709J' }] as const

/** A signer whose certificate the root issued itself. */
export function newSigner(options: StiOptions = {}): Promise<PemPair> {
  return network.issue({ ...validity, name: 'SHAKEN 709J', numbers: spc, ...options })
}

export const header = { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u }
export const claims = {
  attest: 'A',
  dest: { tn: [called] },
  iat: now / 1_000,
  orig: { tn: caller },
  origid: '123e4567-e89b-12d3-a456-426655440000',
}

/** Signs anything as if it were a PASSporT. */
export function identityOf(
  keyPem: string,
  given: { header?: object; claims?: object; info?: string; parameters?: string } = {},
): string {
  const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${json({ ...header, ...given.header })}.${json({ ...claims, ...given.claims })}`
  const signature = signEs256(createPrivateKey(keyPem), signed)
  return `${signed}.${signature};info=<${given.info ?? x5u}>${given.parameters ?? ';alg=ES256;ppt=shaken'}`
}

export function callWith(identity: readonly string[], change: Partial<SignedCall> = {}): SignedCall {
  return { identity, date: undefined, from: `+${caller}`, to: `+${called}`, callId: 'a@test', ...change }
}

/** A verifier that finds `files` where it looks, and counts how often. */
export function verifierWith(
  files: Readonly<Record<string, string | Uint8Array>>,
  change: Partial<StirVerifierDeps> = {},
) {
  const clock = fakeClock(now)
  const fetched: string[] = []
  const verifier = openStirVerifier({
    clock,
    rootsPem: network.certPem,
    freshnessMs: 60_000,
    certificateCacheMs: 3_600_000,
    fetchCertificate(url) {
      fetched.push(url)
      const file = files[url]
      if (file === undefined) return Promise.reject(new TypeError('not found'))
      return Promise.resolve({ bytes: typeof file === 'string' ? Buffer.from(file) : file })
    },
    ...change,
  })
  return { clock, fetched, verifier, verify: (call: SignedCall) => verifier.verify(call, never) }
}

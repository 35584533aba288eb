import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CallDeps } from '#call'
import { ConfigError, type Clock, type Config, type Secret } from '#kernel'
import {
  attestationFor,
  judge,
  maxCredentialBytes,
  openStirSigner,
  openStirVerifier,
  type FetchCertificate,
  type StirVerifier,
} from '#stir'
import type { HttpsClient } from '#webhook'
import { cacheMaxAgeMs } from './cache-max-age.ts'

export interface OpenStirDeps {
  readonly clock: Clock
  /** Behind the egress guard, for strangers name the addresses. */
  readonly client: HttpsClient
  /** Makes the origination identifiers: stable, and without meaning to whoever reads them. */
  readonly originKey: Secret<Uint8Array>
  readonly readSecret: (reference: string) => Secret<string>
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}

type Stir = Pick<CallDeps, 'verifyIdentity' | 'signIdentity'> & Disposable

const fetchTimeoutMs = 3_000 // a caller waits meanwhile

/** STIR/SHAKEN as calls use it. Throws `ConfigError` or `StirError` rather than start with files that it cannot use. */
export function openStir(config: Pick<Config, 'stir' | 'trunks' | 'apps'>, deps: OpenStirDeps): Stir {
  const verifier = openVerifier(config, deps)
  return {
    verifyIdentity: verifyWith(config, verifier, deps.count),
    signIdentity: signWith(config, deps),
    [Symbol.dispose]: () => verifier?.[Symbol.dispose](),
  }
}

function openVerifier(
  { stir, trunks }: Pick<Config, 'stir' | 'trunks'>,
  { clock, client }: OpenStirDeps,
): StirVerifier | undefined {
  if (stir.rootsFile === undefined) {
    const wanting = trunks.find((trunk) => trunk.identity !== 'off')
    if (!wanting) return undefined
    throw new ConfigError([`trunk ${wanting.id}: identity: ${wanting.identity} needs stir.rootsFile`])
  }
  return openStirVerifier({
    clock,
    rootsPem: read(stir.rootsFile, 'stir.rootsFile'),
    freshnessMs: stir.freshnessS * 1_000,
    certificateCacheMs: stir.certificateCacheS * 1_000,
    fetchCertificate: fetchWith(client),
  })
}

/** Follows no redirect, as the client does not: the address that was signed is the address that is asked. */
function fetchWith(client: HttpsClient): FetchCertificate {
  return async (url, signal) => {
    const request = {
      method: 'GET',
      url,
      headers: { accept: 'application/pem-certificate-chain, application/x-pem-file, application/pkix-cert' },
      tls: {},
      timeoutMs: fetchTimeoutMs,
      maxAnswerBytes: maxCredentialBytes,
    } as const
    const answer = await client.exchange(request, signal)
    if (!answer.ok) throw new TypeError(`no certificate: ${answer.why}`)
    if (answer.status !== 200) throw new TypeError(`no certificate: status ${answer.status}`)
    const maxAgeMs = cacheMaxAgeMs(answer.headers['cache-control'] ?? '')
    return { bytes: answer.body, ...(maxAgeMs !== undefined && { maxAgeMs }) }
  }
}

function verifyWith(
  { trunks }: Pick<Config, 'trunks'>,
  verifier: StirVerifier | undefined,
  count: OpenStirDeps['count'],
): CallDeps['verifyIdentity'] {
  const policies = new Map<string, Config['trunks'][number]['identity']>(
    trunks.map((trunk) => [trunk.id, trunk.identity]),
  )
  return async (incoming, signal) => {
    const policy = policies.get(incoming.trunk) ?? 'off'
    if (policy === 'off' || !verifier) return { status: 'off', policy: 'accept' }
    const { identity, date, from, to, sipCallId: callId } = incoming
    const result = judge(policy, await verifier.verify({ identity, date, from, to, callId }, signal))
    count('identity_verified', { status: result.status, reason: result.reason ?? '' })
    return result
  }
}

function signWith(
  { stir, apps }: Pick<Config, 'stir' | 'apps'>,
  { clock, originKey, readSecret }: OpenStirDeps,
): CallDeps['signIdentity'] {
  const { sign } = stir
  if (!sign) return () => Promise.resolve(undefined)
  const readKey = () => readSecret(`file:${sign.keyFile}`) // which sees to it that nobody else may read it
  const signer = signerOf(readKey, (keyPem) =>
    openStirSigner({ clock, keyPem, certificateUrl: sign.certificateUrl }),
  )
  const byId = new Map<string, Config['apps'][number]>(apps.map((app) => [app.id, app]))
  return ({ app: id, from, to }) => {
    const app = byId.get(id)
    if (!app) return Promise.resolve(undefined)
    const attestation = attestationFor(sign.attestation, from, app.dialing?.callerIds ?? [])
    return Promise.resolve(
      signer().sign({ from, to, attestation, originationId: originationId(originKey, app.tenant) }),
    )
  }
}

/** Makes a new signer when the key changed; a key that cannot be used leaves the last one in place. Throws when the first cannot. */
function signerOf<T>(readKey: () => Secret<string>, open: (keyPem: Secret<string>) => T): () => T {
  let key = readKey()
  let signer = open(key)
  return () => {
    const now = readKey()
    if (now === key) return signer
    key = now
    try {
      signer = open(now)
    } catch {
      return signer
    }
    return signer
  }
}

/** A UUID (RFC 9562 §5.8) for each tenant: whoever traces a bad call back can ask us by it, and nobody learns the tenant's name. */
function originationId(key: Secret<Uint8Array>, tenant: string): string {
  const bytes = createHmac('sha256', key.reveal()).update(tenant).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${path}: cannot be read (${what})`], { cause })
  }
}

import { isIP } from 'node:net'
import { digestHa1, type DigestHash } from '@voxkeep/wire/sip'
import ipaddr from 'ipaddr.js'
import { Secret, type AppId, type TenantId, type TlsFiles, type TrunkConfig, type TrunkId } from '#kernel'

export type Proof = 'address' | 'certificate' | 'digest'

/** A trunk as the edge uses it: everything parsed, the password reduced to what verifies it. */
export interface Trunk {
  readonly id: TrunkId
  readonly tenant: TenantId
  readonly app: AppId
  readonly ranges: readonly AddressRange[]
  readonly certificateName: string | undefined
  readonly digest: TrunkDigest | undefined
  readonly srtp: TrunkConfig['srtp']
  /** In our order of preference. */
  readonly codecs: TrunkConfig['codecs']
  readonly inbandDigits: TrunkConfig['inbandDigits']
  /** Where the trunk says where a caller is. */
  readonly jurisdictionHeader: string | undefined
  readonly reliableProvisional: TrunkConfig['reliableProvisional']
  readonly sessionExpiresS: number
  readonly refer: TrunkConfig['refer']
  readonly identity: TrunkConfig['identity']
  /** How calls are placed; undefined: they are not. */
  readonly outbound: TrunkOutbound | undefined
  readonly maxCalls: number
}

/** The peer as it is dialled. */
export interface TrunkOutbound {
  /** Name or address, lower case, an IPv6 address without brackets. */
  readonly host: string
  readonly port: number | undefined
  /** The name or address that the peer's certificate must carry, lower case; SNI when it is a name. */
  readonly serverName: string
  readonly caFile: string | undefined
  readonly crlFile: string | undefined
  /** What a stapled OCSP response of the peer's is for. */
  readonly ocsp: 'off' | 'stapled' | 'required'
  readonly clientCertificate: TlsFiles | undefined
  readonly digest: ClientDigest | undefined
  /** Host part of From and of the request URI, an IPv6 address in brackets. */
  readonly domain: string
  readonly maxCalls: number
  readonly callsPerSecond: number
  readonly redirects: 'refuse' | 'same-host'
  readonly health: { readonly intervalMs: number; readonly failures: number; readonly successes: number }
  readonly keepAliveMs: number
}

/** What answers the peer's challenges (RFC 7616); with `realm`, only that realm's. */
export interface ClientDigest {
  readonly username: string
  readonly password: Secret<string>
  readonly realm: string | undefined
}

export type AddressRange = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number]

export interface TrunkDigest {
  readonly realm: string
  readonly username: string
  /** In the order in which they are offered. */
  readonly credentials: readonly { readonly hash: DigestHash; readonly ha1: Secret<string> }[]
}

export interface TrunkDeps {
  readonly readSecret: (reference: string) => Secret<string>
  readonly digestHash: (algorithm: DigestHash['algorithm']) => DigestHash
}

/** Throws what `readSecret` throws, and on a range that is none: a configuration is refused whole. */
export function compileTrunk(config: TrunkConfig, deps: TrunkDeps): Trunk {
  return {
    id: config.id as TrunkId,
    tenant: config.tenant as TenantId,
    app: config.app as AppId,
    ranges: config.allowedAddresses.map(parseRange),
    certificateName: config.clientCertificateName?.toLowerCase(),
    digest: config.digest && compileDigest(config.digest, deps),
    srtp: config.srtp,
    codecs: config.codecs,
    inbandDigits: config.inbandDigits,
    jurisdictionHeader: config.jurisdictionHeader,
    reliableProvisional: config.reliableProvisional,
    sessionExpiresS: config.sessionExpiresS,
    refer: config.refer,
    identity: config.identity,
    outbound: config.outbound && compileOutbound(config.outbound, deps),
    maxCalls: config.maxCalls,
  }
}

function compileOutbound(config: NonNullable<TrunkConfig['outbound']>, deps: TrunkDeps): TrunkOutbound {
  const { digest, caFile, crlFile, clientCertificate, port, ...rest } = config
  const host = unbracketed(config.host)
  return {
    ...rest,
    host,
    port,
    serverName: unbracketed(config.serverName ?? host).replace(/^sips?:/, ''),
    caFile,
    crlFile,
    clientCertificate,
    digest: digest && outboundDigest(digest, deps),
    domain: config.domain ?? (isIP(host) === 6 ? `[${host}]` : host),
  }
}

/** The password is read for each use: it may change while we run. */
function outboundDigest(
  { username, password, realm }: NonNullable<NonNullable<TrunkConfig['outbound']>['digest']>,
  { readSecret }: TrunkDeps,
): NonNullable<TrunkOutbound['digest']> {
  readSecret(password)
  return {
    username,
    realm,
    get password() {
      return readSecret(password)
    },
  }
}

function unbracketed(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
}

function compileDigest(config: NonNullable<TrunkConfig['digest']>, deps: TrunkDeps): TrunkDigest {
  const { realm, username } = config
  // In the configuration's order: RFC 8760 §2.4 has clients take the first that they know, and some read no further.
  const hashes = [...new Set(config.algorithms)].map((algorithm) => deps.digestHash(algorithm))
  const credentialsFor = (password: Secret<string>) =>
    hashes.map((hash) => ({ hash, ha1: new Secret(digestHa1(hash, username, realm, password.reveal())) }))
  let password = deps.readSecret(config.password)
  let credentials = credentialsFor(password)
  return {
    realm,
    username,
    get credentials() {
      const now = deps.readSecret(config.password)
      if (now !== password) {
        password = now
        credentials = credentialsFor(now)
      }
      return credentials
    },
  }
}

/** A CIDR range, or one address. Throws on anything else. */
function parseRange(text: string): AddressRange {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** IPv4 also when it comes mapped into IPv6; false for text that is no address. */
export function inRanges(address: string, ranges: readonly AddressRange[]): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.process(address)
  return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range as never))
}

/** What a connection shows of itself before it says a word. */
export interface PeerIdentity {
  readonly address: string
  /** Names of the verified client certificate, lower case; none without one. */
  readonly certificateNames: readonly string[]
}

/**
 * The trunks that a peer may speak for once it also gives the digest, where the trunk has one. Everything that a trunk's
 * configuration asks for must be there. The trunk that asks for most comes first, then the narrowest range.
 */
export function candidateTrunks(trunks: readonly Trunk[], peer: PeerIdentity): Trunk[] {
  return trunks
    .filter((trunk) => requiredProofs(trunk).length > 0) // one that only takes calls lets nobody in
    .filter((trunk) => trunk.ranges.length === 0 || inRanges(peer.address, trunk.ranges))
    .filter(
      (trunk) => trunk.certificateName === undefined || peer.certificateNames.includes(trunk.certificateName),
    )
    .toSorted(
      (a, b) =>
        requiredProofs(b).length - requiredProofs(a).length || narrowness(b, peer) - narrowness(a, peer),
    )
}

function narrowness(trunk: Trunk, peer: PeerIdentity): number {
  const matching = trunk.ranges.filter((range) => inRanges(peer.address, [range]))
  return Math.max(0, ...matching.map(([, prefixLength]) => prefixLength))
}

export function requiredProofs(trunk: Trunk): Proof[] {
  const proofs: Proof[] = []
  if (trunk.ranges.length > 0) proofs.push('address')
  if (trunk.certificateName !== undefined) proofs.push('certificate')
  if (trunk.digest !== undefined) proofs.push('digest')
  return proofs
}

import { isIP } from 'node:net'
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls'
import { parseNameAddr, parseUri } from '@voxkeep/wire/sip'
import { isCertifiedFor } from './certificate-names.ts'
import { EdgeError, type PeerFault } from './edge-error.ts'
import type { Target } from './locate.ts'
import { isRefused, type StapleCheck } from './staple-check.ts'

export interface DialTarget {
  readonly host: string
  readonly port: number | undefined
}

/** Where a request for this URI (or name-addr) goes over TLS; undefined for what is no SIP URI. */
export function dialTarget(uri: string): DialTarget | undefined {
  const parsed = parseUri(uri) ?? parseUri(parseNameAddr(uri)?.uri ?? '')
  if (parsed === undefined || (parsed.scheme !== 'sip' && parsed.scheme !== 'sips')) return undefined
  const host = (parsed.params.get('maddr') ?? parsed.host).replace(/^\[|\]$/g, '')
  return { host: host.toLowerCase(), port: parsed.port }
}

/** What a peer must show. */
export interface PeerCheck {
  /** The name or address that we mean to reach; SNI when it is a name. */
  readonly serverName: string
  /** Names and addresses that the peer's certificate is good for any one of; `serverName` among them. */
  readonly names: readonly string[]
  readonly secureContext: SecureContext
  readonly staple: StapleCheck
}

/**
 * Opens a TLS connection and verifies the peer: its chain, and its name as RFC 5922 §7.3 has it; neither is ever left out. Then what
 * it staples, as far as `check.staple` asks. Rejects with `EdgeError`, with the reason.
 */
export function dialTls(target: Target, check: PeerCheck, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(unreachable(signal.reason, 'timeout'))
    const socket = connect(connectOptions(target, check))
    const settle = () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
    }
    const giveUp = (error: EdgeError) => {
      settle()
      socket.on('error', () => {}) // what a socket says after its end is of no interest
      socket.destroy()
      reject(error)
    }
    const fail = (cause: unknown) => giveUp(unreachable(cause, faultOf(cause)))
    const abort = () => giveUp(unreachable(signal.reason, 'timeout'))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    let staple: Uint8Array | undefined
    socket.once('OCSPResponse', (der: Uint8Array | null) => (staple = der ?? undefined)) // before 'secureConnect'
    socket.once('secureConnect', () => {
      if (isRefused(socket, staple, check.staple)) return giveUp(unreachable(undefined, 'tls-untrusted'))
      settle()
      resolve(socket)
    })
  })
}

function connectOptions({ address, port }: Target, check: PeerCheck): ConnectionOptions {
  const { serverName, names, secureContext } = check
  return {
    host: address,
    port,
    secureContext,
    servername: isIP(serverName) === 0 ? serverName : '', // RFC 6066 §3: SNI is for names
    rejectUnauthorized: true,
    requestOCSP: check.staple.policy !== 'off',
    checkServerIdentity: (_, { subjectaltname }) =>
      names.some((name) => isCertifiedFor(subjectaltname, name)) ? undefined : nameMismatch(),
  }
}

/** As Node’s own check would say it. */
function nameMismatch(): Error {
  const code = 'ERR_TLS_CERT_ALTNAME_INVALID'
  return Object.assign(new Error('the peer’s certificate does not carry its name'), { code })
}

function unreachable(cause: unknown, reason: PeerFault): EdgeError {
  return new EdgeError('EDGE_PEER_UNREACHABLE', 'the peer cannot be dialled', { cause, reason })
}

const faults: readonly (readonly [codes: RegExp, fault: PeerFault])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'tls-name'],
  [/^(?:ECONNREFUSED|ECONNRESET|EPIPE)$/, 'refused'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^E(?:HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|AFNOSUPPORT|INVAL|ACCES|PERM)$/, 'address'],
  [
    /^(?:UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_|CRL_|INVALID_|ERROR_IN_|PATH_LENGTH|HOSTNAME_)/,
    'tls-untrusted',
  ],
]

/** From Node's and OpenSSL's codes to a word of ours. */
function faultOf(cause: unknown): PeerFault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return faults.find(([codes]) => codes.test(code))?.[1] ?? 'tls-other'
}

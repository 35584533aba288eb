import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import {
  checkServerIdentity,
  connect,
  getCACertificates,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import { parseNameAddr, parseUri } from '@voxkeep/wire/sip'
import type { Credentials } from './credentials.ts'
import { EdgeError } from './edge-error.ts'
import { secureContextOptions, type ListenerConfig } from './tls-policy.ts'
import { inRanges, type Trunk } from './trunk.ts'

const sipsPort = 5061

export interface DialTarget {
  readonly host: string
  readonly port: number
}

/** Where a request for this URI (or name-addr) goes over TLS; undefined for what is no SIP URI. */
export function dialTarget(uri: string): DialTarget | undefined {
  const parsed = parseUri(uri) ?? parseUri(parseNameAddr(uri)?.uri ?? '')
  if (parsed === undefined || (parsed.scheme !== 'sip' && parsed.scheme !== 'sips')) return undefined
  const host = (parsed.params.get('maddr') ?? parsed.host).replace(/^\[|\]$/g, '')
  return { host, port: parsed.port ?? sipsPort }
}

export interface DialOptions {
  readonly trunk: Trunk
  /** Address that the call came from: the trunk may be dialled there, whatever its ranges. */
  readonly sourceAddress: string
  readonly credentials: Credentials
  readonly minVersion: ListenerConfig['minVersion']
  readonly signal: AbortSignal
}

/**
 * Opens a TLS connection to a peer whose own connection is gone. The peer chose `target` (it stands in its Contact or
 * Record-Route), so only addresses that are the trunk's are dialled, or any whose certificate then carries the trunk's
 * name. Rejects with `EdgeError`.
 */
export async function dialPeer(target: DialTarget, options: DialOptions): Promise<TLSSocket> {
  const address = await resolveHost(target.host)
  const { trunk } = options
  const isTheirs = address === options.sourceAddress || inRanges(address, trunk.ranges)
  if (!isTheirs && trunk.certificateName === undefined)
    throw new EdgeError('EDGE_PEER_NOT_ALLOWED', 'the address to dial is none of the trunk’s')
  return await handshake(address, target, options)
}

async function resolveHost(host: string): Promise<string> {
  if (isIP(host) !== 0) return host
  try {
    return (await lookup(host)).address
  } catch (cause) {
    throw new EdgeError('EDGE_PEER_UNREACHABLE', 'the peer’s name does not resolve', { cause })
  }
}

function handshake(address: string, target: DialTarget, options: DialOptions): Promise<TLSSocket> {
  // RFC 5922 §7.3: the name to verify is the one we meant to reach. Where signalling names only an address, the trunk's
  // configured name stands in for it; the check itself is never left out.
  const expected = options.trunk.certificateName ?? target.host
  const servername = isIP(expected) === 0 ? expected.replace(/^sips?:/, '') : ''
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...secureContextOptions(options.credentials, options.minVersion),
      ca: [...getCACertificates('default'), options.credentials.ca ?? []].flat(),
      host: address,
      port: target.port,
      servername,
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate: PeerCertificate) =>
        checkServerIdentity(servername || expected, certificate),
    })
    const fail = (cause: unknown) => {
      socket.destroy()
      reject(new EdgeError('EDGE_PEER_UNREACHABLE', 'the peer cannot be dialled', { cause }))
    }
    const abort = () => fail(options.signal.reason)
    if (options.signal.aborted) return abort()
    options.signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      options.signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

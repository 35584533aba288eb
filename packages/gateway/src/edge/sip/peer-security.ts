import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { certificateNames } from './certificate-names.ts'
import { sessionGroup } from './tls-group.ts'
import type { PeerIdentity } from './trunk.ts'

/** What the TLS handshake settled; goes on the call's receipt. */
export interface TlsFacts {
  readonly tlsVersion: string
  readonly cipher: string
  /** Key-agreement group, `X25519MLKEM768` say; empty where it cannot be told. */
  readonly group: string
  /** SHA-256 of the peer's certificate, in hex; null when it showed none. */
  readonly peerCertificate: string | null
}

export function tlsFacts(socket: TLSSocket): TlsFacts {
  return {
    tlsVersion: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    group: groupOf(socket),
    peerCertificate: fingerprintOf(socket),
  }
}

function fingerprintOf(socket: TLSSocket): string | null {
  const shown = socket.getPeerX509Certificate()
  return shown === undefined ? null : shown.fingerprint256.replaceAll(':', '').toLowerCase()
}

function groupOf(socket: TLSSocket): string {
  // Node tells the client; to the server it gives an empty object.
  const key = socket.getEphemeralKeyInfo() as { readonly name?: string } | null
  if (key?.name !== undefined && key.name !== '') return key.name
  const session = socket.getSession()
  if (session === undefined) return ''
  const group = sessionGroup(session)
  session.fill(0) // it held the master secret
  return group
}

/** Who the peer is: its address, and its certificate's names if that was verified. */
export function peerIdentity(socket: TLSSocket): PeerIdentity {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  return {
    address: plainAddress(socket.remoteAddress ?? ''),
    certificateNames: certificateNames(certificate?.subjectAltName),
  }
}

/** An address as people write it: IPv4 also where the socket gives it mapped into IPv6, and without a zone. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address.replace(/%.*$/, '')
  return isIP(plain) === 0 ? '' : plain
}

/** `address:port` for headers, an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

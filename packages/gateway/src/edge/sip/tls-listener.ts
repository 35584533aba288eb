import { once } from 'node:events'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import type { Clock, Log } from '#kernel'
import type { ConnectionQuota, SourceGuard, TokenBuckets } from '#shield'
import type { Count, Home, SipLimitsConfig } from './connection.ts'
import { readCredentials, watchCredentials, type CertifiedKey } from './credentials.ts'
import { certificateRefused, certificateReplaced } from './events.ts'
import { plainAddress } from './peer-security.ts'
import { serverOptions, type ListenerConfig } from './tls-policy.ts'

export interface TlsListenerDeps {
  readonly clock: Clock
  readonly log: Log
  readonly count: Count
  readonly limits: SipLimitsConfig
  /** Shared by all listeners. */
  readonly quota: ConnectionQuota
  readonly guard: SourceGuard
  /** How often addresses that are no trunk's may shake hands. */
  readonly handshakes: TokenBuckets
  /** The name under which an address is counted. */
  readonly sourceOf: (address: string) => string
  /** Whether a trunk calls from this address: such a source is never banned. */
  readonly isTrunkAddress: (address: string) => boolean
  /** The part of all connections that other addresses may take up. */
  readonly strangerShare: number
  readonly onSecure: (socket: TLSSocket, home: Home) => void
  /** The port is bound. */
  readonly onOpen: (home: Home) => void
  /** Its certificate is another from now on. */
  readonly onRenewed: () => void
  /** A peer was refused for the client certificate that it showed, or did not. */
  readonly onCertificateRefused: (source: string, why: string) => void
  /** An OCSP response for this certificate of ours, if there is one now. */
  readonly staple: (own: CertifiedKey) => Uint8Array | undefined
}

export interface TlsListener extends AsyncDisposable {
  readonly port: number
}

/**
 * Listens for TLS. Resolves once the port is bound; rejects when it cannot be, or when the certificate cannot be used.
 * Every socket is counted against the quota before its handshake costs anything.
 */
export async function listenTls(listener: ListenerConfig, deps: TlsListenerDeps): Promise<TlsListener> {
  await using stack = new AsyncDisposableStack()
  const files = { tls: listener.tls, caFile: listener.clientCaFile, crlFile: listener.clientCrlFile }
  let credentials = readCredentials(files)
  const options = () => serverOptions(listener, credentials, deps.limits.handshakeTimeoutMs)
  const secure = createServer(options())
  const sockets = new Set<Socket>()
  const tcp = createTcpServer((socket) => {
    if (!isAdmitted(socket, deps)) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    secure.emit('connection', socket)
  })
  const home: Home = {
    get port() {
      return (tcp.address() as AddressInfo).port
    },
    minVersion: listener.minVersion,
    ocsp: listener.ocsp,
    credentials: () => credentials,
  }
  takeHandshakes(secure, home, deps)
  if (listener.ocsp.staple) staplesTo(secure, home, deps)
  await listen(tcp, listener)
  tcp.on('error', () => deps.count('accept_errors')) // out of file descriptors, say: later sockets may do better
  const { port } = home
  deps.onOpen(home)
  stack.defer(async () => {
    const closed = once(tcp, 'close')
    tcp.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  stack.use(
    watchCredentials(files, credentials, {
      clock: deps.clock,
      onChange(fresh) {
        credentials = fresh
        secure.setSecureContext(options()) // calls that are up keep the connection they have
        deps.count('certificate_reloads', { result: 'ok' })
        certificateReplaced(deps.log, port, fresh.own?.notAfter)
        deps.onRenewed()
      },
      onRefused(error) {
        deps.count('certificate_reloads', { result: 'refused' })
        certificateRefused(deps.log, port, error)
      },
    }),
  )
  const owned = stack.move()
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function listen(tcp: Server, { port, host }: ListenerConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject)
    tcp.listen(port, host, () => {
      tcp.off('error', reject)
      resolve()
    })
  })
}

/** Counts the socket in, or refuses it with a reset before anything is read. */
function isAdmitted(socket: Socket, deps: TlsListenerDeps): boolean {
  const address = plainAddress(socket.remoteAddress ?? '')
  const source = deps.sourceOf(address)
  const refusal = refusalOf(address, source, deps)
  if (refusal === undefined) {
    socket.once('close', () => deps.quota.leave(source))
    return true
  }
  deps.count('connections_refused', { why: refusal })
  socket.on('error', () => {})
  socket.resetAndDestroy()
  return false
}

function takeHandshakes(secure: TlsServer, home: Home, deps: TlsListenerDeps): void {
  secure.on('secureConnection', (socket) => deps.onSecure(socket, home))
  secure.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    // Of a certificate that does not verify Node tells no more in the error than that the connection went.
    const why = socket.authorizationError ? 'certificate' : handshakeFailure(error.code)
    deps.count('handshake_failures', { why })
    const address = plainAddress(socket.remoteAddress ?? '')
    if (why === 'certificate' || why === 'no-certificate')
      deps.onCertificateRefused(deps.sourceOf(address), why)
    if (why !== 'reset' && !deps.isTrunkAddress(address)) deps.guard.strike(deps.sourceOf(address))
    socket.destroy()
  })
}

/** Shows peers who ask that our certificate was not revoked (RFC 6066 §8). Node takes the answer whenever it comes; this one is at hand. */
function staplesTo(secure: TlsServer, home: Home, { staple }: TlsListenerDeps): void {
  secure.on(
    'OCSPRequest',
    (_certificate, _issuer, answer: (error: Error | null, der: Buffer | null) => void) => {
      const { own } = home.credentials()
      const der = own && staple(own)
      answer(null, der === undefined ? null : Buffer.from(der))
    },
  )
}

function refusalOf(address: string, source: string, deps: TlsListenerDeps): string | undefined {
  const isTrunk = deps.isTrunkAddress(address)
  if (!isTrunk && deps.guard.isBanned(source)) return 'banned'
  const entered = deps.quota.enter(source, isTrunk ? 1 : deps.strangerShare)
  if (entered !== 'ok') return entered
  const shaken = isTrunk ? 'ok' : deps.handshakes.take(source)
  if (shaken === 'ok') return undefined
  deps.quota.leave(source)
  return `${shaken}-rate`
}

const failures: Readonly<Record<string, string>> = {
  ECONNRESET: 'reset',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
  ERR_SSL_HTTP_REQUEST: 'plaintext',
  ERR_SSL_WRONG_VERSION_NUMBER: 'plaintext',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'plaintext',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'version',
  ERR_SSL_NO_SHARED_CIPHER: 'cipher',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'no-certificate',
  ERR_SSL_CERTIFICATE_VERIFY_FAILED: 'certificate',
}

/** A label from a closed set: what strangers send must not become a metric's name. */
function handshakeFailure(code: string | undefined): string {
  return failures[code ?? ''] ?? 'other'
}

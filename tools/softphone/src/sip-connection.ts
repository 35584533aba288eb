import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, type ConnectionOptions as TlsOptions, type TLSSocket } from 'node:tls'
import { serializeSip, sipStream, type SipMessage, type SipStreamItem } from '@voxkeep/wire/sip'
import { SoftphoneError } from './softphone-error.ts'

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  /** PEM of the authorities to trust; default: the system's. Verification cannot be turned off. */
  readonly ca?: string
  /** The name that the certificate must carry, and that is asked for by SNI; default: `host`. */
  readonly serverName?: string
  /** Our own certificate, for gateways that ask for one. */
  readonly cert?: string
  readonly key?: string
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Gives up connecting. */
  /** Address to call from; default: the system's choice. */
  readonly localAddress?: string
  readonly signal?: AbortSignal
}

/** What protects the signalling. */
export interface TlsFacts {
  readonly protocol: string
  /** IANA name. */
  readonly cipher: string
  /** Key-agreement group, for example `X25519MLKEM768`. */
  readonly group: string
  /** SubjectAltName of the gateway's certificate. */
  readonly peerNames: string
}

/** One TLS connection that carries SIP; also a reliable flow of the transaction layer. */
export interface SipConnection {
  readonly id: string
  readonly reliable: true
  readonly tls: TlsFacts
  readonly local: { readonly address: string; readonly port: number }
  send(message: SipMessage): void
  /** A double CRLF (RFC 5626 §3.5.1), so that nobody on the way takes the connection for idle. */
  ping(): void
  close(): void
}

export interface ConnectionHandlers {
  onMessage(connection: SipConnection, message: SipMessage): void
  /** Once, however the connection ended, but not after `close()`. */
  onLost(connection: SipConnection): void
}

/** Connects and verifies the gateway; rejects with `SoftphoneError` `SOFTPHONE_CONNECT`. */
export async function connectSip(
  options: ConnectionOptions,
  handlers: ConnectionHandlers,
): Promise<SipConnection> {
  const socket = connect(tlsOptions(options))
  try {
    await once(socket, 'secureConnect', options.signal && { signal: options.signal })
  } catch (cause) {
    socket.destroy()
    throw new SoftphoneError('SOFTPHONE_CONNECT', 'no verified TLS connection to the gateway', { cause })
  }
  socket.setNoDelay(true)
  return carrySip(socket, handlers)
}

function tlsOptions(options: ConnectionOptions): TlsOptions {
  const { host, port, localAddress, ca, cert, key, maxVersion } = options
  const name = options.serverName ?? host
  return {
    host,
    port,
    minVersion: options.minVersion ?? 'TLSv1.2',
    ...(isIP(name) === 0 && { servername: name }),
    ...(localAddress !== undefined && { localAddress }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(maxVersion !== undefined && { maxVersion }),
  }
}

let connections = 0 // only tells flows apart within the process

/** Takes over a socket whose handshake is done, whoever opened it. */
export function carrySip(socket: TLSSocket, handlers: ConnectionHandlers): SipConnection {
  const stream = sipStream()
  let open = true
  const lost = () => {
    if (open) handlers.onLost(connection)
    open = false
    socket.destroy()
  }
  const take = (item: SipStreamItem): void => {
    switch (item.kind) {
      case 'message':
        return handlers.onMessage(connection, item.message)
      case 'ping':
        return void socket.write('\r\n')
      case 'pong':
        return
      case 'invalid':
        if (item.fatal) lost()
    }
  }
  const connection: SipConnection = {
    id: `tls-${(connections += 1)}`,
    reliable: true,
    tls: factsOf(socket),
    local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    send: (message) => void socket.write(serializeSip(message)),
    ping: () => void socket.write('\r\n\r\n'),
    close() {
      open = false
      socket.end()
    },
  }
  socket.on('data', (chunk: Uint8Array) => stream.push(chunk).forEach(take))
  socket.on('error', lost)
  socket.on('close', lost)
  return connection
}

function factsOf(socket: TLSSocket): TlsFacts {
  const key = socket.getEphemeralKeyInfo()
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    group: key !== null && 'name' in key ? (key.name ?? '') : '',
    peerNames: socket.getPeerCertificate().subjectaltname ?? '',
  }
}

import { createHash, X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { WebSocket, type ClientOptions } from 'ws'
import type { Clock } from '#kernel'
import type { NegotiatedTls, StreamTarget } from './contract.ts'

/** The longest message an app may send: 1 MiB, about a minute and a half of audio. */
const maxMessageBytes = 1_024 * 1_024

export type DialFailure = 'refused' | 'unreachable' | 'untrusted'

export interface DialHandlers {
  opened(socket: WebSocket, tls: NegotiatedTls): void
  failed(why: DialFailure): void
}

/**
 * Opens the WebSocket of one stream: TCP to the approved address and nowhere else, TLS 1.2 or newer that verifies the
 * URL's host, an upgrade whose request target and `Host` are the URL's own bytes. Exactly one handler is called.
 *
 * @returns A function that gives the attempt up; then no handler is called.
 */
export function dial(target: StreamTarget, clock: Clock, handlers: DialHandlers): () => void {
  const parts = splitUrl(target.url)
  if (parts === undefined) {
    queueMicrotask(() => handlers.failed('refused'))
    return () => {}
  }
  let untrusted = false
  let tlsSocket: TLSSocket | undefined
  const socket = new WebSocket(
    target.url,
    options(target, parts, (created) => {
      tlsSocket = created
      created.once('secureConnect', () => created.setNoDelay(true))
      created.on('error', (error: NodeJS.ErrnoException) => (untrusted ||= isTrustFailure(error)))
    }),
  )
  let refused = false
  const giveUp = () => {
    cancelTimeout()
    socket.removeAllListeners()
    socket.on('error', () => {}) // terminating a socket that never opened reports that as an error
    socket.terminate()
    tlsSocket?.destroy()
  }
  const fail = () => {
    giveUp()
    handlers.failed(untrusted ? 'untrusted' : refused ? 'refused' : 'unreachable')
  }
  const cancelTimeout = clock.set(target.connectTimeoutMs, fail)
  socket.once('unexpected-response', () => {
    refused = true
    fail()
  })
  socket.once('upgrade', () => (refused = true)) // from here on, only the answer itself can be wrong
  socket.once('error', fail)
  socket.once('open', () => {
    cancelTimeout()
    socket.removeAllListeners()
    handlers.opened(socket, describeTls(tlsSocket))
  })
  return giveUp
}

interface UrlParts {
  readonly authority: string
  readonly requestTarget: string
  readonly hostname: string
  readonly port: number
}

/** The URL's pieces as they were written: `new URL` would rewrite paths, and signatures cover the bytes. */
function splitUrl(url: string): UrlParts | undefined {
  const match = /^wss:\/\/([^/?#\s]+)([^#\s]*)$/i.exec(url)
  const parsed = URL.parse(url)
  if (match === null || parsed === null || parsed.username !== '' || parsed.password !== '') return undefined
  const [, authority = '', rest = ''] = match
  return {
    authority,
    requestTarget: rest.startsWith('/') ? rest : `/${rest}`,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 443 : Number(parsed.port),
  }
}

function options(
  target: StreamTarget,
  parts: UrlParts,
  created: (socket: TLSSocket) => void,
): ClientOptions {
  return {
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: maxMessageBytes,
    // The reader takes bytes and decides for itself; a second pass over each message would buy nothing.
    skipUTF8Validation: true,
    headers: { ...target.headers, Host: parts.authority },
    createConnection: (() => {
      const socket = connect(tlsOptions(target, parts))
      created(socket)
      return socket as Socket
    }) as NonNullable<ClientOptions['createConnection']>,
    finishRequest(request) {
      request.path = parts.requestTarget
      request.end()
    },
  }
}

function tlsOptions(target: StreamTarget, { hostname, port }: UrlParts) {
  const { ca, cert, key, spkiPins } = target.tls
  return {
    host: target.address,
    port,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    // The address is not the name: what must be on the certificate is the URL's host.
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      checkServerIdentity(hostname, certificate) ?? checkPins(certificate, spkiPins),
  }
}

class PinError extends Error {
  override readonly name = 'PinError'
  readonly code = 'STREAM_PIN_MISMATCH'
}

function checkPins(certificate: PeerCertificate, pins: readonly string[]): Error | undefined {
  if (pins.length === 0) return undefined
  const spki = new X509Certificate(certificate.raw).publicKey.export({ type: 'spki', format: 'der' })
  const pin = createHash('sha256').update(spki).digest('base64')
  return pins.includes(pin) ? undefined : new PinError('the public key is not one that is pinned')
}

/** OpenSSL's verification results and our own, as opposed to a network that failed. */
function isTrustFailure(error: NodeJS.ErrnoException): boolean {
  return (
    /CERT|ISSUER|SIGNATURE|HOSTNAME|CRL|CHAIN|ALTNAME|PIN_MISMATCH|INVALID_CA|INVALID_PURPOSE|UNTRUSTED/.test(
      error.code ?? '',
    ) && error.syscall === undefined
  )
}

function describeTls(socket: TLSSocket | undefined): NegotiatedTls {
  const group = socket?.getEphemeralKeyInfo()
  return {
    version: socket?.getProtocol() ?? 'unknown',
    cipher: socket?.getCipher().standardName ?? 'unknown',
    group: group !== null && group !== undefined && 'name' in group ? String(group.name) : 'unknown',
  }
}

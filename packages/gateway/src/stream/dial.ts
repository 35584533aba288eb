import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import type { Clock, Random } from '#kernel'
import type { NegotiatedTls, StreamTarget } from './contract.ts'
import { StreamError } from './stream-error.ts'
import { splitUrl, type UrlParts } from './stream-url.ts'
import type { TlsContexts } from './tls-contexts.ts'
import { upgrade, type Upgrade } from './upgrade.ts'
import { WebSocket } from './web-socket.ts'

export type DialFailure = 'refused' | 'unreachable' | 'untrusted'

/** What is dialled, of a stream. */
export type DialTarget = Pick<StreamTarget, 'url' | 'address' | 'headers' | 'tls' | 'connectTimeoutMs'>

export interface DialHandlers {
  /** `early` came together with the answer; it is borrowed until the call returns. */
  opened(socket: WebSocket, tls: NegotiatedTls, early: Buffer): void
  failed(why: DialFailure): void
}

export interface DialDeps {
  readonly clock: Clock
  readonly random: Random
  readonly contexts: TlsContexts
  /** To be chosen by the app, or it is refused. */
  readonly subprotocol?: string | undefined
}

const nonceBytes = 16
/** What may wait in a socket's own buffer, where nothing can be taken back: about one second of audio. */
const highWaterBytes = 16 * 1_024
/**
 * What every socket of this thread reads into. Each read is handed on and done with before the next, so one piece of
 * memory serves all of them, and no read allocates.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1_024)
const nothing = Buffer.alloc(0)

/**
 * Opens the WebSocket of one stream: TCP to the approved address and nowhere else, TLS 1.2 or newer that verifies the
 * URL's host, an upgrade whose target and `Host` are the URL's own bytes. Exactly one handler is called.
 *
 * @returns A function that gives the attempt up; then no handler is called.
 */
export function dial(
  target: DialTarget,
  { clock, random, contexts, subprotocol }: DialDeps,
  handlers: DialHandlers,
): () => void {
  const parts = splitUrl(target.url)
  const host = parts?.authority ?? ''
  const requestTarget = parts?.requestTarget ?? ''
  const nonce = random.bytes(nonceBytes)
  const attempt = upgrade({ requestTarget, host, headers: target.headers, nonce, subprotocol })
  if (parts === undefined || attempt === undefined) return clock.set(0, () => handlers.failed('refused'))

  let read: (bytes: Buffer) => void = () => {}
  // Options of `net.connect` that `tls.connect` passes on, though its types leave them out.
  const stream = {
    noDelay: true,
    highWaterMark: highWaterBytes,
    onread: {
      buffer: readBuffer,
      callback(length: number) {
        read(readBuffer.subarray(0, length))
        return true
      },
    },
  }
  const socket = connect({ ...tlsOptions(target, parts, contexts), ...stream })
  const cancelTimeout = clock.set(target.connectTimeoutMs, () => fail('unreachable'))

  function settle(): void {
    cancelTimeout()
    socket.removeAllListeners('error').on('error', () => {}) // one that was given up may still fail
    socket.removeAllListeners('close')
  }
  function fail(why: DialFailure): void {
    settle()
    socket.destroy()
    handlers.failed(why)
  }

  socket.on('error', (error) => fail(isTrustFailure(error) ? 'untrusted' : 'unreachable'))
  socket.on('close', () => fail('refused')) // without an error: the app hung up instead of answering
  socket.once('secureConnect', () => {
    read = answerReader(attempt, {
      refused: () => fail('refused'),
      accepted(early) {
        settle()
        socket.removeAllListeners('error')
        const webSocket = new WebSocket(socket, random)
        read = (bytes) => webSocket.push(bytes)
        handlers.opened(webSocket, describeTls(socket), early)
      },
    })
    socket.write(attempt.request)
  })
  return () => {
    settle()
    socket.destroy()
  }
}

/** Gathers the answer to the upgrade, which may come in pieces. */
function answerReader(
  attempt: Upgrade,
  outcome: { refused(): void; accepted(early: Buffer): void },
): (bytes: Buffer) => void {
  let gathered = nothing
  return (bytes) => {
    gathered = Buffer.concat([gathered, bytes])
    const answer = attempt.read(gathered)
    switch (answer.kind) {
      case 'more':
        return
      case 'refused':
        return outcome.refused()
      case 'accepted':
        return outcome.accepted(answer.rest)
    }
  }
}

function tlsOptions(
  target: DialTarget,
  { hostname, port }: UrlParts,
  contexts: TlsContexts,
): ConnectionOptions {
  const { spkiPins, ...material } = target.tls
  return {
    ...placeOf(target.address, port),
    ...(isIP(hostname) === 0 && { servername: hostname }),
    secureContext: contexts.of(material),
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    // The address is not the name: what must be on the certificate is the URL's host.
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      checkServerIdentity(hostname, certificate) ?? checkPins(certificate, spkiPins),
  }
}

/** The approved address, with the URL's port unless the operator has it elsewhere. */
function placeOf(address: string, port: number): { readonly host: string; readonly port: number } {
  const own = isIP(address) === 0 ? /^\[?([^\]]+)\]?:(\d+)$/.exec(address) : null
  return own?.[1] === undefined ? { host: address, port } : { host: own[1], port: Number(own[2]) }
}

function checkPins(certificate: PeerCertificate, pins: readonly string[]): Error | undefined {
  if (pins.length === 0) return undefined
  const spki = new X509Certificate(certificate.raw).publicKey.export({ type: 'spki', format: 'der' })
  const pin = createHash('sha256').update(spki).digest('base64')
  return pins.includes(pin)
    ? undefined
    : new StreamError('STREAM_PIN_MISMATCH', 'the public key is not one that is pinned')
}

/** OpenSSL's verification results and our own, as opposed to a network or a handshake that failed. */
const trustFailure =
  /CERT|ISSUER|SIGNATURE|HOSTNAME|CRL|CHAIN|ALTNAME|PIN_MISMATCH|INVALID_CA|INVALID_PURPOSE|UNTRUSTED/

function isTrustFailure(error: NodeJS.ErrnoException): boolean {
  return error.syscall === undefined && trustFailure.test(error.code ?? '')
}

function describeTls(socket: TLSSocket): NegotiatedTls {
  const group = socket.getEphemeralKeyInfo()
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    group: group !== null && 'name' in group && group.name !== undefined ? group.name : 'unknown',
    peerCertificate:
      socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase() ?? null,
  }
}

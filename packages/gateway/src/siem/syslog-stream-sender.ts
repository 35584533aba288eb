import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { wait, type Clock } from '#kernel'
import { checkFingerprint, collectorTlsOptions, type CollectorTls } from './collector-tls.ts'
import { SiemError } from './error.ts'
import type { SecurityEvent } from './security-event.ts'
import type { Sender } from './sender.ts'
import { frameMessage } from './syslog-message.ts'

export interface SyslogStreamDeps {
  readonly clock: Clock
  readonly host: string
  readonly port: number
  /** Undefined: plain TCP (RFC 6587 §3.4.1), which the configuration must have allowed. */
  readonly tls: CollectorTls | undefined
  readonly timeoutMs: number
  readonly format: (event: SecurityEvent) => string
}

/** How long what was written may take to arrive before we end the stream: several times the way there and back. */
const lingerRoundTrips = 4
const minLingerMs = 20

/**
 * Syslog over TLS (RFC 5425) or TCP. The protocol has no acknowledgement, so its connection is made into one: each batch has a
 * connection, which we end, and which the collector must then end in good order. A peer that closes with something unread resets the
 * connection, so an orderly end after everything has arrived says that everything was read. What a collector has read and not yet
 * kept when it dies, no protocol can tell; see `settleMs`.
 */
export function syslogStreamSender(deps: SyslogStreamDeps): Sender {
  return {
    async send(events, signal) {
      const bytes = Buffer.concat(events.map((event) => frameMessage(deps.format(event))))
      const startedMs = deps.clock.monotonicMs()
      const over = new AbortController()
      const cancel = deps.clock.set(deps.timeoutMs, () =>
        over.abort(new SiemError('SIEM_TIMEOUT', 'the collector took too long')),
      )
      const stopped = AbortSignal.any([signal, over.signal])
      const socket = open(deps)
      const kill = () => socket.destroy(asError(stopped.reason))
      stopped.addEventListener('abort', kill, { once: true })
      try {
        if (stopped.aborted) throw asError(stopped.reason)
        await connected(socket, deps.tls)
        const lingerMs = Math.max(minLingerMs, lingerRoundTrips * (deps.clock.monotonicMs() - startedMs))
        await deliver(socket, bytes, () => wait(deps.clock, Math.min(lingerMs, deps.timeoutMs / 4), stopped))
      } finally {
        cancel()
        stopped.removeEventListener('abort', kill)
        socket.destroy()
      }
    },
  }
}

function open({ host, port, tls }: SyslogStreamDeps): Socket {
  if (tls === undefined) return connectTcp({ host, port })
  return connectTls({ host, port, ...collectorTlsOptions(tls, host) })
}

function connected(socket: Socket, tls: CollectorTls | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => reject(connectError(cause))
    socket.once('error', failed)
    socket.once('close', () => reject(new SiemError('SIEM_CONNECT', 'the collector closed the connection')))
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      try {
        if (tls !== undefined) checkFingerprint(socket as TLSSocket, tls.fingerprints)
        resolve()
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** Resolves when the collector ended the connection after us, and not before. */
function deliver(socket: Socket, bytes: Uint8Array, linger: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let isEnding = false
    const fail = (error: Error) => reject(connectError(error))
    socket.on('error', fail)
    socket.once('end', () => {
      if (!isEnding) fail(new SiemError('SIEM_UNCONFIRMED', 'the collector ended the connection before us'))
    })
    socket.once('close', (hadError) => {
      if (isEnding && !hadError) resolve()
      else fail(new SiemError('SIEM_UNCONFIRMED', 'the connection was cut'))
    })
    socket.resume() // collectors say nothing; what they say all the same would else hold up the end
    socket.write(bytes, (error) => {
      if (error) return fail(error)
      linger().then(() => {
        isEnding = true
        socket.end()
      }, fail)
    })
  })
}

function connectError(cause: Error): SiemError {
  if (cause instanceof SiemError) return cause
  const { code = '' } = cause as NodeJS.ErrnoException
  if (/^(?:ERR_SSL|ERR_TLS|CERT_|UNABLE_|DEPTH_|SELF_|ERR_OSSL)/.test(code))
    return new SiemError('SIEM_TLS', 'the collector’s TLS is not what was asked for', { cause })
  return new SiemError('SIEM_CONNECT', 'the connection to the collector failed', { cause })
}

function asError(reason: unknown): Error {
  if (reason instanceof SiemError) return reason
  return new SiemError('SIEM_STOPPED', 'sending was stopped', { cause: reason })
}

import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { SiemError } from './error.ts'
import type { SecurityEvent } from './security-event.ts'
import type { Sender } from './sender.ts'

/** Syslog over UDP (RFC 5426): in clear, unconfirmed, and lossy by nature. Only where the configuration allows plaintext. */
export function syslogUdpSender(deps: {
  readonly host: string
  readonly port: number
  readonly format: (event: SecurityEvent) => string
}): Sender {
  return {
    async send(events, signal) {
      const socket = createSocket(isIPv6(deps.host) ? 'udp6' : 'udp4')
      try {
        for (const event of events) {
          if (signal.aborted) throw new SiemError('SIEM_STOPPED', 'sending was stopped')
          const { promise, resolve, reject } = Promise.withResolvers<void>()
          socket.send(deps.format(event), deps.port, deps.host, (error) =>
            error ? reject(error) : resolve(),
          )
          await promise
        }
      } catch (cause) {
        throw cause instanceof SiemError
          ? cause
          : new SiemError('SIEM_CONNECT', 'a datagram could not be sent', { cause })
      } finally {
        socket.close()
      }
    },
  }
}

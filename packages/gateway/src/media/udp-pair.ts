import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/** The RTP and RTCP sockets of one leg. */
export interface UdpPair {
  readonly rtpPort: number
  /** Sends at once or not at all; `datagram` may be reused after a few more sends. */
  sendRtp(datagram: Uint8Array, port: number, address: string): void
  sendRtcp(datagram: Uint8Array, port: number, address: string): void
  close(): void
}

export interface UdpHandlers {
  /** `datagram` is fresh memory that the handler owns. */
  rtp(datagram: Uint8Array, address: string, port: number): void
  rtcp(datagram: Uint8Array, address: string, port: number): void
  /** A socket failed; the pair sends and receives no more. */
  failed(error: Error): void
}

/** Binds `port` and `port + 1`. Rejects with the operating system's error. */
export async function bindUdpPair(host: string, port: number, handlers: UdpHandlers): Promise<UdpPair> {
  const rtp = await bind(host, port)
  let rtcp: Socket
  try {
    rtcp = await bind(host, port + 1)
  } catch (error) {
    rtp.close()
    throw error
  }
  rtp.on('message', (data: Buffer, from: RemoteInfo) => handlers.rtp(data, from.address, from.port))
  rtcp.on('message', (data: Buffer, from: RemoteInfo) => handlers.rtcp(data, from.address, from.port))
  let open = true
  const close = () => {
    if (!open) return
    open = false
    rtp.close()
    rtcp.close()
  }
  const fail = (error: Error) => {
    close()
    handlers.failed(error)
  }
  rtp.on('error', fail)
  rtcp.on('error', fail)
  return {
    rtpPort: port,
    sendRtp: (datagram, toPort, address) => void (open && rtp.send(datagram, toPort, address)),
    sendRtcp: (datagram, toPort, address) => void (open && rtcp.send(datagram, toPort, address)),
    close,
  }
}

type Lookup = (
  hostname: string,
  options: unknown,
  callback: (error: null, address: string, family: number) => void,
) => void

/** Addresses here are never names: answering in place saves a turn of the event loop for each packet. */
function numericOnly(family: 4 | 6): Lookup {
  return (hostname, options, callback) => {
    const answer = typeof options === 'function' ? (options as typeof callback) : callback
    answer(null, hostname, family)
  }
}

/**
 * As much as the system allows (`net.core.rmem_max`): when this thread is late, a stranger who floods the port must not
 * push the caller's packets out of the kernel's queue.
 */
const recvBufferSize = 1_024 * 1_024

function bind(host: string, port: number): Promise<Socket> {
  const family = isIPv6(host) ? 6 : 4
  const socket = createSocket({ type: `udp${family}`, lookup: numericOnly(family), recvBufferSize })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeListener('error', reject)
      resolve(socket)
    })
  })
}

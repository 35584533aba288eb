import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { SoftphoneError } from './softphone-error.ts'

/** A pair of UDP ports: RTP on an even one, RTCP on the next (RFC 3550 §11). */
export interface MediaSockets {
  readonly rtpPort: number
  sendRtp(datagram: Uint8Array, port: number, address: string): void
  sendRtcp(datagram: Uint8Array, port: number, address: string): void
  close(): void
}

export type OnDatagram = (datagram: Uint8Array, from: RemoteInfo) => void

const maxAttempts = 50 // half of the ports that the system gives are odd

/** Binds a pair on `address`. Datagrams of both ports go to `onDatagram`, which owns them. */
export async function openMediaSockets(address: string, onDatagram: OnDatagram): Promise<MediaSockets> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const pair = await bindPair(address)
    if (pair !== undefined) return carry(pair, onDatagram)
  }
  throw new SoftphoneError('SOFTPHONE_PORTS', 'no free pair of UDP ports was found')
}

interface Pair {
  readonly rtp: Socket
  readonly rtcp: Socket
}

async function bindPair(address: string): Promise<Pair | undefined> {
  const rtp = await bind(address, 0)
  if (rtp === undefined) return undefined
  const { port } = rtp.address()
  const rtcp = port % 2 === 0 ? await bind(address, port + 1) : undefined
  if (rtcp !== undefined) return { rtp, rtcp }
  rtp.close()
  return undefined
}

async function bind(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  try {
    socket.bind({ port, address, exclusive: true })
    await once(socket, 'listening')
    return socket
  } catch {
    socket.close()
    return undefined
  }
}

function carry({ rtp, rtcp }: Pair, onDatagram: OnDatagram): MediaSockets {
  let open = true
  for (const socket of [rtp, rtcp]) {
    socket.on('message', onDatagram)
    socket.on('error', () => {}) // an ICMP error about a peer that has gone: the call's own end will tell
  }
  return {
    rtpPort: rtp.address().port,
    sendRtp: (datagram, port, address) => open && rtp.send(datagram, port, address),
    sendRtcp: (datagram, port, address) => open && rtcp.send(datagram, port, address),
    close() {
      if (!open) return
      open = false
      rtp.close()
      rtcp.close()
    },
  }
}

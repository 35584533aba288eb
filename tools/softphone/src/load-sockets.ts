import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { classify } from '@voxkeep/wire/rtp'
import type { SoftphoneClock } from './clock.ts'
import type { LoadLeg } from './load-leg.ts'

/** UDP ports that many calls share: what the gateway sends is told apart by the port it comes from. */
export interface LoadSocket {
  readonly port: number
  send(datagram: Uint8Array, port: number, address: string): void
  route(fromPort: number, leg: LoadLeg): void
  close(): void
}

const receiveBufferBytes = 4 * 1_024 * 1_024 // as much as the system allows; a burst must not be lost here

export async function openLoadSocket(address: string, clock: SoftphoneClock): Promise<LoadSocket> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    // An address is its own answer; without this, each packet waits for a tick of the resolver.
    lookup: (host, _options, answer) => answer(null, host, isIPv6(host) ? 6 : 4),
    recvBufferSize: receiveBufferBytes,
  })
  const listening = once(socket, 'listening') // comes within bind(), as the lookup does not wait
  socket.bind(0, address)
  await listening
  return carry(socket, clock)
}

function carry(socket: Socket, clock: SoftphoneClock): LoadSocket {
  const legs = new Map<number, LoadLeg>()
  let open = true
  socket.on('message', (datagram: Uint8Array, from) => {
    if (classify(datagram) === 'rtp') legs.get(from.port)?.receive(datagram, clock.monotonicMs())
  })
  socket.on('error', () => {})
  return {
    port: socket.address().port,
    send: (datagram, port, address) => open && socket.send(datagram, port, address),
    route: (fromPort, leg) => void legs.set(fromPort, leg),
    close() {
      if (open) socket.close()
      open = false
    },
  }
}

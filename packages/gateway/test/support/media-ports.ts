import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface PortRange {
  readonly min: number
  readonly max: number
}

/** Ports that no other test uses at the same time. */
export interface MediaPorts extends AsyncDisposable {
  /** Everything here. */
  readonly all: PortRange
  readonly gateway: PortRange
  /** Twenty ports for the n-th phone of the test, n being 0 to 3. */
  phone(index: number): PortRange
}

// Below 32768, where Linux takes ports for outgoing connections from.
const firstBlock = 10_000
const lastBlock = 31_000
const blockPorts = 1_000
const gatewayPorts = 900
const phonePorts = 20

/** Claims a block of ports for as long as it is held. The socket on its last port is the claim, seen by every process. */
export async function claimMediaPorts(): Promise<MediaPorts> {
  for (let base = firstBlock; base <= lastBlock; base += blockPorts) {
    const claim = await bind(base + blockPorts - 1)
    if (claim === undefined) continue
    return {
      gateway: { min: base, max: base + gatewayPorts - 1 },
      all: { min: base, max: base + blockPorts - 1 },
      phone(index) {
        const min = base + gatewayPorts + index * phonePorts
        return { min, max: min + phonePorts - 1 }
      },
      async [Symbol.asyncDispose]() {
        claim.close()
        await once(claim, 'close')
      },
    }
  }
  throw new Error('every block of media ports is claimed')
}

async function bind(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4')
  socket.bind({ port, address: '127.0.0.1', exclusive: true })
  try {
    await once(socket, 'listening')
    return socket
  } catch {
    return undefined
  }
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

/** Somebody who sends datagrams to a media port that is none of their business. */
export interface Sprayer extends AsyncDisposable {
  /** Sends them at this rate, so that it is the gateway that refuses them, not a full socket buffer of the kernel. */
  spray(datagrams: Iterable<Uint8Array>, perSecond?: number): Promise<void>
  /** Sends each to a port of its own, once. */
  sprayPorts(
    targets: Iterable<{ readonly port: number; readonly datagram: Uint8Array | undefined }>,
  ): Promise<void>
  /** Datagrams that came back. */
  received(): number
}

const perBatch = 20
const usualPerSecond = 2_500

/** Speaks from a loopback address, by default not the caller's. */
export async function startSprayer(
  to: { readonly address: string; readonly port: number },
  from = '127.0.0.2',
): Promise<Sprayer> {
  const socket = createSocket('udp4')
  let received = 0
  socket.on('message', () => (received += 1))
  socket.bind(0, from)
  await once(socket, 'listening')
  const send = (datagram: Uint8Array, port = to.port) =>
    new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, to.address, (error) => (error === null ? resolve() : reject(error)))
    })
  async function sendAll(sends: Iterable<() => Promise<void>>, perSecond: number): Promise<void> {
    const startMs = performance.now()
    const rest = Iterator.from(sends)
    for (let sent = 0; ; sent += perBatch) {
      const batch = Array.from({ length: perBatch }, () => rest.next().value).filter(
        (one) => one !== undefined,
      )
      if (batch.length === 0) return
      const aheadMs = startMs + (sent * 1_000) / perSecond - performance.now()
      if (aheadMs > 1) await wait(aheadMs)
      await Promise.all(batch.map((one) => one()))
    }
  }
  return {
    spray(datagrams, perSecond = usualPerSecond) {
      const each = Iterator.from(datagrams).map((datagram) => () => send(datagram))
      return sendAll(each, perSecond)
    },
    sprayPorts(targets) {
      const each = Iterator.from(targets).map(
        ({ port, datagram = new Uint8Array() }) =>
          () =>
            send(datagram, port),
      )
      return sendAll(each, usualPerSecond)
    },
    received: () => received,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

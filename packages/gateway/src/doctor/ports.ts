import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { Config } from '#kernel'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'

/** A leg has a pair; a bridged call has two legs, a consultation three. */
const portsPerCall = 4
const sampled = 8

/** Can the listeners' ports and the media ports be bound? For a gateway that is not running. */
export const ports: Examination = {
  about: 'ports',
  async examine(config) {
    const listeners = [
      ...config.sip.listen.map(({ host, port }) => ({ what: 'sip.listen', host, port })),
      ...(config.api === undefined ? [] : [{ what: 'api', host: config.api.host, port: config.api.port }]),
    ]
    const tried = await Promise.all(
      listeners.map(async ({ what, host, port }) => judgeBind(what, host, port, await bindTcp(host, port))),
    )
    return [...tried, await mediaPorts(config.media), judgeCount(config)]
  },
}

async function mediaPorts({ host, portMin, portMax }: Config['media']): Promise<Finding> {
  const step = Math.max(1, Math.floor((portMax - portMin) / sampled))
  const some = Array.from({ length: sampled }, (_, index) => portMin + index * step).filter(
    (port) => port <= portMax,
  )
  const failed: string[] = []
  for (const port of some) {
    const code = await bindUdp(host, port)
    if (code !== undefined) failed.push(`${port} (${code})`)
  }
  if (failed.length === 0)
    return fine('ports', `UDP ${portMin} to ${portMax} can be bound (${some.length} tried)`)
  const told = `UDP ports of ${portMin} to ${portMax} cannot be bound: ${failed.join(', ')}`
  return failed.length === some.length
    ? fault(
        'ports',
        told,
        `Does media.host (${host}) belong to this machine? Choose another range with media.portMin and media.portMax.`,
      )
    : warning(
        'ports',
        told,
        'Something else uses them. Calls step over ports that are taken, but each costs time: choose another range.',
      )
}

export function judgeCount({ media, calls }: Pick<Config, 'media' | 'calls'>): Finding {
  const count = media.portMax - media.portMin + 1
  const needed = calls.maxConcurrent * portsPerCall
  return count >= needed
    ? fine('ports', `${count} media ports for ${calls.maxConcurrent} calls`)
    : warning(
        'ports',
        `${count} media ports, and ${calls.maxConcurrent} bridged calls need ${needed}`,
        'Widen media.portMin to media.portMax (and the firewall), or lower calls.maxConcurrent.',
      )
}

export function judgeBind(what: string, host: string, port: number, code: string | undefined): Finding {
  const place = `${what}: TCP ${host}:${port}`
  switch (code) {
    case undefined:
      return fine('ports', `${place} can be bound`)
    case 'EADDRINUSE':
      return fault(
        'ports',
        `${place} is taken`,
        `See who has it ("ss -ltnp 'sport = :${port}'"), stop that, or choose another port.`,
      )
    case 'EACCES':
      return fault(
        'ports',
        `${place} needs more rights`,
        'Choose a port above 1023, or give it CAP_NET_BIND_SERVICE (in a systemd unit: AmbientCapabilities and CapabilityBoundingSet).',
      )
    case 'EADDRNOTAVAIL':
      return fault(
        'ports',
        `${place}: the address is not this machine’s`,
        'Name an address of this machine ("ip address" lists them), or 0.0.0.0 for all.',
      )
    default:
      return fault('ports', `${place} cannot be bound (${code})`, 'Choose another address or port.')
  }
}

/** The error's code; undefined when it can be bound. */
function bindTcp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

function bindUdp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      resolve(error.code ?? error.message)
    })
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)))
  })
}

import type { TLSSocket } from 'node:tls'
import type { Clock } from '#kernel'
import type { Count, Home, Opened, SipConnection } from './connection.ts'
import { dialTls, type PeerCheck } from './dial.ts'
import { EdgeError } from './edge-error.ts'
import type { Target } from './locate.ts'
import { hostPort } from './peer-security.ts'
import type { Trunk } from './trunk.ts'

export interface DiallerDeps {
  readonly clock: Clock
  readonly count: Count
  /** In [0, 1). */
  readonly chance: () => number
  /** For one address. */
  readonly timeoutMs: number
  readonly take: (socket: TLSSocket, home: Home, opened: Opened) => SipConnection
}

/** What a connection is to be like, wherever it goes. */
export interface Way {
  readonly check: PeerCheck
  /** Tells this check, and what it was made of, from every other. */
  readonly key: string
  /** That of a stricter check, which is as good. */
  readonly stricterKey?: string
  readonly home: Home
  readonly trunk: Trunk
}

/** Opens connections, one for each address and way: who asks for one that is there, or being opened, shares it. */
export interface Dialler extends Disposable {
  /** Rejects with `EdgeError`, with the reason. */
  reach(target: Target, way: Way): Promise<SipConnection>
}

export function dialler(deps: DiallerDeps): Dialler {
  const { clock, count, chance } = deps
  const opened = new Map<string, SipConnection>()
  const dialling = new Map<string, Promise<SipConnection>>()
  const closing = new AbortController()

  async function dial(target: Target, { check, home, trunk }: Way): Promise<SipConnection> {
    const timeout = new AbortController()
    const cancel = clock.set(deps.timeoutMs, () => timeout.abort())
    try {
      const socket = await dialTls(target, check, AbortSignal.any([timeout.signal, closing.signal]))
      count('dials', { result: 'ok' })
      return deps.take(socket, home, { trunk, keepAliveMs: trunk.outbound?.keepAliveMs, chance })
    } catch (error) {
      count('dials', { result: error instanceof EdgeError ? (error.reason ?? 'other') : 'other' })
      throw error
    } finally {
      cancel()
    }
  }

  async function share(key: string, dialled: Promise<SipConnection>): Promise<SipConnection> {
    dialling.set(key, dialled)
    try {
      const connection = await dialled
      for (const [old, { isOpen }] of opened) if (!isOpen) opened.delete(old)
      opened.set(key, connection)
      return connection
    } finally {
      if (dialling.get(key) === dialled) dialling.delete(key)
    }
  }

  return {
    async reach(target, way) {
      const at = hostPort(target.address, target.port)
      const key = `${at} ${way.key}`
      const known = [key, `${at} ${way.stricterKey ?? way.key}`].map((alike) => opened.get(alike))
      const connection = known.find((found) => found?.isOpen)
      return connection ?? (await share(key, dialling.get(key) ?? dial(target, way)))
    },
    [Symbol.dispose]: () => closing.abort(),
  }
}

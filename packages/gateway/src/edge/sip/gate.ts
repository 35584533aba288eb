import type { Clock, Log } from '#kernel'
import { sourceGuard, sourceKey, tokenBuckets, type SourceGuard } from '#shield'
import type { Count, SipConnection } from './connection.ts'
import { sourceBanned } from './events.ts'

const maxSources = 10_000 // remembered by guard and buckets: some 2 MB at most
const bans = { strikes: 10, windowMs: 60_000, banMs: 600_000, maxSources }
/** Messages from who has shown nothing yet and calls from no trunk's address: enough for a phone, not for a dictionary. */
const unprovenRates = {
  perSource: { perSecond: 2, burst: 20 },
  global: { perSecond: 100, burst: 200 },
  maxSources,
}

export interface Gate {
  readonly guard: SourceGuard
  /** Whether the message may come in; if not, the connection is closed. */
  admits(connection: SipConnection): boolean
  /** The peer did what no well-meaning one does; for doing it too often its source is banned. */
  suspect(connection: SipConnection): void
}

/** What stands between the world and the transaction layer. Trunks' addresses pass it freely and are never banned. */
export function gate(deps: {
  clock: Clock
  log: Log
  count: Count
  isTrunkAddress: (address: string) => boolean
  open: () => Iterable<SipConnection>
}): Gate {
  const guard = sourceGuard({ ...bans, clock: deps.clock })
  const unproven = tokenBuckets({ ...unprovenRates, clock: deps.clock })
  return {
    guard,
    admits(connection) {
      if (connection.isTrusted || deps.isTrunkAddress(connection.peer.address)) return true
      const taken = unproven.take(sourceKey(connection.peer.address))
      if (taken === 'ok') return true
      deps.count('unproven_refused', { why: taken })
      connection.close()
      return false
    },
    suspect(connection) {
      const { address } = connection.peer
      const source = sourceKey(address)
      if (deps.isTrunkAddress(address) || !guard.strike(source)) return
      deps.count('sources_banned')
      sourceBanned(deps.log, address)
      for (const other of deps.open()) if (sourceKey(other.peer.address) === source) other.close()
    },
  }
}

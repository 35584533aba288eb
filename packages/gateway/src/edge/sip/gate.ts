import type { SipMessage } from '@voxkeep/wire/sip'
import type { Clock, Log } from '#kernel'
import { scannerOf, sourceGuard, sourceKey, tokenBuckets, type SourceGuard } from '#shield'
import type { Count, SipConnection } from './connection.ts'
import { sourceBanned } from './events.ts'

const maxSources = 10_000 // remembered by guard and buckets: some 2 MB at most
const dayMs = 86_400_000
const bans = { strikes: 10, windowMs: 60_000, banMs: 600_000, maxBanMs: dayMs, maxSources }
/** Messages from who has shown nothing yet and calls from no trunk's address: enough for a phone, not for a dictionary. */
const unprovenRates = {
  perSource: { perSecond: 2, burst: 20 },
  global: { perSecond: 100, burst: 200 },
  maxSources,
}

export interface Gate {
  readonly guard: SourceGuard
  /** Whether the message may come in; if not, the connection is closed, unanswered. */
  admits(connection: SipConnection, message: SipMessage): boolean
  /** Whether the message is a known scanner's: its source is banned then, and all its connections are closed. */
  catches(connection: SipConnection, message: SipMessage): boolean
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
  const isFree = (connection: SipConnection) =>
    connection.isTrusted || deps.isTrunkAddress(connection.peer.address)
  const showDoor = (address: string) => {
    const source = sourceKey(address)
    deps.count('sources_banned')
    sourceBanned(deps.log, address)
    for (const other of deps.open()) if (sourceKey(other.peer.address) === source) other.close()
  }
  const suspect = ({ peer: { address } }: SipConnection) => {
    if (!deps.isTrunkAddress(address) && guard.strike(sourceKey(address))) showDoor(address)
  }
  const catches = (connection: SipConnection, message: SipMessage) => {
    if (isFree(connection)) return false
    const scanner = scannerOf(saidOfItself(message))
    if (scanner === undefined) return false
    deps.count('scanners', { scanner })
    connection.close()
    if (guard.ban(sourceKey(connection.peer.address))) showDoor(connection.peer.address)
    return true
  }
  return {
    guard,
    catches,
    suspect,
    admits(connection, message) {
      if (isFree(connection)) return true
      if (catches(connection, message)) return false
      const taken = unproven.take(sourceKey(connection.peer.address))
      if (taken === 'ok') return true
      deps.count('unproven_refused', { why: taken })
      connection.close()
      // It had its honest refusals. Where everybody together is too much, nobody alone is to blame.
      if (taken === 'source') suspect(connection)
      return false
    },
  }
}

function saidOfItself({ kind, headers }: SipMessage) {
  return {
    userAgent: headers.get(kind === 'request' ? 'User-Agent' : 'Server'),
    from: headers.get('From'),
    to: headers.get('To'),
    callId: headers.get('Call-ID'),
  }
}

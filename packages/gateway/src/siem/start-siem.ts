import type { Clock, CollectorConfig, Log, Random, Secret } from '#kernel'
import { asciiJson } from './ascii-json.ts'
import { cefMessage } from './cef.ts'
import { SiemError } from './error.ts'
import { followLogs, type Batch, type Follower } from './follow-logs.ts'
import { globs } from './glob.ts'
import { ocsfEvent } from './ocsf.ts'
import { otlpSender } from './otlp-sender.ts'
import type { CursorStore, EventLogs, SecurityEvent } from './security-event.ts'
import type { Sender } from './sender.ts'
import { syslogMessage, type MessageBody } from './syslog-message.ts'
import { syslogStreamSender } from './syslog-stream-sender.ts'
import { syslogUdpSender } from './syslog-udp-sender.ts'

export interface SiemDeps {
  readonly collectors: readonly CollectorConfig[]
  readonly logs: EventLogs
  readonly cursors: CursorStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly node: string
  /** This node, for the lease. */
  readonly holder: string
  readonly version: string
  readonly readSecret: (reference: string) => Secret<string>
  readonly count: (name: string, labels: Readonly<Record<string, string>>, by?: number) => void
  /** Events wait for a collector for longer than they may; or do no more. */
  readonly onLag: (collector: string, lagging: boolean, behind: Follower['behind']) => void
}

export interface Siem extends AsyncDisposable {
  readonly collectors: readonly { readonly id: string; readonly behind: Follower['behind'] }[]
}

const lagCheckMs = 1_000

/** Sends everything in the logs to every collector, each at its own pace. A collector that fails holds up nobody. */
export function startSiem(deps: SiemDeps): Siem {
  const running = deps.collectors.map((collector) => ({
    collector,
    follower: followCollector(deps, collector),
    isLagging: false,
  }))
  const startedMs = deps.clock.now() // what waited while we were stopped is not late yet
  let cancel = () => {}
  const check = () => {
    for (const entry of running) {
      const { sinceMs } = entry.follower.behind
      const isLate =
        sinceMs !== undefined && deps.clock.now() - Math.max(sinceMs, startedMs) > entry.collector.lagAlertMs
      if (isLate === entry.isLagging || (!isLate && entry.follower.behind.events > 0)) continue
      entry.isLagging = isLate
      deps.onLag(entry.collector.id, isLate, entry.follower.behind)
    }
    cancel = deps.clock.set(lagCheckMs, check)
  }
  if (running.length > 0) cancel = deps.clock.set(lagCheckMs, check)
  return {
    get collectors() {
      return running.map(({ collector: { id }, follower: { behind } }) => ({ id, behind }))
    },
    async [Symbol.asyncDispose]() {
      cancel()
      await Promise.all(running.map(({ follower }) => follower[Symbol.asyncDispose]()))
    },
  }
}

function followCollector(deps: SiemDeps, collector: CollectorConfig): Follower {
  const { id, tenants, types, batchEvents, flushMs, startAt } = collector
  const sender = senderOf(deps, collector)
  const isWanted = wantedBy(tenants, types)
  const labels = { collector: id }
  const handle = async ({ events }: Batch, signal: AbortSignal) => {
    const wanted = events.filter(isWanted)
    for (const part of partsOf(wanted, collector.batchBytes)) {
      await sender.send(part, signal)
      deps.count('siem_events_sent', labels, part.length)
    }
  }
  return followLogs({
    ...deps,
    reader: `siem:${id}`,
    startAt,
    batchEvents,
    gatherMs: flushMs,
    settleMs: collector.kind === 'syslog' ? collector.settleMs : 0,
    handle,
    onFailure(error, failures) {
      deps.count('siem_failures', { ...labels, why: error instanceof SiemError ? error.code : 'OTHER' })
      // The first of a row is told, and then ever fewer: 1, 2, 4, 8 …
      if ((failures & (failures - 1)) === 0)
        deps.log.warn('a collector does not take events; they wait in the audit log', {
          collector: id,
          failures,
          error,
        })
    },
  })
}

function wantedBy(tenants: readonly string[] | undefined, types: readonly string[] | undefined) {
  const isType = globs(types)
  const named = tenants === undefined ? undefined : new Set(tenants)
  return ({ tenant, type }: SecurityEvent) => (named?.has(tenant) ?? true) && isType(type)
}

/** Parts of at most about `maxBytes`, by what the events' fields hold. */
function partsOf(events: readonly SecurityEvent[], maxBytes: number): SecurityEvent[][] {
  const overheadBytes = 600 // header, structured data, names
  const parts: SecurityEvent[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const event of events) {
    const size = overheadBytes + JSON.stringify(event.fields).length
    if (bytes + size > maxBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(event)
    bytes += size
  }
  return parts
}

function senderOf(deps: SiemDeps, collector: CollectorConfig): Sender {
  const { clock, node, version } = deps
  if (collector.kind === 'otlp') {
    const { authorization, url, tls, timeoutMs, id } = collector
    return otlpSender({
      clock,
      url,
      tls,
      timeoutMs,
      authorization: authorization === undefined ? undefined : () => deps.readSecret(authorization),
      source: { node, version },
      onRejected: (events) => deps.count('siem_events_rejected', { collector: id }, events),
    })
  }
  const body = bodyOf(collector.format, { node, version })
  const format = (event: SecurityEvent) => syslogMessage(event, { ...collector, node }, body)
  const { host, port, timeoutMs, transport } = collector
  if (transport === 'udp') return syslogUdpSender({ host, port, format })
  const tls = transport === 'tls' ? collector.tls : undefined
  return syslogStreamSender({ clock, host, port, timeoutMs, format, tls })
}

function bodyOf(
  format: 'rfc5424' | 'ocsf' | 'cef',
  source: { readonly node: string; readonly version: string },
): MessageBody | undefined {
  switch (format) {
    case 'rfc5424':
      return undefined
    case 'ocsf':
      return (event) => asciiJson(ocsfEvent(event, source))
    case 'cef':
      return (event) => cefMessage(event, source.version)
  }
}

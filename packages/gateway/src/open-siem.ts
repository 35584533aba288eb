import type { Audit, AuditStore } from '#audit'
import { logCursorStore, type Database } from '#db'
import { systemTenant, type Clock, type Config, type Log, type Random, type Secret } from '#kernel'
import { startSiem, type EventLogs, type Siem } from '#siem'
import { eventLogs } from './event-logs.ts'
import type { Metrics } from './metrics.ts'
import { version } from './version.ts'

export interface SiemParts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauges'>
  readonly readSecret: (reference: string) => Secret<string>
  readonly database: Database
  readonly audit: Audit
  readonly auditLogs: { readonly store: AuditStore }
}

/** What reads the audit logs on behalf of others: which logs, and where each reader is. */
export interface LogReading {
  readonly logs: EventLogs
  readonly cursors: ReturnType<typeof logCursorStore>
  /** This node: of several on one database each has a name of its own, and after a crash it goes on with what it held. */
  readonly holder: string
}

export function openLogReading({ config, clock, database, audit, auditLogs }: SiemParts): LogReading {
  return {
    logs: eventLogs({ store: auditLogs.store, audit, clock }),
    cursors: logCursorStore(database),
    holder: config.node.name,
  }
}

/** Ships the audit logs to the collectors of the configuration. */
export function openSiem(parts: SiemParts, reading: LogReading): Siem {
  const { config, clock, random, log, metrics, audit } = parts
  const { collectors } = config.siem
  const siem = startSiem({
    ...reading,
    collectors,
    clock,
    random,
    log,
    node: config.node.name,
    version,
    readSecret: parts.readSecret,
    count: (name, labels, by) => metrics.count(name, labels, by),
    onLag(collector, lagging, { events, sinceMs }) {
      const type = lagging ? 'siem.lagging' : 'siem.recovered'
      const since = sinceMs === undefined ? null : new Date(sinceMs).toISOString()
      log[lagging ? 'error' : 'info'](lagging ? 'a collector lags behind' : 'a collector has caught up', {
        collector,
        events,
      })
      audit
        .append({ type, tenant: systemTenant, actor: 'system', fields: { collector, events, since } })
        .catch((error: unknown) => log.error('a lag is not in the audit log', { collector, error }))
    },
  })
  gauges(metrics, siem, clock)
  return siem
}

function gauges(metrics: SiemParts['metrics'], siem: Siem, clock: Clock): void {
  const help = 'audit entries that a collector does not have yet'
  metrics.gauges('siem_behind_events', help, 'collector', () =>
    siem.collectors.map(({ id, behind }) => [id, behind.events] as const),
  )
  metrics.gauges('siem_behind_seconds', 'how long the oldest of them waits', 'collector', () =>
    siem.collectors.map(({ id, behind }) => {
      const waitingMs = behind.sinceMs === undefined ? 0 : Math.max(0, clock.now() - behind.sinceMs)
      return [id, Math.round(waitingMs / 1_000)] as const
    }),
  )
}

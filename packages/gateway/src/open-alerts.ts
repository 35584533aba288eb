import {
  mailReceiver,
  resolveRules,
  startAlerts,
  webhookReceiver,
  type Alert,
  type AlertReceiver,
} from '#alerts'
import type { Audit } from '#audit'
import { alertStore, type AlertStore } from '#db'
import { systemTenant, wait, type TenantId } from '#kernel'
import { followLogs, globs, type SecurityEvent } from '#siem'
import { postSigned, readClientTls, type HttpsClient } from '#webhook'
import type { LogReading, SiemParts } from './open-siem.ts'

/** The node's own matters are its operator's, whose tokens are this tenant's. */
const operator = 'default' as TenantId
const holdMs = 30_000

export interface Alerts extends AsyncDisposable {
  readonly store: AlertStore<Alert>
}

/** Watches the audit logs by the configuration's rules. */
export function openAlerts(
  parts: SiemParts & { readonly client: HttpsClient },
  { logs, cursors, holder }: LogReading,
): Alerts {
  const { config, clock, random, log, metrics, database } = parts
  const store = alertStore<Alert>(database)
  const { gatherMs, keepDays } = config.alerts
  const running = startAlerts({
    rules: resolveRules(config.alerts.rules),
    receivers: [auditReceiver(parts.audit), ...receiversOf(parts)],
    store,
    clock,
    random,
    log,
    gatherMs,
    keepDays,
    globs,
    count: (name, labels) => metrics.count(name, labels),
    mayTell: () => {
      const now = new Date(clock.now())
      return cursors.claim('alerts:told', holder, now, new Date(now.getTime() + holdMs))
    },
    follow: (reader, handle) =>
      followLogs({
        reader,
        holder,
        logs,
        cursors,
        clock,
        random,
        log,
        startAt: 'now',
        batchEvents: 1_000,
        gatherMs: 200,
        settleMs: 'handler',
        handle: ({ events, ...batch }) => handle({ ...batch, events: events.map(forOperator) }),
        onFailure: (error) => log.error('alert rules could not read the audit logs', { error }),
      }),
  })
  const gauge = openAlertsGauge(parts, store)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await gauge[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
      await cursors.release('alerts:told', holder).catch(() => {})
    },
  }
}

function forOperator(event: SecurityEvent): SecurityEvent {
  return event.tenant === (systemTenant as string) ? { ...event, tenant: operator } : event
}

/** An alert is an event itself, which collectors get like any other. */
function auditReceiver(audit: Pick<Audit, 'append'>): AlertReceiver {
  return {
    id: 'audit-log',
    accepts: () => true,
    async send(alerts) {
      for (const { id, tenant, rule, severity, group_key, events } of alerts)
        await audit.append({
          type: 'alert.raised',
          tenant,
          actor: 'system',
          fields: { alert: id, rule, severity, group: group_key, events },
        })
    },
  }
}

function receiversOf({
  config,
  client,
  clock,
  readSecret,
}: SiemParts & { client: HttpsClient }): AlertReceiver[] {
  const node = config.node.name
  return config.alerts.receivers.map((receiver) => {
    if (receiver.kind === 'email') return mailReceiver(receiver, { node, readSecret })
    const app = {
      get secrets() {
        return receiver.secrets.map((reference) => readSecret(reference))
      },
      tls: readClientTls(receiver.caFile, receiver.clientCertificate),
    }
    const { url, timeoutMs } = receiver
    return webhookReceiver(receiver, {
      node,
      async post(message, signal) {
        const answer = await postSigned({ client, clock }, { app, url, timeoutMs, ...message }, signal)
        return answer.ok ? answer.status : undefined
      },
    })
  })
}

const countEveryMs = 15_000

/** How many alerts are open, looked at now and then: a gauge may not ask the database. */
function openAlertsGauge(
  { metrics, clock, log }: Pick<SiemParts, 'metrics' | 'clock' | 'log'>,
  store: AlertStore<Alert>,
): AsyncDisposable {
  let open: readonly (readonly [string, number])[] = []
  metrics.gauges('alerts_open', 'alerts that nobody has acknowledged', 'severity', () => open)
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        open = (await store.open()).map(({ severity, count }) => [severity, count] as const)
      } catch (error) {
        log.warn('open alerts could not be counted', { error })
      }
      await wait(clock, countEveryMs, stop.signal).catch(() => {})
    }
  }
  const done = run()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await done
    },
  }
}

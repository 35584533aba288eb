import type { Audit } from '#audit'
import type { Log } from '#kernel'
import type { KeyEvent } from '#keys'
import type { Metrics } from './metrics.ts'

/** Events that wait for the audit log to open, which itself needs keys: a few for each tenant. */
const maxWaiting = 10_000

export interface KeyEvents {
  take(event: KeyEvent): void
  /** From here on they go to the audit log, those that waited first. */
  into(audit: Pick<Audit, 'append'>): void
}

/** What happens to tenants' keys becomes log lines, a metric and audit entries. */
export function keyEvents({ log, metrics }: { log: Log; metrics: Pick<Metrics, 'count'> }): KeyEvents {
  const waiting: KeyEvent[] = []
  let audit: Pick<Audit, 'append'> | undefined
  const append = (to: Pick<Audit, 'append'>, { kind, tenant, ...fields }: KeyEvent) => {
    to.append({ type: `keys.${kind}`, tenant, actor: 'system', fields }).catch((error: unknown) => {
      log.error('an event of a key is not in the audit log', { kind, tenant, error })
    })
  }
  return {
    take(event) {
      const { kind, ...fields } = event
      log[levelOf(event)](`keys ${kind}`, fields)
      metrics.count('key_events', { kind, provider: event.provider })
      if (audit !== undefined) append(audit, event)
      else if (waiting.length < maxWaiting) waiting.push(event)
    },
    into(opened) {
      audit = opened
      for (const event of waiting.splice(0)) append(opened, event)
    },
  }
}

function levelOf({ kind }: KeyEvent): 'debug' | 'info' | 'error' {
  if (kind === 'shredded') return 'debug' // a sweep may shred thousands
  const isBad =
    kind === 'unavailable' || kind === 'refused' || kind === 'closed' || kind === 'provider-not-rotated'
  return isBad ? 'error' : 'info'
}

import type { Audit } from '#audit'
import type { Log } from '#kernel'
import type { ObjectEvent } from '#objects'
import type { Metrics } from './metrics.ts'

/** What happens to sealed objects becomes log lines, metrics, and, where it matters later, audit entries. */
export function objectEvents(deps: {
  readonly audit: Pick<Audit, 'append'>
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count'>
}): (event: ObjectEvent) => void {
  const { audit, log, metrics } = deps
  const remember = (event: ObjectEvent, fields: Readonly<Record<string, string | number | null>>) => {
    const { kind, tenant, call } = event
    audit
      .append({ type: `object.${kind}`, tenant, call: call ?? undefined, actor: 'system', fields })
      .catch((error: unknown) => log.error('an event of an object is not in the audit log', { kind, error }))
  }
  return (event) => {
    const object = event.id
    switch (event.kind) {
      case 'stored':
        metrics.count('objects_stored', { store: event.store })
        metrics.count('objects_stored_bytes', { store: event.store }, event.bytes)
        return log.debug('a sealed object is in its store', {
          object,
          store: event.store,
          lagMs: event.lagMs,
        })
      case 'tampered':
        metrics.count('objects_tampered', { code: event.code })
        log.error('an object is not what was sealed', { object, code: event.code })
        return remember(event, { object, code: event.code })
      case 'deleted':
        metrics.count('objects_deleted')
        return remember(event, { object })
      case 'kept':
        metrics.count('objects_kept', { code: event.code })
        return remember(event, { object, code: event.code, until: event.until?.toISOString() ?? null })
    }
  }
}

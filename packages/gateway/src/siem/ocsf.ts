import { ocsfClasses, ocsfKind, type OcsfKind } from './ocsf-classes.ts'
import { eventId, type SecurityEvent } from './security-event.ts'
import { ocsfSeverity, severityOf } from './severity.ts'

/** Of the schema that the events are written for. */
export const ocsfVersion = '1.9.0'

export interface OcsfSource {
  readonly node: string
  /** Ours. */
  readonly version: string
}

/** One event in the Open Cybersecurity Schema Framework: what has no place there is under `unmapped`. */
export function ocsfEvent(event: SecurityEvent, source: OcsfSource): Readonly<Record<string, unknown>> {
  const kind = ocsfKind(event.type)
  const { uid, category, name } = ocsfClasses[kind.class]
  const activity = activityId(kind)
  return {
    category_uid: category,
    class_uid: uid,
    class_name: name,
    activity_id: activity,
    ...(activity === 99 && { activity_name: event.type }),
    type_uid: uid * 100 + activity,
    time: Date.parse(event.at),
    severity_id: ocsfSeverity(severityOf(event)),
    message: `${event.type} by ${event.actor}`,
    ...(kind.class === 'finding' ? {} : { status_id: isFailure(event.type) ? 2 : 1 }),
    metadata: {
      version: ocsfVersion,
      uid: eventId(event),
      event_code: event.type,
      log_name: event.log,
      sequence: event.index,
      tenant_uid: event.tenant,
      ...(event.call !== null && { correlation_uid: event.call }),
      product: { name: 'Voxkeep', vendor_name: 'Voxkeep', version: source.version },
    },
    ...partsOf(event, kind, source),
    unmapped: { entry_hash: event.hash, fields: event.fields },
  }
}

function activityId({ class: name, activity }: OcsfKind): number {
  const activities: Readonly<Record<string, number>> = ocsfClasses[name].activities
  return activities[activity] ?? 99
}

const isFailure = (type: string): boolean =>
  /(?:refused|failed|failing|denied|blocked|unavailable)$/.test(type)

/** What the class asks for beyond what all have. */
function partsOf(event: SecurityEvent, kind: OcsfKind, { node }: OcsfSource): Record<string, unknown> {
  const actor = { user: { uid: event.actor, name: event.actor } }
  const here = { name: node, svc_name: 'voxkeep' }
  switch (kind.class) {
    case 'finding':
      return { finding_info: findingOf(event), is_alert: kind.activity === 'create' }
    case 'authentication':
      return { user: actor.user, service: { name: 'voxkeep' }, dst_endpoint: here, is_remote: true }
    case 'entity':
      return { actor, entity: { type: kind.about ?? 'other', uid: subjectOf(event) } }
    case 'api':
      return { actor, api: { operation: event.type, service: { name: 'voxkeep' } }, src_endpoint: here }
    case 'datastore':
      return {
        actor,
        src_endpoint: here,
        type_id: 2,
        databucket: { name: kind.about ?? 'objects', uid: subjectOf(event) },
      }
  }
}

function findingOf(event: SecurityEvent) {
  const { fields } = event
  const title = typeof fields['rule'] === 'string' ? fields['rule'] : event.type
  const uid = typeof fields['alert'] === 'string' ? fields['alert'] : eventId(event)
  return { uid, title, types: [event.type], created_time: Date.parse(event.at) }
}

/** What the event is about: the first of its fields that names a thing. */
function subjectOf({ fields, call, tenant }: SecurityEvent): string {
  for (const name of [
    'token',
    'key',
    'keyRef',
    'tenantKey',
    'certificate',
    'hold',
    'recording',
    'object',
    'subject',
    'name',
  ]) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return call ?? tenant
}

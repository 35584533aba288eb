import type { AlertId } from '#kernel'
import type { Alert, AlertDetail, AlertKey } from './alert.ts'
import type { Firing } from './evaluate.ts'

const maxTypes = 10
const maxExamples = 5

export interface Raised {
  /** All that changed, each once, as it is now. */
  readonly alerts: readonly Alert[]
  /** Those of them that receivers are to be told of. */
  readonly tell: readonly Alert[]
}

/**
 * What firings make of the alerts there are. Within a rule's cooldown after an alert's last event, more of the same belong to it; it is
 * told again only when its last telling is a cooldown ago. One that somebody acknowledged takes in more for a cooldown from then on.
 *
 * @param latest - The newest alert of each key that fires, where there is one.
 */
export function raiseAlerts(
  firings: readonly Firing[],
  latest: readonly Alert[],
  newId: (atMs: number) => AlertId,
): Raised {
  const current = new Map(latest.map((alert) => [nameOf(alert), alert]))
  const changed = new Map<AlertId, Alert>()
  const tell = new Set<AlertId>()
  for (const firing of firings) {
    const name = nameOf(firing.key)
    const known = current.get(name)
    const at = new Date(firing.event.at)
    const isSame = known !== undefined && belongs(known, at, firing.rule.cooldownMs)
    const alert = isSame ? extended(known, firing, at) : begun(firing, at, newId)
    const isDue = alert.told_at === null || !isWithin(alert.told_at, at, firing.rule.cooldownMs)
    const telling = isDue && alert.state === 'open'
    const next = telling ? { ...alert, told_at: at } : alert
    if (telling) tell.add(next.id)
    current.set(name, next)
    changed.set(next.id, next)
  }
  const alerts = [...changed.values()]
  return { alerts, tell: alerts.filter(({ id }) => tell.has(id)) }
}

/** An acknowledgement is good for a cooldown: who goes on and on must not keep it going. */
function belongs({ last_at, acknowledged_at }: Alert, at: Date, cooldownMs: number): boolean {
  if (acknowledged_at !== null && !isWithin(acknowledged_at, at, cooldownMs)) return false
  return isWithin(last_at, at, cooldownMs)
}

/** Either way: a clock that once stood in the future must not silence what comes until then. */
function isWithin(one: Date, other: Date, ms: number): boolean {
  return Math.abs(one.getTime() - other.getTime()) < ms
}

/** The keys that fire, each once. */
export function keysOf(firings: readonly Firing[]): AlertKey[] {
  return [...new Map(firings.map(({ key }) => [nameOf(key), key])).values()]
}

const nameOf = ({ tenant, rule, group_key }: AlertKey) => JSON.stringify([tenant, rule, group_key])

/** No database takes a NUL, which only an entry that somebody changed has. */
const typeOf = ({ type }: Firing['event']) => type.replaceAll('\0', ' ')

function begun(
  { key, rule, event, weight, counted, limit, usual }: Firing,
  at: Date,
  newId: (atMs: number) => AlertId,
): Alert {
  return {
    ...key,
    id: newId(at.getTime()),
    severity: rule.severity,
    state: 'open',
    events: weight,
    first_at: at,
    last_at: at,
    told_at: null,
    detail: {
      title: rule.title,
      types: { [typeOf(event)]: 1 },
      examples: [`${event.log}#${event.index}`],
      counted,
      limit,
      usual: usual ?? null,
    },
    acknowledged_at: null,
    acknowledged_by: null,
  }
}

function extended(alert: Alert, { event, weight, counted }: Firing, at: Date): Alert {
  const { detail } = alert
  const own = typeOf(event)
  const known = Object.hasOwn(detail.types, own)
  const type = known || Object.keys(detail.types).length < maxTypes - 1 ? own : 'others'
  const next: AlertDetail = {
    ...detail,
    counted: Math.max(detail.counted, counted),
    types: { ...detail.types, [type]: (detail.types[type] ?? 0) + 1 },
    examples:
      detail.examples.length < maxExamples
        ? [...detail.examples, `${event.log}#${event.index}`]
        : detail.examples,
  }
  const last_at = at > alert.last_at ? at : alert.last_at
  return { ...alert, events: alert.events + weight, last_at, detail: next }
}

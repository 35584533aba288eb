import type { TenantId } from '#kernel'
import type { AlertCount, AlertKey, WatchedEvent } from './alert.ts'
import type { AlertRule } from './rules.ts'
import { pruneSlots, slotOf, slotsNeeded, usualSum, windowSum, type Slots } from './window-counts.ts'

/** A rule that an event set off. */
export interface Firing {
  readonly key: AlertKey
  readonly rule: AlertRule
  readonly event: WatchedEvent
  readonly weight: number
  readonly counted: number
  readonly limit: number
  readonly usual: number | undefined
}

export interface Evaluator {
  /** Counts the events and says what they set off, in order. What is to be added to the store's counts is in `counts`. */
  evaluate(events: readonly WatchedEvent[]): {
    readonly firings: readonly Firing[]
    readonly counts: readonly AlertCount[]
  }
}

/** Groups of one rule that are counted apart; more are counted together, so that nobody can grow our memory. */
const maxGroups = 1_000
const others = '(others)'
const maxGroupCharacters = 200

/** Counts from what was `kept` on. `globs` makes a matcher of patterns. */
export function evaluator(
  rules: readonly AlertRule[],
  kept: readonly AlertCount[],
  globs: (patterns: readonly string[]) => (text: string) => boolean,
): Evaluator {
  const running = rules.map((rule) => ({
    rule,
    isType: globs(rule.types),
    tenants: rule.tenants && new Set(rule.tenants),
    groups: groupsOf(rule, kept),
  }))
  const reading = ({ rule, isType, tenants, groups }: (typeof running)[number], event: WatchedEvent) => {
    if (!isType(event.type) || tenants?.has(event.tenant) === false) return undefined
    return readOne(rule, groups, event)
  }
  return {
    evaluate(events) {
      const firings: Firing[] = []
      const counts: AlertCount[] = []
      for (const event of events) {
        if (event.type.startsWith('alert.')) continue // of alerts no alerts are made
        for (const each of running) {
          const read = reading(each, event)
          if (read?.count !== undefined) counts.push(read.count)
          if (read?.firing !== undefined) firings.push(read.firing)
        }
      }
      return { firings, counts }
    },
  }
}

function groupsOf(rule: AlertRule, kept: readonly AlertCount[]): Map<string, Slots> {
  const groups = new Map<string, Slots>()
  for (const { rule: id, tenant, group_key, slot, events } of kept) {
    if (id !== rule.id) continue
    const slots = groups.get(nameOf(tenant, group_key)) ?? new Map<number, number>()
    groups.set(nameOf(tenant, group_key), slots)
    slots.set(slot, events)
  }
  return groups
}

const nameOf = (tenant: string, group: string) => JSON.stringify([tenant, group])

function readOne(
  rule: AlertRule,
  groups: Map<string, Slots>,
  event: WatchedEvent,
): { readonly count?: AlertCount; readonly firing?: Firing } {
  const weight = weightOf(rule, event)
  if (weight <= 0) return {}
  const tenant = event.tenant as TenantId
  const asked = groupOf(rule, event)
  if (rule.threshold === 1 && rule.baseline === undefined) {
    const key = { tenant, rule: rule.id, group_key: asked }
    return { firing: { key, rule, event, weight, counted: weight, limit: 1, usual: undefined } }
  }
  const group_key = groups.has(nameOf(tenant, asked)) || groups.size < maxGroups ? asked : others
  const key = { tenant, rule: rule.id, group_key }
  const slots = groups.get(nameOf(tenant, group_key)) ?? new Map<number, number>()
  groups.set(nameOf(tenant, group_key), slots)
  const slot = slotOf(Date.parse(event.at), rule.windowMs)
  slots.set(slot, (slots.get(slot) ?? 0) + weight)
  pruneSlots(slots, slot - slotsNeeded(rule.baseline))
  const count = { ...key, slot, events: weight }
  const verdict = judge(rule, slots, slot)
  return verdict === undefined ? { count } : { count, firing: { key, rule, event, weight, ...verdict } }
}

function judge({ threshold, baseline }: AlertRule, slots: Slots, slot: number) {
  const counted = windowSum(slots, slot)
  const usual = baseline && usualSum(slots, slot, baseline)
  if (threshold !== undefined && counted >= threshold) return { counted, limit: threshold, usual }
  if (baseline === undefined || usual === undefined) return undefined
  const limit = Math.max(baseline.minimum, Math.ceil(usual * baseline.factor))
  return counted >= limit ? { counted, limit, usual } : undefined
}

function weightOf({ sum }: AlertRule, { fields }: WatchedEvent): number {
  if (sum === undefined) return 1
  const value = fields[sum]
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value) : 0
}

function groupOf({ groupBy }: AlertRule, event: WatchedEvent): string {
  if (groupBy === undefined) return ''
  const value =
    groupBy === 'actor' || groupBy === 'type' || groupBy === 'call' ? event[groupBy] : event.fields[groupBy]
  // What no database takes must not hold up the rules: a NUL, or half a character where it is cut.
  return String(value ?? '')
    .slice(0, maxGroupCharacters)
    .replaceAll('\0', ' ')
    .toWellFormed()
}

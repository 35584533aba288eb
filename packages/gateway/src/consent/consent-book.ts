import type { TenantId } from '#kernel'
import { jurisdictionOfNumber, parseJurisdiction } from './jurisdiction.ts'
import { stricter, type ConsentLevel } from './level.ts'
import { consentRules, type ConsentRule } from './rules.ts'

/** How a tenant asks, from its configuration. */
export interface ConsentPolicy {
  readonly mode: 'enforce' | 'dangerouslyOff'
  /** Where somebody is whose number does not say. */
  readonly home: string | undefined
  /** What is asked for of somebody of whom nobody knows where they are. */
  readonly unknown: ConsentLevel
  /** Over those that are built in, by jurisdiction. */
  readonly rules: readonly ConsentRule[]
  /** A tone this often while a recording runs; undefined: none. */
  readonly beepMs: number | undefined
  /** Whether an app may stream the audio of a call whose parties did not agree to be recorded. */
  readonly streamsWithout: 'allow' | 'refuse'
  readonly onRevoke: 'keep' | 'shred'
  /** Whether people whom the app dials are asked like callers, or have agreed beforehand. */
  readonly dialled: 'ask' | 'covered'
}

/** What counts for one party. */
export interface Requirement {
  readonly level: ConsentLevel
  /** Whose rule that is: `US-CA`, `DE`, `unknown`, `off`. */
  readonly rule: string
}

/** Where somebody is, as far as anybody says: by their number, the app, or their trunk. */
export interface Whereabouts {
  readonly number: string | undefined
  /** Said by the app or the trunk; these never make it less strict. */
  readonly said: readonly string[]
}

export interface ConsentBook {
  policy(tenant: TenantId): ConsentPolicy
  /** The strictest rule of all the places where this party may be. */
  require(tenant: TenantId, party: Whereabouts): Requirement
  /** What the place of the deployment itself asks for; `none` where nobody says where that is: it is a party, and agrees. */
  own(tenant: TenantId, number: string | undefined): ConsentLevel
  /** All rules in force, the built-in ones among them. */
  rules(tenant: TenantId): readonly ConsentRule[]
}

/** @param policyOf - What a tenant's configuration says; the same object each time. */
export function consentBook(policyOf: (tenant: TenantId) => ConsentPolicy): ConsentBook {
  const tables = new Map<ConsentPolicy, ReadonlyMap<string, ConsentRule>>()
  const tableOf = (policy: ConsentPolicy) => {
    const known = tables.get(policy)
    if (known !== undefined) return known
    const table = new Map([...consentRules, ...policy.rules].map((rule) => [rule.jurisdiction, rule]))
    tables.set(policy, table)
    return table
  }
  return {
    policy: policyOf,
    require(tenant, party) {
      const policy = policyOf(tenant)
      if (policy.mode === 'dangerouslyOff') return { level: 'none', rule: 'off' }
      const places = placesOf(party, policy)
      if (places.length === 0) return { level: policy.unknown, rule: 'unknown' }
      const table = tableOf(policy)
      return places.map((place) => ruleAt(table, place, policy)).reduce(strictest)
    },
    own(tenant, number) {
      const policy = policyOf(tenant)
      const place = (number === undefined ? undefined : jurisdictionOfNumber(number)) ?? policy.home
      if (place === undefined || policy.mode === 'dangerouslyOff') return 'none'
      return ruleAt(tableOf(policy), place, policy).level
    },
    rules: (tenant) => [...tableOf(policyOf(tenant)).values()],
  }
}

function placesOf({ number, said }: Whereabouts, { home }: ConsentPolicy): string[] {
  const ofNumber = number === undefined ? undefined : jurisdictionOfNumber(number)
  const places = [ofNumber ?? home, ...said.map((text) => parseJurisdiction(text) ?? '?')]
  return places.filter((place) => place !== undefined)
}

/** Of a state without a rule its country's; of a country without one, what is asked where nothing is known. */
function ruleAt(table: ReadonlyMap<string, ConsentRule>, place: string, policy: ConsentPolicy): Requirement {
  const rule = table.get(place) ?? table.get(place.slice(0, 2))
  return rule === undefined
    ? { level: policy.unknown, rule: 'unknown' }
    : { level: rule.level, rule: rule.jurisdiction }
}

function strictest(a: Requirement, b: Requirement): Requirement {
  return stricter(a.level, b.level) === a.level ? a : b
}

import type { Config } from './config-schema.ts'
import { comparePeriods, parsePeriod, serializePeriod, type Period } from './period.ts'

/** What is kept of a call, each for a time of its own. */
export const dataTypes = [
  'audio',
  'transcripts',
  'analytics',
  'numbers',
  'story',
  'ladders',
  'receipts',
  'calls',
  'deliveries',
] as const
export type DataType = (typeof dataTypes)[number]

/** What holds for one call. */
export interface Policy {
  /** Of the most specific entry that applies; `default` without one. */
  readonly id: string
  readonly keep: Readonly<Record<DataType, Period>>
  /** The law wants it kept so long: nobody deletes it sooner, for a data subject neither. */
  readonly mandatory: boolean
}

/** The policy of calls of a tenant with a label: from the least to the most specific entry, each overriding what it names. */
export function effectivePolicy(
  config: Config['retention'],
  tenant: string,
  label: string | undefined,
): Policy {
  const fitting = config.policies.filter(
    (entry) =>
      (entry.tenants === undefined || entry.tenants.includes(tenant)) &&
      (entry.label === undefined || entry.label === label),
  )
  const weight = (entry: (typeof fitting)[number]) =>
    (entry.label === undefined ? 0 : 2) + (entry.tenants === undefined ? 0 : 1)
  const ranked = fitting.toSorted((a, b) => weight(a) - weight(b))
  const texts = ranked.reduce<Readonly<Record<string, string | undefined>>>(
    (keep, entry) => ({ ...keep, ...entry.keep }),
    config.keep,
  )
  const periods = dataTypes.map((type) => [type, parsePeriod(texts[type] ?? '') ?? forever])
  // What one entry says that the law demands, a more specific one does not take back by saying nothing.
  const mandatory = ranked.some((entry) => entry.mandatory)
  return {
    id: ranked.at(-1)?.id ?? 'default',
    mandatory,
    keep: Object.fromEntries(periods) as Policy['keep'],
  }
}

const forever: Period = { kind: 'forever' }

/** What holds a person’s data or leads to it: without the numbers nobody could find it any more to erase it. */
const personal: readonly DataType[] = ['audio', 'transcripts', 'analytics', 'story', 'ladders', 'deliveries']

/** What makes no sense of the policies: sentences, each with what to change. */
export function retentionFaults(config: Config): [path: (string | number)[], message: string][] {
  const { policies } = config.retention
  const tenants = new Set(policies.flatMap((entry) => entry.tenants ?? []))
  const labels = new Set(policies.map((entry) => entry.label))
  const all = [...tenants, 'any-other'].flatMap((tenant) =>
    [...labels, undefined].map((label) => effectivePolicy(config.retention, tenant, label)),
  )
  const faults = new Map<string, (string | number)[]>()
  for (const policy of all) {
    const index = policies.findIndex(({ id }) => id === policy.id)
    const path = index < 0 ? ['retention', 'keep'] : ['retention', 'policies', index]
    for (const message of faultsOf(policy)) faults.set(message, path)
  }
  const twice = policies.flatMap(({ id }, index): [(string | number)[], string][] =>
    policies.findIndex((other) => other.id === id) === index
      ? []
      : [[['retention', 'policies', index, 'id'], `there is another "${id}"`]],
  )
  return [...twice, ...[...faults].map(([message, path]): [(string | number)[], string] => [path, message])]
}

function faultsOf({ id, keep }: Policy): string[] {
  const outlives = (type: DataType, by: DataType, why: string) =>
    comparePeriods(keep[type], keep[by]) <= 0
      ? []
      : [
          `policy "${id}" keeps ${type} for ${serializePeriod(keep[type])}, but ${by} for ${serializePeriod(keep[by])}: ${why}`,
        ]
  return [
    ...dataTypes.flatMap((type) =>
      outlives(type, 'calls', 'a call’s row must be kept at least as long as what hangs on it'),
    ),
    ...personal.flatMap((type) =>
      outlives(type, 'numbers', 'without the numbers it could not be found for the person it is about'),
    ),
  ]
}

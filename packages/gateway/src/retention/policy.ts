import { createHash } from 'node:crypto'
import {
  dataTypes,
  effectivePolicy,
  endOf,
  type Config,
  type DataType,
  type Policy,
  type TenantId,
} from '#kernel'

/** Parts of a call's row and what hangs on it. */
export const callParts = ['numbers', 'story', 'ladders', 'receipts', 'calls', 'deliveries'] as const
export type CallPart = (typeof callParts)[number]

export interface Policies {
  of(tenant: TenantId, label: string | undefined): Policy
  /** The label among a call's variables. */
  labelOf(variables: Readonly<Record<string, string>> | null | undefined): string | undefined
  /** Differs when anything differs: rows that were judged under another one are judged anew. */
  readonly version: string
}

export function policies(config: Config['retention']): Policies {
  const known = new Map<string, Policy>()
  const labels = new Set(config.policies.map((entry) => entry.label))
  return {
    of(tenant, label) {
      // An app may make up labels without end: those that mean nothing are as none.
      const meant = labels.has(label) ? label : undefined
      const name = JSON.stringify([tenant, meant])
      const policy = known.get(name) ?? effectivePolicy(config, tenant, meant)
      known.set(name, policy)
      return policy
    },
    labelOf: (variables) => variables?.[config.labelVariable],
    version: createHash('sha256')
      .update(JSON.stringify([1, config.keep, config.policies, config.labelVariable]))
      .digest('hex')
      .slice(0, 32),
  }
}

/** When each part of a call that began then is due; null: never. */
export function dueTimes(policy: Policy, startedAt: Date): Readonly<Record<DataType, Date | null>> {
  const entries = dataTypes.map((type) => [type, endOf(policy.keep[type], startedAt)])
  return Object.fromEntries(entries) as Record<DataType, Date | null>
}

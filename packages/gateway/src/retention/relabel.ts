import type { RetainedCall, RetentionStore } from '#db'
import {
  comparePeriods,
  dataTypes,
  type CallId,
  type Clock,
  type Log,
  type Policy,
  type TenantId,
} from '#kernel'
import { judgeCall, judgeObject } from './judge.ts'
import type { Policies } from './policy.ts'

/**
 * Gives a call the label that its variables say, and judges it and what hangs on it anew. A label stays while a hold is on the call,
 * which may be by that label, and one by which the law keeps it gives way only to one that keeps everything as long.
 */
export async function relabel(
  { store, policies, clock, log }: RelabelDeps,
  id: CallId,
  tenant: TenantId,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const now = new Date(clock.now())
  const label = policies.labelOf(variables) ?? null
  const call = await store.call(tenant, id, now)
  if (call === undefined || call.label === label) return
  if (call.held || isLess(policies, call, label)) return log.warn('a call keeps its label', { callId: id })
  await store.judgeCalls(policies.version, [judgeCall(policies, { ...call, label })], label)
  const objects = await store.objectsOf(id, now)
  if (objects.length > 0)
    await store.judgeObjects(
      policies.version,
      objects.map((one) => judgeObject(policies, one)),
    )
}

interface RelabelDeps {
  readonly store: RetentionStore
  readonly policies: Policies
  readonly clock: Clock
  readonly log: Log
}

/** Whether something that the law keeps would go sooner under another label. */
function isLess(policies: Policies, { tenant, label }: RetainedCall, next: string | null): boolean {
  const of = (one: string | null): Policy => policies.of(tenant, one ?? undefined)
  const [before, after] = [of(label), of(next)]
  const isShorter = dataTypes.some((type) => comparePeriods(after.keep[type], before.keep[type]) < 0)
  return before.mandatory && (!after.mandatory || isShorter)
}

import type { DueCursor, RetainedCall, RetainedObject } from '#db'
import { deleteObject, isLocked, type DeletionDeps } from './delete-object.ts'
import { RetentionError } from './error.ts'
import { judgeAll, judgeCall, judgeObject } from './judge.ts'
import type { Policies } from './policy.ts'
import { dueParts, gone, nextDue, type Retained } from './retained.ts'

export interface SweepDeps extends DeletionDeps {
  readonly policies: Policies
  readonly count: (name: string, labels: Readonly<Record<string, string>>, by?: number) => void
}

/** Figures of one sweep. */
export interface Swept extends Readonly<Record<string, number>> {
  readonly judged: number
  readonly objects: number
  readonly calls: number
  /** Due, and kept by a legal hold. */
  readonly held: number
  /** Due, and kept by a store’s lock. */
  readonly locked: number
  readonly failed: number
}

const batch = 100
const laterMs = 24 * 60 * 60_000

/**
 * Deletes what is due, in batches, and goes on where an earlier sweep was cut off. Rejects with `RetentionError`
 * (`RETENTION_INCOMPLETE`) when something could not be deleted, after all the rest was; and when the audit log takes no entries.
 */
export async function sweep(deps: SweepDeps, signal: AbortSignal): Promise<Swept> {
  const counts = { judged: 0, objects: 0, calls: 0, held: 0, locked: 0, failed: 0 }
  counts.judged = await judgeAll(deps, signal)
  await finishClaimed(deps, counts, signal)
  await sweepObjects(deps, counts, signal)
  await sweepFailed(deps, counts, signal)
  await sweepCalls(deps, counts, signal)
  for (const [what, by] of Object.entries(counts)) if (by > 0) deps.count('retention', { what }, by)
  if (counts.failed > 0)
    throw new RetentionError('RETENTION_INCOMPLETE', `${counts.failed} of what is due could not be deleted`)
  return counts
}

type Counts = { -readonly [Name in 'judged' | 'objects' | 'calls' | 'held' | 'locked' | 'failed']: number }

/** What was decided before a crash is carried through, whatever was held since. */
async function finishClaimed(deps: SweepDeps, counts: Counts, signal: AbortSignal): Promise<void> {
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(deps.clock.now())
    const found = await deps.store.claimedObjects(now, batch, after)
    for (const object of found) count(counts, await drop(deps, { ...object, held: false }))
    after = found.at(-1)?.id ?? ''
    if (found.length < batch) return
  }
}

async function sweepObjects(deps: SweepDeps, counts: Counts, signal: AbortSignal): Promise<void> {
  let after: DueCursor | undefined
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(deps.clock.now())
    const due = await deps.store.dueObjects(now, after, batch)
    for (const object of due) {
      // What the row says is the policy's word from some time ago; only what it says now deletes.
      const judged = judgeObject(deps.policies, object)
      if (judged.due_at === null || judged.due_at > now) {
        await deps.store.judgeObjects(deps.policies.version, [judged])
        continue
      }
      const outcome = await drop(deps, object)
      count(counts, outcome)
      // Asked again when the lock ends, not every hour until then.
      if (outcome === 'locked' && object.lock_until !== null)
        await deps.store.postpone('objects', object.id, object.lock_until)
    }
    after = cursorOf(due)
    if (due.length < batch) return
  }
}

/** What a recording that failed left behind goes when a whole one would. */
async function sweepFailed(deps: SweepDeps, counts: Counts, signal: AbortSignal): Promise<void> {
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(deps.clock.now())
    const found = await deps.store.failedRecordings(now, after, batch)
    for (const recording of found) {
      const { due_at, policy } = judgeObject(deps.policies, recording)
      if (due_at !== null && due_at <= now) count(counts, await drop(deps, { ...recording, due_at, policy }))
    }
    after = found.at(-1)?.id ?? ''
    if (found.length < batch) return
  }
}

function drop(deps: SweepDeps, object: RetainedObject) {
  const policy = object.policy ?? 'default'
  const lock = isLocked(object, new Date(deps.clock.now()))
  const due = object.due_at?.toISOString() ?? ''
  return deleteObject(deps, object, {
    actor: 'retention',
    fields: { policy, due, ...(lock && { lock: 'on' }) },
  })
}

function count(counts: Counts, outcome: Awaited<ReturnType<typeof deleteObject>>): void {
  counts[outcome === 'deleted' || outcome === 'shredded' ? 'objects' : outcome]++
}

async function sweepCalls(deps: SweepDeps, counts: Counts, signal: AbortSignal): Promise<void> {
  let after: DueCursor | undefined
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(deps.clock.now())
    const due = await deps.store.dueCalls(now, after, batch)
    for (const call of due) await dropCall(deps, call, counts, now)
    after = cursorOf(due)
    if (due.length < batch) return
  }
}

/** The rows of calls go part by part, each sweep entry naming what goes. */
async function dropCall(deps: SweepDeps, call: RetainedCall, counts: Counts, now: Date): Promise<void> {
  const { retain: parts } = judgeCall(deps.policies, call) as { retain: Retained }
  const due = dueParts(parts, now)
  if (due.length === 0) return deps.store.judgeCalls(deps.policies.version, [judgeCall(deps.policies, call)])
  if (call.held) return void counts.held++
  const after = Object.fromEntries(
    Object.entries(parts).map(([part, at]) => [part, (due as readonly string[]).includes(part) ? gone : at]),
  ) as Retained
  const named = { callId: call.id, parts: due.join(' '), policy: call.policy ?? 'default' }
  const entry = { tenant: call.tenant, actor: 'retention' }
  await deps.audit({ ...entry, type: 'retention.deleting', fields: named })
  const next = { retain: after, dueAt: nextDue(after) }
  const dropped = await deps.store.dropCallParts(call.id, due, next, now)
  switch (dropped) {
    case 'dropped':
    case 'gone':
      counts.calls++
      return void (await deps.audit({ ...entry, type: 'retention.deleted', fields: named }))
    case 'held':
      counts.held++
      return void (await deps.audit({ ...entry, type: 'retention.kept', fields: { ...named, why: 'hold' } }))
    case 'objects-remain':
      counts.locked++
      await deps.audit({ ...entry, type: 'retention.kept', fields: { ...named, why: 'objects-remain' } })
      return deps.store.postpone('calls', call.id, new Date(now.getTime() + laterMs))
  }
}

function cursorOf(
  rows: readonly { readonly due_at: Date | null; readonly id: string }[],
): DueCursor | undefined {
  const last = rows.at(-1)
  return last?.due_at ? { dueAt: last.due_at, id: last.id } : undefined
}

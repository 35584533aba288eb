import type {
  CallFindings,
  RetainedCall,
  RetainedObject,
  RetentionStore,
  SubjectKey,
  SubjectStore,
} from '#db'
import { endOf, type HoldId, type TenantId } from '#kernel'
import type { AlsoKept } from './also-kept.ts'
import { deleteObject, isLocked, type DeletionDeps } from './delete-object.ts'
import { judgeObject } from './judge.ts'
import type { Policies } from './policy.ts'
import { gone, nextDue, retained } from './retained.ts'

/** Something that is kept although a data subject wants it gone, and why. */
export interface Kept {
  readonly call: string
  readonly object: string | null
  readonly why: 'hold' | 'lock' | 'law' | 'running' | 'failed'
  /** The holds in the way. */
  readonly holds?: readonly HoldId[]
  /** When the lock or the time that the law demands ends. */
  readonly until?: string | null
  /** The policy that says that the law demands it. */
  readonly policy?: string
}

/** What became of a request to erase. */
export interface Erasure {
  /** Calls whose personal data is gone. */
  readonly calls: number
  readonly objects: readonly { readonly object: string; readonly wrappedKeySha256: string | null }[]
  readonly kept: readonly Kept[]
  /** Rows that still lead to the person: those of what is kept. */
  readonly left: number
}

export interface EraseDeps extends DeletionDeps {
  readonly store: RetentionStore
  readonly subjects: SubjectStore
  readonly policies: Policies
  readonly holdsOn: (call: RetainedCall['id']) => Promise<readonly HoldId[]>
  readonly also: AlsoKept
}

const page = 100
const maxListed = 1_000

/**
 * Erases what is kept of a person: objects with their keys, numbers, stories, SIP messages, events. Aggregates stay, which
 * name nobody. What a hold, a lock or the law keeps stays whole and is listed, with the reason.
 */
export async function erase(
  deps: EraseDeps,
  request: { readonly id: string; readonly tenant: TenantId; readonly key: SubjectKey },
  signal: AbortSignal,
): Promise<Erasure> {
  const done: { calls: number; objects: Erasure['objects'][number][]; kept: Kept[] } = {
    calls: 0,
    objects: [],
    kept: [],
  }
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const now = new Date(deps.clock.now())
    const calls = await deps.subjects.calls(request.tenant, request.key, { after, limit: page, now })
    for (const call of calls) {
      const kept = await eraseCall(deps, call, request.id, (object) => done.objects.push(object))
      if (kept.length === 0) done.calls++
      done.kept.push(...kept.slice(0, maxListed - done.kept.length))
    }
    after = calls.at(-1)?.id ?? ''
    if (calls.length < page) break
  }
  const left =
    request.key.kind === 'index' ? await deps.subjects.leftOf(request.tenant, request.key.index) : 0
  return { ...done, objects: done.objects.slice(0, maxListed), left }
}

async function eraseCall(
  deps: EraseDeps,
  call: RetainedCall,
  request: string,
  destroyed: (object: Erasure['objects'][number]) => void,
): Promise<readonly Kept[]> {
  const { store, policies, clock } = deps
  const now = new Date(clock.now())
  if (!call.ended) return [{ call: call.id, object: null, why: 'running' }]
  const unlisted = await store.unlistedOf(call.id, now)
  // A crash’s recording that its node has not looked at yet would come back as a whole one.
  if (unlisted.some(({ state }) => state === 'recording'))
    return [{ call: call.id, object: null, why: 'running' }]
  const listed = (await store.objectsOf(call.id, now)).filter(({ state }) => state !== 'deleted')
  const objects = [...listed, ...unlisted]
  const reasons = await reasonsToKeep(deps, call, objects, now)
  if (reasons.length > 0) return reasons
  const ground = { actor: 'subject-request', fields: { request } }
  const kept: Kept[] = []
  for (const object of objects) {
    const outcome = await deleteObject(deps, object, ground)
    if (outcome === 'deleted' || outcome === 'shredded') {
      const { wrappedKeySha256 } = await store.remains(object.id)
      destroyed({ object: object.id, wrappedKeySha256 })
    } else kept.push({ call: call.id, object: object.id, why: outcome === 'failed' ? 'failed' : 'hold' })
  }
  if (kept.length > 0) return kept
  await deps.also.forget(call.tenant, call.id, request)
  const before = retained(policies.of(call.tenant, call.label ?? undefined), call.started_at, call.retain)
  const after = { ...before, numbers: gone, story: gone, ladders: gone, receipts: gone, deliveries: gone }
  const parts = ['numbers', 'story', 'ladders', 'receipts', 'deliveries'] as const
  const entry = { tenant: call.tenant, actor: ground.actor }
  const fields = { callId: call.id, parts: parts.join(' '), request }
  await deps.audit({ ...entry, type: 'retention.deleting', fields })
  const dropped = await store.dropCallParts(call.id, parts, { retain: after, dueAt: nextDue(after) }, now)
  if (dropped === 'held')
    return [{ call: call.id, object: null, why: 'hold', holds: await deps.holdsOn(call.id) }]
  await deps.audit({ ...entry, type: 'retention.deleted', fields })
  return []
}

/** A call is kept whole or not at all: a recording that the law keeps is worth nothing without who called. */
async function reasonsToKeep(
  deps: EraseDeps,
  call: RetainedCall,
  objects: readonly RetainedObject[],
  now: Date,
): Promise<readonly Kept[]> {
  const holds = await deps.holdsOn(call.id)
  if (holds.length > 0) return [{ call: call.id, object: null, why: 'hold', holds }]
  const policy = deps.policies.of(call.tenant, call.label ?? undefined)
  const until = endOf(policy.keep.numbers, call.started_at)
  if (policy.mandatory && (until === null || until > now)) {
    const law = { why: 'law' as const, policy: policy.id, until: until?.toISOString() ?? null }
    const named = objects.map(({ id }) => ({ call: call.id, object: id, ...law }))
    return named.length > 0 ? named : [{ call: call.id, object: null, ...law }]
  }
  return objects
    .filter((object) => isLocked(object, now))
    .map((object) => ({
      call: call.id,
      object: object.id,
      why: 'lock' as const,
      until: object.lock_until?.toISOString() ?? null,
      policy: judgeObject(deps.policies, object).policy,
    }))
}

/** What is kept of a person, counted; and the calls, up to a bound. */
export interface Findings extends CallFindings {
  readonly tokens: number
  readonly payments: number
  readonly calls: number
  readonly callIds: readonly string[]
}

export async function findSubject(
  deps: Pick<EraseDeps, 'subjects' | 'clock' | 'also'>,
  request: { readonly tenant: TenantId; readonly key: SubjectKey },
  signal: AbortSignal,
): Promise<Findings> {
  const sum = {
    calls: 0,
    recordings: 0,
    transcripts: 0,
    analytics: 0,
    events: 0,
    outbox: 0,
    bytes: 0,
    tokens: 0,
    payments: 0,
  }
  const callIds: string[] = []
  for await (const call of callsOf(deps, request, signal)) {
    const found = await deps.subjects.findings(request.tenant, call.id)
    sum.calls++
    const also = await deps.also.found(request.tenant, call.id)
    sum.tokens += also.tokens
    sum.payments += also.payments
    for (const name of ['recordings', 'transcripts', 'analytics', 'events', 'outbox', 'bytes'] as const)
      sum[name] += found[name]
    if (callIds.length < maxListed) callIds.push(call.id)
  }
  return { ...sum, callIds }
}

/** Every call of a person, oldest first. */
export async function* callsOf(
  { subjects, clock }: Pick<EraseDeps, 'subjects' | 'clock'>,
  { tenant, key }: { readonly tenant: TenantId; readonly key: SubjectKey },
  signal: AbortSignal,
): AsyncGenerator<RetainedCall> {
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const found = await subjects.calls(tenant, key, { after, limit: page, now: new Date(clock.now()) })
    yield* found
    after = found.at(-1)?.id ?? ''
    if (found.length < page) return
  }
}

import type { Audit } from '#audit'
import {
  holdStore,
  retentionStore,
  subjectStore,
  transcriptStore,
  type Database,
  type RecordingStore,
} from '#db'
import {
  endOf,
  type CallId,
  type Clock,
  type Config,
  type Log,
  type Random,
  type RecordingId,
  type TenantId,
} from '#kernel'
import type { Job } from '#jobs'
import type { OpenTenantKeys } from '#keys'
import {
  isLocked,
  nextDue,
  openHolds,
  openSubjects,
  planDeletions,
  policies,
  relabel,
  retained,
  subjectIndex,
  sweep,
  type DestroyObject,
  type Holds,
  type AlsoKept,
  type Plan,
  type Policies,
  type SubjectIndex,
  type Subjects,
} from '#retention'
import { isObjectError } from '#objects'
import type { Metrics } from './metrics.ts'
import type { Objects } from './open-objects.ts'

export interface RetentionDeps {
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly objects: Pick<Objects, 'rows' | 'keeper' | 'spool' | 'stores'>
  readonly recordings: RecordingStore
  readonly audit: Audit
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  readonly also: AlsoKept
  /** Has the job of this name run soon. */
  readonly wake: (job: string) => Promise<unknown>
}

/** Why somebody may not delete something. */
export interface Refusal {
  readonly why: 'hold' | 'law' | 'lock'
  /** The holds in the way. */
  readonly holds: readonly string[]
  /** When the lock or the time that the law demands ends; null: not known, or never. */
  readonly until: Date | null
}

/** How long what is kept, and what stands against deleting it. */
export interface Retention {
  readonly holds: Holds
  readonly subjects: Subjects
  readonly jobs: readonly Job[]
  readonly columns: CallColumns
  /** Keeps who was called into a call beside those whom its row names, as a keyed hash. */
  party(call: CallId, tenant: TenantId, number: string): Promise<void>
  plan(tenant: TenantId, by: Date): Promise<Plan>
  /** What stands against deleting a call's object; undefined: nothing. */
  refusal(call: CallId, object: string): Promise<Refusal | undefined>
  /** Decides an object's deletion; false when a hold stands against it. From then on it is carried through. */
  claim(object: string): Promise<boolean>
  /** A call's label may have changed: it and what hangs on it are judged anew, unless a hold or the law keeps them as they are. */
  relabel(call: CallId, tenant: TenantId, variables: Readonly<Record<string, string>>): Promise<void>
}

export interface NewCallFacts {
  readonly tenant: TenantId
  readonly from: string
  readonly to: string
  readonly startedAtMs: number
  readonly variables?: Readonly<Record<string, string>>
}
export type CallColumns = (call: NewCallFacts) => ReturnType<ReturnType<typeof callColumns>>

const sweepTimeoutMs = 6 * 60 * 60_000

export const retentionJob = 'retention'
export const subjectsJob = 'subject-requests'

export function openRetention(config: Config, deps: RetentionDeps): Retention {
  const { database, clock, log, random, metrics } = deps
  const store = retentionStore(database)
  const rules = policies(config.retention)
  const index = subjectIndex((tenant) => deps.keys.hmacKey(tenant, 'subjects'))
  const audit = (event: Parameters<Audit['append']>[0]) => deps.audit.append(event)
  const common = { store, clock, random, log, audit, index, policies: rules, destroy: destroyer(deps) }
  const holds = openHolds({ ...common, store: holdStore(database), holdObject: storeHolds(deps) })
  const subjects = openSubjects({
    ...common,
    subjects: subjectStore(database),
    holdsOn: holds.onCall,
    also: deps.also,
    wake: () => deps.wake(subjectsJob),
  })
  const count = (name: string, labels: Readonly<Record<string, string>>, by?: number) =>
    metrics.count(name, labels, by)
  const runSweep = async (signal: AbortSignal) => {
    const told = await holds.sync(signal)
    return { ...(await sweep({ ...common, count }, signal)), storesTold: told }
  }
  const { schedule: cron, timeZone } = config.retention
  return {
    holds,
    subjects,
    columns: callColumns(rules, index),
    party: (call, tenant, number) => store.addParty(call, tenant, index(tenant, number)),
    plan: (tenant, by) => planDeletions({ store, policies: rules, clock }, tenant, by),
    refusal: (call, object) => refusalOf({ store, rules, holds, clock }, call, object),
    claim: (object) => store.claimObject(object, new Date(clock.now())),
    relabel: (call, tenant, variables) => relabel(common, call, tenant, variables),
    jobs: [
      {
        name: retentionJob,
        schedule: { cron, timeZone },
        timeoutMs: sweepTimeoutMs,
        retries: 5,
        run: runSweep,
      },
      {
        name: subjectsJob,
        // Whom a finished request was about is forgotten in its time, asked or not.
        schedule: { cron: '41 * * * *', timeZone: 'UTC' },
        timeoutMs: sweepTimeoutMs,
        retries: 5,
        run: async (signal) => ({ requests: await subjects.work(signal) }),
      },
    ],
  }
}

/** What a new call's row says of retention, and how its two parties are found. */
function callColumns(rules: Policies, index: SubjectIndex) {
  return ({ tenant, from, to, startedAtMs, variables }: NewCallFacts) => {
    const label = rules.labelOf(variables) ?? null
    const policy = rules.of(tenant, label ?? undefined)
    const retain = retained(policy, new Date(startedAtMs))
    return {
      from_index: index(tenant, from),
      to_index: index(tenant, to),
      label,
      policy: policy.id,
      policy_version: rules.version,
      retain,
      due_at: nextDue(retain),
    }
  }
}

function destroyer({ objects, keys, recordings, database, clock }: RetentionDeps): DestroyObject {
  const transcripts = transcriptStore(database, clock)
  return async ({ id, tenant }) => {
    if ((await objects.rows.find(id)) !== undefined) return void (await objects.keeper.deleteObject(id))
    await keys.shredObject(tenant, id)
    await objects.spool.remove(id)
    await recordings.markDeleted(tenant, id as RecordingId)
    await transcripts.markDeleted(tenant, id)
  }
}

/** Only some stores have holds of their own; ours is in force in any case. */
function storeHolds({ objects }: RetentionDeps) {
  return async ({ id }: { readonly id: string }, on: boolean): Promise<void> => {
    const row = await objects.rows.find(id)
    if (row?.store == null || row.key === null) return
    try {
      await objects.stores.get(row.store).hold({ store: row.store, key: row.key }, on)
    } catch (error) {
      if (!isObjectError(error, 'OBJECT_REFUSED')) throw error
    }
  }
}

interface JudgeDeps {
  readonly store: ReturnType<typeof retentionStore>
  readonly rules: Policies
  readonly clock: Clock
}

async function refusalOf(
  { store, rules, holds, clock }: JudgeDeps & { readonly holds: Holds },
  call: CallId,
  id: string,
): Promise<Refusal | undefined> {
  const now = new Date(clock.now())
  const inTheWay = await holds.onCall(call)
  if (inTheWay.length > 0) return { why: 'hold', holds: inTheWay, until: null }
  const object = (await store.objectsOf(call, now)).find((one) => one.id === id)
  if (object === undefined) return undefined
  const policy = rules.of(object.tenant, object.label ?? undefined)
  const until = endOf(policy.keep.audio, object.started_at)
  if (policy.mandatory && (until === null || until > now)) return { why: 'law', holds: [], until }
  return isLocked(object, now) ? { why: 'lock', holds: [], until: object.lock_until } : undefined
}

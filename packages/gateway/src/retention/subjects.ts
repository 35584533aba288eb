import type { SubjectKey, SubjectRequestRow } from '#db'
import { createId, type Random, type SubjectRequestId, type TenantId } from '#kernel'
import { erase, findSubject, type EraseDeps } from './erase.ts'
import type { SubjectIndex } from './subject-index.ts'

export interface SubjectsDeps extends EraseDeps {
  readonly random: Random
  readonly index: SubjectIndex
  /** Has the requests that wait worked on. */
  readonly wake: () => Promise<unknown>
}

export interface NewSubjectRequest {
  readonly kind: SubjectRequestRow['kind']
  /** A number or SIP address, or the id of a call, recording or transcript. */
  readonly subject: string
  readonly withAudio: boolean
}

/** Requests of data subjects: found, exported, erased, as work that is done in the background. */
export interface Subjects {
  /** Resolves once the request is on record. The entry in the audit log comes first, and names nobody. */
  ask(tenant: TenantId, request: NewSubjectRequest, actor: string): Promise<SubjectRequestRow>
  get(tenant: TenantId, id: SubjectRequestId): Promise<SubjectRequestRow | undefined>
  list(
    tenant: TenantId,
    page: { readonly before?: string | undefined; readonly limit: number },
  ): Promise<readonly SubjectRequestRow[]>
  /** Works on every request that waits, oldest first; how many there were. */
  work(signal: AbortSignal): Promise<number>
}

const dayMs = 86_400_000
/** How long an export can be fetched; then whom it was about is forgotten. */
const exportMs = dayMs
const keepMs = 400 * dayMs

export function openSubjects(deps: SubjectsDeps): Subjects {
  const { subjects: store, clock } = deps
  return {
    get: store.get,
    list: store.list,
    async ask(tenant, { kind, subject, withAudio }, actor) {
      const nowMs = clock.now()
      const id = createId('dsr', nowMs, deps.random)
      const key = keyOf(deps.index, tenant, subject)
      await deps.audit({
        type: `subject.${kind}`,
        tenant,
        actor,
        fields: { request: id, by: key.kind === 'index' ? 'number' : 'id', withAudio },
      })
      const row: SubjectRequestRow = {
        id,
        tenant,
        kind,
        state: 'waiting',
        subject_index: key.kind === 'index' ? key.index : null,
        subject_id: key.kind === 'id' ? key.id : null,
        with_audio: withAudio,
        asked_by: actor,
        created_at: new Date(nowMs),
        ended_at: null,
        report: null,
        error: null,
      }
      await store.insert(row)
      // A queue that cannot be asked now works on it when it can.
      void deps.wake().catch((error: unknown) => deps.log.warn('a request waits for its job', { error }))
      return row
    },
    async work(signal) {
      const nowMs = clock.now()
      await store.forget(new Date(nowMs - exportMs), new Date(nowMs - keepMs))
      for (let count = 0; ; count++) {
        signal.throwIfAborted()
        const request = await store.next()
        if (request === undefined) return count
        await workOn(deps, request, signal)
      }
    },
  }
}

const isId = /^(?:call|rec|trn)_[0-9a-f]{32}$/

function keyOf(index: SubjectIndex, tenant: TenantId, subject: string): SubjectKey {
  return isId.test(subject) ? { kind: 'id', id: subject } : { kind: 'index', index: index(tenant, subject) }
}

/** Whom a request is about; undefined when that was forgotten. */
export function subjectOf(request: SubjectRequestRow): SubjectKey | undefined {
  if (request.subject_index !== null) return { kind: 'index', index: request.subject_index }
  return request.subject_id === null ? undefined : { kind: 'id', id: request.subject_id }
}

async function workOn(deps: SubjectsDeps, request: SubjectRequestRow, signal: AbortSignal): Promise<void> {
  const { subjects: store, clock } = deps
  const { id, tenant, kind } = request
  const key = subjectOf(request)
  const ended = () => ({ at: new Date(clock.now()), forget: kind === 'erase' })
  if (key === undefined) return store.end(id, { ...ended(), report: null, error: 'SUBJECT_FORGOTTEN' })
  await store.running(id)
  try {
    const wanted = { id, tenant, key }
    const report =
      kind === 'erase' ? await erase(deps, wanted, signal) : await findSubject(deps, wanted, signal)
    const entry = { type: `subject.${kind}.done`, tenant, actor: 'subject-request' }
    await deps.audit({ ...entry, fields: { request: id, ...figuresOf(report) } })
    await store.end(id, { ...ended(), report, error: null })
  } catch (error) {
    if (signal.aborted) throw error // it is taken up again
    const { code } = error as { code?: unknown }
    deps.log.error('a data subject’s request failed', { request: id, error })
    const failed = { ...ended(), forget: false }
    await store.end(id, { ...failed, report: null, error: typeof code === 'string' ? code : 'FAILED' })
  }
}

/** Of a report only what can be counted: lists of ids are in the request itself. */
function figuresOf(report: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(report).flatMap(([name, value]: [string, unknown]) => {
      if (typeof value === 'number') return [[name, value]]
      return Array.isArray(value) ? [[name, value.length]] : []
    }),
  )
}

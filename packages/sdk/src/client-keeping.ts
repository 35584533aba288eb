import { VoxkeepApiError } from './api-error.ts'
import type { Listing } from './pages.ts'
import { act, ask, json, listOf } from './requests.ts'
import type {
  Hold,
  HoldListOptions,
  HoldRequest,
  Job,
  RetentionPlan,
  SubjectRequest,
} from './resources-keeping.ts'
import type { ActOptions, PageOptions } from './resources.ts'
import type { Send } from './transport.ts'

/** What is kept how long, what holds it, and what persons may ask of it. */
export interface KeepingClient {
  readonly retention: {
    /** What the policies would have deleted by then (default: now); nothing is. */
    plan(by?: Date, signal?: AbortSignal): Promise<RetentionPlan>
  }
  readonly holds: {
    /** Newest first. */
    list(options?: HoldListOptions): Listing<Hold>
    get(id: string, signal?: AbortSignal): Promise<Hold>
    /** In force once it resolves. */
    place(hold: HoldRequest, options?: ActOptions): Promise<Hold>
    release(id: string, reason: string, options?: ActOptions): Promise<Hold>
  }
  readonly subjects: {
    /** A phone number or SIP address, or the id of a call or recording. Done in the background: `get` says how far. */
    find(subject: string, options?: ActOptions): Promise<SubjectRequest>
    export(subject: string, options?: ActOptions & { readonly audio?: boolean }): Promise<SubjectRequest>
    /** What is erased comes back by no means. */
    erase(subject: string, options?: ActOptions): Promise<SubjectRequest>
    /** Newest first. */
    list(options?: PageOptions): Listing<SubjectRequest>
    get(id: string, signal?: AbortSignal): Promise<SubjectRequest>
    /** A finished export as a tar archive, for a day. */
    archive(id: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>
  }
  readonly jobs: {
    list(signal?: AbortSignal): Promise<readonly Job[]>
    /** Has a job run as soon as it can. */
    run(name: string, options?: ActOptions): Promise<void>
  }
}

export function keepingOf(send: Send): KeepingClient {
  return {
    retention: retentionOf(send),
    holds: holdsOf(send),
    subjects: subjectsOf(send),
    jobs: jobsOf(send),
  }
}

function retentionOf(send: Send): KeepingClient['retention'] {
  return {
    plan: (by, signal) => json(send, 'GET /v1/retention/plan', { query: { by: by?.toISOString() }, signal }),
  }
}

function holdsOf(send: Send): KeepingClient['holds'] {
  return {
    list: ({ active, ...page } = {}) =>
      listOf(send, 'GET /v1/holds', page, { active: active === undefined ? undefined : `${active}` }),
    get: (id, signal) => json(send, 'GET /v1/holds/{id}', { path: { id }, signal }),
    place: (body, options) => json(send, 'POST /v1/holds', { body, ...options }),
    release: (id, reason, options) =>
      json(send, 'POST /v1/holds/{id}/release', { path: { id }, body: { reason }, ...options }),
  }
}

function subjectsOf(send: Send): KeepingClient['subjects'] {
  return {
    find: (subject, options) => json(send, 'POST /v1/subjects/find', { body: { subject }, ...options }),
    export: (subject, { audio = false, ...options } = {}) =>
      json(send, 'POST /v1/subjects/export', { body: { subject, audio }, ...options }),
    erase: (subject, options) =>
      json(send, 'POST /v1/subjects/erase', { body: { subject, confirm: 'erase' }, ...options }),
    list: (page = {}) => listOf(send, 'GET /v1/subjects/requests', page),
    get: (id, signal) => json(send, 'GET /v1/subjects/requests/{id}', { path: { id }, signal }),
    async archive(id, signal) {
      const { body } = await ask(send, 'GET /v1/subjects/requests/{id}/archive', { path: { id }, signal })
      if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no archive')
      return body
    },
  }
}

function jobsOf(send: Send): KeepingClient['jobs'] {
  return {
    list: async (signal) => (await json(send, 'GET /v1/jobs', { signal })).data,
    run: (name, options) => act(send, 'POST /v1/jobs/{name}/run', { path: { name }, ...options }),
  }
}

import { VoxkeepApiError } from './api-error.ts'
import type { Listing } from './pages.ts'
import { act, json, listOf, withSignal } from './requests.ts'
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
    plan: (by, signal) =>
      json(send, {
        method: 'GET',
        path: '/v1/retention/plan',
        query: { by: by?.toISOString() },
        ...withSignal(signal),
      }),
  }
}

function holdsOf(send: Send): KeepingClient['holds'] {
  const path = '/v1/holds'
  const at = (id: string) => `${path}/${encodeURIComponent(id)}`
  return {
    list: ({ active, ...page } = {}) =>
      listOf<Hold>(send, path, page, { active: active === undefined ? undefined : String(active) }),
    get: (id, signal) => json(send, { method: 'GET', path: at(id), ...withSignal(signal) }),
    place: (hold, options) => json(send, { method: 'POST', path, body: hold, ...options }),
    release: (id, reason, options) =>
      json(send, { method: 'POST', path: `${at(id)}/release`, body: { reason }, ...options }),
  }
}

function subjectsOf(send: Send): KeepingClient['subjects'] {
  const path = '/v1/subjects'
  const at = (id: string) => `${path}/requests/${encodeURIComponent(id)}`
  const post = (kind: string, body: object, options: ActOptions) =>
    json<SubjectRequest>(send, { method: 'POST', path: `${path}/${kind}`, body, ...options })
  return {
    find: (subject, options = {}) => post('find', { subject }, options),
    export: (subject, { audio = false, ...options } = {}) => post('export', { subject, audio }, options),
    erase: (subject, options = {}) => post('erase', { subject, confirm: 'erase' }, options),
    list: (page = {}) => listOf<SubjectRequest>(send, `${path}/requests`, page),
    get: (id, signal) => json(send, { method: 'GET', path: at(id), ...withSignal(signal) }),
    async archive(id, signal) {
      const { body } = await send({ method: 'GET', path: `${at(id)}/archive`, ...withSignal(signal) })
      if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no archive')
      return body
    },
  }
}

function jobsOf(send: Send): KeepingClient['jobs'] {
  return {
    async list(signal) {
      const { data } = await json<{ data: Job[] }>(send, {
        method: 'GET',
        path: '/v1/jobs',
        ...withSignal(signal),
      })
      return data
    },
    run: (name, options) =>
      act(send, { method: 'POST', path: `/v1/jobs/${encodeURIComponent(name)}/run`, ...options }),
  }
}

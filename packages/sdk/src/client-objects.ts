import type { Listing } from './pages.ts'
import { ask, json, listOf } from './requests.ts'
import type { ActOptions, PageOptions } from './resources.ts'
import type {
  Backup,
  Erasure,
  ObjectListOptions,
  SealedObject,
  VerifyReport,
  VerifyRequest,
} from './resources-objects.ts'
import type { Send } from './transport.ts'

/** What is kept sealed, and copies of it. */
export interface ObjectsClient {
  readonly objects: {
    /** Newest first. */
    list(options?: ObjectListOptions): Listing<SealedObject>
    get(id: string, signal?: AbortSignal): Promise<SealedObject>
    /** Compares what is listed with what the stores hold; answers when it is done. */
    verify(request?: VerifyRequest, options?: ActOptions): Promise<VerifyReport>
  }
  /** Of the whole gateway, all tenants. */
  readonly backups: {
    /** Newest first. */
    list(options?: PageOptions): Listing<Backup>
    get(id: string, signal?: AbortSignal): Promise<Backup>
    /** Begins one; `get` says how far it is. */
    create(options?: ActOptions): Promise<Backup>
  }
  /** Which data keys were destroyed since then: what a restore of an older backup must destroy again. */
  erasures(since?: Date, signal?: AbortSignal): Promise<readonly Erasure[]>
}

export function objectsOf(send: Send): ObjectsClient {
  return {
    objects: {
      list: ({ callId, state, ...page } = {}) =>
        listOf(send, 'GET /v1/objects', page, { call_id: callId, state }),
      get: (id, signal) => json(send, 'GET /v1/objects/{id}', { path: { id }, signal }),
      verify: (body = {}, options) => json(send, 'POST /v1/objects/verify', { body, ...options }),
    },
    backups: {
      list: (options = {}) => listOf(send, 'GET /v1/backups', options),
      get: (id, signal) => json(send, 'GET /v1/backups/{id}', { path: { id }, signal }),
      create: (options) => json(send, 'POST /v1/backups', { ...options }),
    },
    async erasures(since, signal) {
      const query = { since: since?.toISOString() }
      const lines = (await (await ask(send, 'GET /v1/erasures', { query, signal })).text()).split('\n')
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Erasure)
    },
  }
}

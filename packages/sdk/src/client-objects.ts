import type { Listing } from './pages.ts'
import { json, listOf, withSignal } from './requests.ts'
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
        listOf<SealedObject>(send, '/v1/objects', page, { call_id: callId, state }),
      get: (id, signal) =>
        json(send, { method: 'GET', path: `/v1/objects/${encodeURIComponent(id)}`, ...withSignal(signal) }),
      verify: (request = {}, options) =>
        json(send, { method: 'POST', path: '/v1/objects/verify', body: request, ...options }),
    },
    backups: {
      list: (options = {}) => listOf<Backup>(send, '/v1/backups', options),
      get: (id, signal) =>
        json(send, { method: 'GET', path: `/v1/backups/${encodeURIComponent(id)}`, ...withSignal(signal) }),
      create: (options) => json(send, { method: 'POST', path: '/v1/backups', ...options }),
    },
    async erasures(since, signal) {
      const query = since === undefined ? {} : { since: since.toISOString() }
      const response = await send({ method: 'GET', path: '/v1/erasures', query, ...withSignal(signal) })
      const lines = (await response.text()).split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as Erasure)
    },
  }
}

import { VoxkeepApiError } from './api-error.ts'
import type { Schemas } from './api-types.ts'
import type { Listing } from './pages.ts'
import { act, ask, json, listOf } from './requests.ts'
import type { ActOptions, AuditEntry, PageOptions } from './resources.ts'
import type { Send } from './transport.ts'

export interface AuditListOptions extends PageOptions {
  readonly type?: string
  /** A person's number finds his pseudonym. */
  readonly actor?: string
  readonly call?: string
  readonly from?: Date
  /** Exclusive. */
  readonly to?: Date
}

/** Keys that sign the log. Keep them where the gateway cannot reach: who verifies brings them. */
export type AuditKeys = Schemas['AuditKeys']

export type AuditReport = Schemas['AuditReport']

/** The audit log. Reading it is in the log itself before anything is shown. */
export interface AuditClient {
  readonly audit: {
    /** Newest first. */
    list(options?: AuditListOptions): Listing<AuditEntry & { readonly call: string | null }>
    /** The newest signed checkpoint (C2SP tlog-checkpoint). */
    checkpoint(signal?: AbortSignal): Promise<string>
    /** Proves one entry, which the proof carries (C2SP tlog-proof). */
    proof(index: number, signal?: AbortSignal): Promise<string>
    /** Proves that the log of all logs holds this log's checkpoint. */
    checkpointProof(signal?: AbortSignal): Promise<string>
    /** The log with all that proves it, one JSON text a line. */
    export(from?: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>
    /** A tile or entry bundle (C2SP tlog-tiles): `0/x001/067`. */
    tile(path: string, signal?: AbortSignal): Promise<Uint8Array>
    keys(signal?: AbortSignal): Promise<AuditKeys>
    rotateKeys(options?: ActOptions): Promise<void>
    /** Has the gateway verify what it stores. */
    verify(signal?: AbortSignal): Promise<AuditReport>
  }
}

export function auditOf(send: Send): AuditClient {
  return {
    audit: {
      list: ({ type, actor, call, from, to, ...page } = {}) =>
        listOf(send, 'GET /v1/audit', page, {
          type,
          actor,
          call,
          from: from?.toISOString(),
          to: to?.toISOString(),
        }),
      checkpoint: async (signal) => (await ask(send, 'GET /v1/audit/checkpoint', { signal })).text(),
      proof: async (index, signal) =>
        (await ask(send, 'GET /v1/audit/proof', { query: { index }, signal })).text(),
      checkpointProof: async (signal) => (await ask(send, 'GET /v1/audit/logs/proof', { signal })).text(),
      async export(from, signal) {
        const { body } = await ask(send, 'GET /v1/audit/export', { query: { from }, signal })
        if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no log')
        return body
      },
      async tile(path, signal) {
        const answer = await ask(send, 'GET /v1/audit/tile/{*}', { path: { '*': path }, signal })
        return new Uint8Array(await answer.arrayBuffer())
      },
      keys: (signal) => json(send, 'GET /v1/audit/keys', { signal }),
      rotateKeys: (options) => act(send, 'POST /v1/audit/keys/rotate', { ...options }),
      verify: (signal) => json(send, 'GET /v1/audit/verify', { signal }),
    },
  }
}

import { VoxkeepApiError } from './api-error.ts'
import type { Listing } from './pages.ts'
import { act, json, listOf, withSignal } from './requests.ts'
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
export interface AuditKeys {
  readonly data: readonly { readonly key: string; readonly from: string; readonly until: string | null }[]
  /** The keys with which this gateway cosigns others' logs. */
  readonly witness: readonly string[]
}

export interface AuditReport {
  readonly ok: boolean
  readonly size: number
  /** Entries up to here are covered by a signed checkpoint. */
  readonly proven: number
  readonly findings: readonly Readonly<Record<string, unknown>>[]
}

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
  const get = (
    what: string,
    query: Readonly<Record<string, string | number | undefined>>,
    signal?: AbortSignal,
  ) => ({ method: 'GET', path: `/v1/audit${what}`, query, ...withSignal(signal) }) as const
  const text = async (what: string, query: Parameters<typeof get>[1], signal?: AbortSignal) =>
    (await send(get(what, query, signal))).text()
  return {
    audit: {
      list: ({ type, actor, call, from, to, ...page } = {}) =>
        listOf(send, '/v1/audit', page, {
          type,
          actor,
          call,
          from: from?.toISOString(),
          to: to?.toISOString(),
        }),
      checkpoint: (signal) => text('/checkpoint', {}, signal),
      proof: (index, signal) => text('/proof', { index }, signal),
      checkpointProof: (signal) => text('/logs/proof', {}, signal),
      async export(from, signal) {
        const { body } = await send(get('/export', { from }, signal))
        if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no log')
        return body
      },
      tile: async (path, signal) =>
        new Uint8Array(await (await send(get(`/tile/${path}`, {}, signal))).arrayBuffer()),
      keys: (signal) => json(send, get('/keys', {}, signal)),
      rotateKeys: (options) => act(send, { method: 'POST', path: '/v1/audit/keys/rotate', ...options }),
      verify: (signal) => json(send, get('/verify', {}, signal)),
    },
  }
}

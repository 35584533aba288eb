import type { ApiCalls, ApiDialing, ApiIdempotency, ApiRecordings } from '#api'
import type { Audit } from '#audit'
import type { Calls } from '#call'
import { CallError } from '#call'
import type { CallStore, IdempotencyStore, RecordingStore } from '#db'
import type { DialGuard } from '#dialing'
import type { AppId, CallId, Config, TenantId } from '#kernel'
import { deleteRecording, openRecording, type KeyProvider } from '#vault'

/** The API's calls: those that run, and what is kept of those that ran. */
export function apiCalls(o: { calls: Calls; rows: CallStore; audit: Audit }): ApiCalls {
  const ownCall = async (id: CallId, act: (call: NonNullable<ReturnType<Calls['get']>>) => Promise<void>) => {
    const call = o.calls.get(id)
    if (call === undefined) return 'ended' as const
    try {
      await act(call)
      return 'accepted' as const
    } catch (error) {
      if (error instanceof CallError && error.code === 'CALL_ENDED') return 'ended' as const
      throw error
    }
  }
  return {
    list: ({ tenant, limit, before, filter }) => o.rows.list(tenant, { limit, before, ...filter }),
    get: (tenant, id) => o.rows.get(tenant, id),
    story: (tenant, id) => o.rows.story(tenant, id),
    async trail(tenant, id) {
      const entries = await o.audit.ofCall(id)
      return entries.filter((entry) => entry.tenant === tenant)
    },
    create: (request) =>
      o.calls.create(request).catch((error: unknown) => {
        if (error instanceof CallError && error.code === 'CALL_AUDIT')
          return { ok: false, why: 'unaudited' } as const
        throw error
      }),
    command: (id, commands, token) => ownCall(id, (call) => call.command(commands, token)),
    hangup: (id) => ownCall(id, (call) => call.end('api-hung-up')),
    setVariables: (_tenant: TenantId, id, variables) => o.rows.update(id, { variables }),
  }
}

export function apiRecordings(o: { rows: RecordingStore; keys: KeyProvider }): ApiRecordings {
  return {
    list: ({ tenant, limit, before, filter }) => o.rows.list(tenant, { limit, before, ...filter }),
    get: (tenant, id) => o.rows.get(tenant, id),
    open: (row) =>
      openRecording(row.path, o.keys, {
        tenant: row.tenant,
        call: row.call_id,
        recording: row.id,
        state: row.state === 'recovered' ? 'recovered' : 'sealed',
        segments: row.segments ?? 0,
      }),
    async delete(row) {
      await deleteRecording(row.path)
      await o.rows.markDeleted(row.tenant, row.id)
    },
  }
}

/** Another tenant's stops do not exist. */
export function apiDialing(guard: DialGuard, apps: Config['apps']): ApiDialing {
  const tenantOf = new Map(apps.map((app) => [app.id as AppId, app.tenant]))
  return {
    stopped: (tenant) => guard.stopped().filter((app) => tenantOf.get(app) === tenant),
    lift: (app, actor) => guard.lift(app, actor),
  }
}

export function apiIdempotency(store: IdempotencyStore): ApiIdempotency {
  return {
    begin: (row) => store.begin(row),
    finish: (token, key, status, body) => store.finish(token, key, status, body),
    release: (token, key) => store.release(token, key),
    prune: (before) => store.prune(before),
  }
}

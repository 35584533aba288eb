import type { Alert } from '#alerts'
import type { ApiAlerts, ApiCalls, ApiDialing, ApiIdempotency, ApiObjects, ApiRecordings } from '#api'
import type { Audit } from '#audit'
import type { Calls } from '#call'
import { callCommands, CallError, changedVariables } from '#call'
import type {
  AlertStore,
  CallLegStore,
  CallStore,
  IdempotencyStore,
  RecordingRow,
  RecordingStore,
  RedactionStore,
} from '#db'
import type { DialGuard } from '#dialing'
import type { AppId, CallId, Clock, Config, StreamId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { openRecording, skippedSpans } from '#vault'
import type { CallReceipts } from './call-receipts.ts'
import { markOf } from './api-redactions.ts'
import { currentRecording } from './current-recording.ts'
import type { Objects } from './open-objects.ts'
import { openRecordingKey } from './open-recording-key.ts'
import type { Retention } from './open-retention.ts'
import type { LiveRows } from './stream-only.ts'

/** The API's calls: those that run, and what is kept of those that ran. */
export function apiCalls(o: {
  calls: Calls
  rows: CallStore
  legs: Pick<CallLegStore, 'get' | 'list'>
  audit: Audit
  receipts: Pick<CallReceipts, 'get'>
  live: LiveRows
  retention: Pick<Retention, 'relabel'>
}): ApiCalls {
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
    get: async (tenant, id) => o.live.get(tenant, id) ?? o.rows.get(tenant, id),
    legs: {
      get: (tenant, id) => o.legs.get(tenant, id),
      list: ({ tenant, limit, before, filter }) => o.legs.list(tenant, { limit, before, ...filter }),
    },
    story: (tenant, id) => o.rows.story(tenant, id),
    receipt: (tenant, id) => o.receipts.get(tenant, id),
    trail: (tenant, id) => o.audit.ofCall(tenant, id),
    create: (request) =>
      o.calls.create(request).catch((error: unknown) => {
        if (error instanceof CallError && error.code === 'CALL_AUDIT')
          return { ok: false, why: 'unaudited' } as const
        throw error
      }),
    command: (id, commands, token) => ownCall(id, (call) => call.command(commands, token)),
    hangup: (id) => ownCall(id, (call) => call.end('api-hung-up')),
    paying: (id) => o.calls.get(id)?.paying,
    async fork(id, command, token) {
      let stream: StreamId | undefined
      await ownCall(id, async (call) => void (stream = await call.fork(command, token)))
      return stream ?? 'ended'
    },
    async closeStream(id, stream) {
      const call = o.calls.get(id)
      if (call === undefined) return 'ended'
      if (!call.look().receipt.streams.some(({ id: own, audio }) => own === stream && audio !== 'text'))
        return 'unknown'
      const [stop] = callCommands.parse([{ type: 'stream', action: 'stop', name: stream }])
      return stop === undefined ? 'unknown' : ownCall(id, () => call.command([stop]))
    },
    async changeVariables(tenant, id, change) {
      const running = o.calls.get(id)
      if (running !== undefined) return running.changeVariables(change)
      const row = await o.rows.get(tenant, id)
      const variables = changedVariables(row?.variables ?? {}, change)
      if (typeof variables === 'string') return 'refused'
      await o.rows.update(tenant, id, { variables })
      await o.retention.relabel(id, tenant, variables)
      return variables
    },
  }
}

export function apiRecordings(o: {
  rows: RecordingStore
  marks: Pick<RedactionStore, 'pauses'>
  keys: OpenTenantKeys
  objects: Pick<Objects, 'source' | 'keeper' | 'rows' | 'spool'>
}): ApiRecordings {
  const open = async (row: RecordingRow) =>
    openRecording(await o.objects.source(row.id), openRecordingKey(o.keys), {
      tenant: row.tenant,
      call: row.call_id,
      recording: row.id,
      state: row.state === 'recovered' ? 'recovered' : 'sealed',
      segments: row.segments ?? 0,
    })
  return {
    list: ({ tenant, limit, before, filter }) => o.rows.list(tenant, { limit, before, ...filter }),
    get: (tenant, id) => o.rows.get(tenant, id),
    open: (row) =>
      open(row).catch(async (error: unknown) => {
        // Another may have taken its place, after a redaction, since the row was read.
        const now = await currentRecording(o.rows, row.tenant, row.id)
        if (now === undefined || now.id === row.id) throw error
        return open(now)
      }),
    async skipped(tenant, ids) {
      const marks = await o.marks.pauses(tenant, ids)
      const of = Map.groupBy(marks, ({ recording }) => recording)
      return new Map([...of].map(([id, rows]) => [id, skippedSpans(rows.map(markOf))]))
    },
    delete: recordingDeleter(o),
  }
}

/** Destroys a recording: its key, then its bytes, wherever they are. */
export function recordingDeleter(o: {
  rows: Pick<RecordingStore, 'markDeleted'>
  keys: Pick<OpenTenantKeys, 'shredObject'>
  objects: Pick<Objects, 'keeper' | 'rows' | 'spool'>
}): ApiRecordings['delete'] {
  return async (row) => {
    if ((await o.objects.rows.find(row.id)) !== undefined) return o.objects.keeper.deleteObject(row.id)
    // One that failed was never listed as an object; its file is where its node left it.
    await o.keys.shredObject(row.tenant, row.id)
    await o.objects.spool.remove(row.id)
    await o.rows.markDeleted(row.tenant, row.id)
    return { state: 'deleted' }
  }
}

export function apiObjects(objects: Pick<Objects, 'rows' | 'verify'>): ApiObjects {
  return {
    list: ({ tenant, limit, before, filter }) => objects.rows.list(tenant, { limit, before, ...filter }),
    get: (tenant, id) => objects.rows.get(tenant, id),
    verify: (o) => objects.verify(o),
  }
}

export function apiAlerts(store: AlertStore<Alert>, clock: Pick<Clock, 'now'>): ApiAlerts {
  return {
    list: ({ tenant, limit, before, filter: { state } }) => store.list(tenant, { limit, before, state }),
    get: (tenant, id) => store.get(tenant, id),
    acknowledge: (tenant, id, by) => store.acknowledge(tenant, id, by, new Date(clock.now())),
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
    finish: (tenant, token, key, status, body) => store.finish(tenant, token, key, status, body),
    release: (token, key) => store.release(token, key),
    prune: (before) => store.prune(before),
  }
}

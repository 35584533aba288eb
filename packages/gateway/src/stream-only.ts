import type { Audit, AuditEvent } from '#audit'
import type { CallRecord, CallChange, Keep } from '#call'
import type { CallRow } from '#db'
import type { CallId, Config, TenantId, TrunkId } from '#kernel'

/** Which tenants keep nothing of their calls. */
export type IsStreamOnly = (tenant: TenantId) => boolean

export function streamOnlyTenants(config: Config): IsStreamOnly {
  const tenants = new Set(
    config.tenants.filter(({ retention }) => retention?.mode === 'stream-only').map(({ id }) => id),
  )
  return (tenant) => tenants.has(tenant)
}

/** A recording that a stream-only tenant’s app asked for. */
export class StreamOnlyError extends Error {
  override readonly name = 'StreamOnlyError'
  readonly code = 'STREAM_ONLY'
}

/** What is known of calls of which nothing is kept, while they live. As many as there are such calls. */
export interface LiveRows {
  get(tenant: TenantId, id: CallId): CallRow | undefined
  set(row: CallRow): void
  delete(id: CallId): void
}

export function liveRows(): LiveRows {
  const rows = new Map<CallId, CallRow>()
  return {
    get(tenant, id) {
      const row = rows.get(id)
      return row?.tenant === tenant ? row : undefined
    },
    set: (row) => void rows.set(row.id, row),
    delete: (id) => void rows.delete(id),
  }
}

/** Keeps of a stream-only tenant’s calls nothing but entries in the audit log that name nobody; of others what `keep` does. */
export function streamOnlyKeep(keep: Keep, isStreamOnly: IsStreamOnly, live: LiveRows): Keep {
  return {
    ...keep,
    async begin(call) {
      if (!isStreamOnly(call.tenant)) return keep.begin(call)
      live.set(rowOf(call))
    },
    async update(tenant, id, change) {
      if (!isStreamOnly(tenant)) return keep.update(tenant, id, change)
      const row = live.get(tenant, id)
      if (change.state === 'ended') live.delete(id)
      else if (row !== undefined) live.set(changed(row, change))
    },
    async party(call, tenant, number) {
      if (!isStreamOnly(tenant)) await keep.party(call, tenant, number)
    },
    leg(leg) {
      if (!isStreamOnly(leg.tenant)) keep.leg(leg)
    },
    story(id, tenant, kind, fields) {
      if (!isStreamOnly(tenant)) keep.story(id, tenant, kind, fields)
    },
    beginRecording(call, tenant, id, startedAtMs) {
      if (isStreamOnly(tenant)) throw new StreamOnlyError('nothing of this tenant’s calls is kept')
      return keep.beginRecording(call, tenant, id, startedAtMs)
    },
    async end(call) {
      if (!isStreamOnly(call.tenant)) return keep.end(call)
      const { id, tenant, reason } = call
      await keep.audit({ type: 'call.ended', tenant, call: id, actor: 'gateway', fields: { reason } })
    },
  }
}

function rowOf(call: CallRecord): CallRow {
  const { id, tenant, app, trunk, direction, from, to, variables = null } = call
  const given = { id, tenant, app, trunk: trunk as TrunkId, direction, from, to, variables }
  const open = { state: 'ringing', end_reason: null, answered_at: null, ended_at: null } as const
  return { ...given, ...open, started_at: new Date(call.startedAtMs), receipt: null, ladder: null }
}

function changed(row: CallRow, { state, answeredAtMs, trunk, variables }: CallChange): CallRow {
  return {
    ...row,
    ...(state !== undefined && { state }),
    ...(answeredAtMs !== undefined && { answered_at: new Date(answeredAtMs) }),
    ...(trunk !== undefined && { trunk: trunk as TrunkId }),
    ...(variables !== undefined && { variables }),
  }
}

/** Words that the configuration, the protocols or we choose. Everything else could tell of a person. */
const plainFields: ReadonlySet<string> = new Set([
  'app', 'by', 'cipher', 'code', 'codec', 'commands', 'consequence', 'content', 'direction', 'engine', 'export', 'hold', 'host', 'job', 'keyRef', 'kind', 'names',
  'parts', 'payment', 'policy', 'provider', 'reason', 'region', 'request', 'rule', 'scopes', 'srtp', 'state', 'stream', 'suite', 'tls', 'token', 'trunk', 'vaultToken', 'what', 'why',
]) // prettier-ignore

/** The audit log, in which entries of stream-only tenants carry nothing but words from closed sets, figures, and ids. */
export function streamOnlyAudit(audit: Audit, isStreamOnly: IsStreamOnly): Audit {
  const plain = (event: AuditEvent): AuditEvent => ({
    ...event,
    fields: Object.fromEntries(
      Object.entries(event.fields).filter(
        ([name, value]) => typeof value !== 'string' || plainFields.has(name),
      ),
    ),
  })
  return { ...audit, append: (event) => audit.append(isStreamOnly(event.tenant) ? plain(event) : event) }
}

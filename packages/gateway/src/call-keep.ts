import type { Audit } from '#audit'
import type { CallChange, DialledLeg, Keep } from '#call'
import type { CallLegRow, CallLegStore, CallStore, CallUpdate, RecordingStore } from '#db'
import type { Clock, LegId, Log, TrunkId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { ObjectError, type Spool } from '#objects'
import { newRecordingHeader } from '#vault'
import type { CallReceipts } from './call-receipts.ts'
import type { CallColumns, Retention } from './open-retention.ts'

export interface CallKeepDeps {
  readonly clock: Clock
  readonly log: Log
  readonly calls: CallStore
  readonly legs: Pick<CallLegStore, 'put'>
  readonly recordings: RecordingStore
  readonly audit: Audit
  readonly keys: OpenTenantKeys
  readonly spool: Pick<Spool, 'hasRoom' | 'pathOf'>
  /** This node’s name: whose spool it is. */
  readonly node: string
  /** Something was sealed, and waits in the spool. */
  readonly onSealed: () => void
  readonly receipts: Pick<CallReceipts, 'end'>
  readonly fsyncMs: number
  readonly ladder: (legs: readonly LegId[]) => unknown
  /** What a new call’s row says of how long it is kept, and how its parties are found. */
  readonly columns: CallColumns
  /** What is noted about a call may say how long it is kept. */
  readonly relabel: Retention['relabel']
  /** Keeps who else was called, so that they can be found. */
  readonly party: Keep['party']
  readonly consent: Keep['consent']
  readonly shredRecordings: Keep['shredRecordings']
}

/** What is kept of calls: rows and stories in the database, entries in the audit log, recordings in the spool. */
export function openCallKeep(deps: CallKeepDeps): Keep {
  return {
    begin(call) {
      const row = {
        id: call.id,
        tenant: call.tenant,
        app: call.app,
        trunk: call.trunk as TrunkId,
        direction: call.direction,
        from: call.from,
        to: call.to,
        state: 'ringing' as const,
        end_reason: null,
        started_at: new Date(call.startedAtMs),
        answered_at: null,
        ended_at: null,
        receipt: null,
        ladder: null,
        variables: call.variables ?? null,
      }
      return deps.calls.insert(row, deps.columns(call))
    },
    party: (call, tenant, number) => deps.party(call, tenant, number),
    leg(leg) {
      deps.legs.put(legRow(leg)).catch((error: unknown) => {
        deps.log.warn('what became of a leg is lost', { callId: leg.call, legId: leg.id, error })
      })
    },
    consent: (record) => deps.consent(record),
    shredRecordings: (tenant, call, why) => deps.shredRecordings(tenant, call, why),
    async update(tenant, id, change) {
      await deps.calls.update(tenant, id, columnsOf(change))
      if (change.variables !== undefined) await deps.relabel(id, tenant, change.variables)
    },
    story(call, tenant, kind, fields) {
      deps.calls
        .addEvent({ call_id: call, tenant, at: new Date(deps.clock.now()), kind, fields })
        .catch((error: unknown) => {
          deps.log.warn('a line of a call’s story is lost', { callId: call, kind, error })
        })
    },
    async audit(event) {
      await deps.audit.append(event)
    },
    beginRecording(call, tenant, id, startedAtMs) {
      if (!deps.spool.hasRoom)
        throw new ObjectError('OBJECT_SPOOL_FULL', 'too much waits in the spool for its store')
      const {
        plain: dataKey,
        tenantKey,
        kept,
      } = deps.keys.beginObject({ tenant, purpose: 'audio', object: id })
      const header = newRecordingHeader({ tenant, call, recording: id }, startedAtMs)
      const spec = { id, path: deps.spool.pathOf(id), header, dataKey, fsyncMs: deps.fsyncMs }
      const row = {
        ...newRow,
        id,
        call_id: call,
        tenant,
        node: deps.node,
        started_at: new Date(startedAtMs),
        key_ref: tenantKey,
      }
      const listed = Promise.all([kept, deps.recordings.insert(row)]).then(() => {})
      return { spec, keyRef: tenantKey, listed }
    },
    async endRecording(id, outcome) {
      if (outcome.state !== 'sealed' || outcome.sealed === undefined)
        return deps.recordings.settle(id, { state: 'failed' })
      await deps.recordings.settle(id, { state: 'sealed', sealed: outcome.sealed })
      deps.onSealed()
    },
    end: (call) => deps.receipts.end(call),
    ladder: deps.ladder,
  }
}

function legRow({ call, sipStatus, startedAtMs, answeredAtMs, endedAtMs, ...leg }: DialledLeg): CallLegRow {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms))
  return {
    ...leg,
    call_id: call,
    sip_status: sipStatus,
    started_at: new Date(startedAtMs),
    answered_at: time(answeredAtMs),
    ended_at: time(endedAtMs),
  }
}

const newRow = {
  state: 'recording',
  ended_at: null,
  duration_ms: null,
  bytes: null,
  segments: null,
  sha256: null,
  channels: 2,
} as const

function columnsOf(change: CallChange): CallUpdate {
  return {
    ...(change.state !== undefined && { state: change.state }),
    ...(change.trunk !== undefined && { trunk: change.trunk as TrunkId }),
    ...(change.answeredAtMs !== undefined && { answered_at: new Date(change.answeredAtMs) }),
    ...(change.endedAtMs !== undefined && { ended_at: new Date(change.endedAtMs) }),
    ...(change.endReason !== undefined && { end_reason: change.endReason }),
    ...(change.receipt !== undefined && { receipt: change.receipt }),
    ...(change.ladder !== undefined && { ladder: change.ladder }),
    ...(change.variables !== undefined && { variables: change.variables }),
  }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Audit } from '#audit'
import type { CallChange, Keep } from '#call'
import type { CallStore, CallUpdate, RecordingStore } from '#db'
import type { Clock, LegId, Log, TrunkId } from '#kernel'
import { newRecording, type KeyProvider } from '#vault'

export interface CallKeepDeps {
  readonly clock: Clock
  readonly log: Log
  readonly calls: CallStore
  readonly recordings: RecordingStore
  readonly audit: Audit
  readonly keys: KeyProvider
  readonly dataDir: string
  readonly fsyncMs: number
  readonly ladder: (legs: readonly LegId[]) => unknown
}

/** What is kept of calls: rows and stories in the database, entries in the audit log, recordings in the vault's folder. */
export function openCallKeep(deps: CallKeepDeps): Keep {
  const folder = join(deps.dataDir, 'recordings')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    begin: (call) =>
      deps.calls.insert({
        id: call.id,
        tenant: call.tenant,
        app: call.app,
        trunk: call.trunk as TrunkId,
        direction: call.direction,
        from: call.from,
        to: call.to,
        state: 'ringing',
        end_reason: null,
        started_at: new Date(call.startedAtMs),
        answered_at: null,
        ended_at: null,
        receipt: null,
        ladder: null,
        variables: call.variables ?? null,
      }),
    update: (id, change) => deps.calls.update(id, columnsOf(change)),
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
      const { header, dataKey, keyRef } = newRecording(
        { tenant, call, recording: id },
        startedAtMs,
        deps.keys,
      )
      const spec = { id, path: join(folder, `${id}.vxr`), header, dataKey, fsyncMs: deps.fsyncMs }
      const row = {
        ...newRow,
        id,
        call_id: call,
        tenant,
        path: spec.path,
        started_at: new Date(startedAtMs),
        key_ref: keyRef,
      }
      return { spec, keyRef, listed: deps.recordings.insert(row) }
    },
    endRecording: (id, outcome) =>
      deps.recordings.settle(
        id,
        outcome.state === 'sealed' && outcome.sealed !== undefined
          ? { state: 'sealed', sealed: outcome.sealed }
          : { state: 'failed' },
      ),
    ladder: deps.ladder,
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

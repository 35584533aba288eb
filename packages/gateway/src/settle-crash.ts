import type { Audit } from '#audit'
import type { CallStore, OrphanedCall, RecordingStore } from '#db'
import { createId, type AppId, type Clock, type Log, type Random, type TenantId } from '#kernel'
import { KeyError, type OpenTenantKeys } from '#keys'
import type { Spool } from '#objects'
import { marksDigest, recoverRecordings, type RecoveredRecording } from '#vault'
import type { Outbox } from '#webhook'
import type { crashCallbacks } from './crash-callbacks.ts'
import type { Metrics } from './metrics.ts'
import { openRecordingKey } from './open-recording-key.ts'

export interface CrashDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly keys: OpenTenantKeys
  readonly calls: CallStore
  readonly recordings: RecordingStore
  readonly spool: Pick<Spool, 'pathOf'>
  readonly audit: Audit
  readonly outbox: Outbox
  readonly callbacks: ReturnType<typeof crashCallbacks>
  readonly metrics: Metrics
}

const reason = 'gateway-crashed'

/**
 * Settles what a crash or kill -9 left open, before anything new begins: recordings keep every sealed segment, calls end.
 * The audit log, the calls' stories and the apps are told of it, as they would have been of any other end.
 */
export async function settleCrash(deps: CrashDeps): Promise<void> {
  const { calls, recordings, keys, log, clock } = deps
  const store = {
    async unfinished() {
      const rows = await recordings.unfinished()
      return rows.map((row) => ({ ...row, path: deps.spool.pathOf(row.recording) }))
    },
    settle: (...[id, end]: Parameters<RecordingStore['settle']>) => recordings.settle(id, end),
  }
  const recovered = await recoverRecordings({ store, openKey: openRecordingKey(keys), log })
  await Promise.all(recovered.map((one) => whileOpen(deps, one.tenant, () => tellRecording(deps, one))))
  const orphans = await calls.orphans()
  await Promise.all(orphans.map((call) => whileOpen(deps, call.tenant, () => tellEnd(deps, call))))
  // Last: a crash in here tells it all again, rather than never.
  await calls.endOrphans(new Date(clock.now()), reason)
}

/** A tenant whose keys are closed keeps nothing and is told nothing; the start of the others does not wait for it. */
async function whileOpen({ log }: CrashDeps, tenant: TenantId, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof KeyError && error.code === 'KEY_CLOSED')) throw error
    log.warn('a crash is not told of: the tenant’s keys are closed', { tenant })
  }
}

async function tellRecording(deps: CrashDeps, recovered: RecoveredRecording): Promise<void> {
  const { recording, call, tenant, outcome } = recovered
  const { state } = outcome
  deps.metrics.count('recordings_recovered', { state })
  const { sha256, segments, durationMs } =
    outcome.state === 'failed' ? { sha256: null, segments: 0, durationMs: null } : outcome.sealed
  const fields = { recording, state, sha256, segments, durationMs, marksSha256: marksDigest([]) }
  await deps.audit.append({ type: 'recording.recovered', tenant, call, actor: 'system', fields })
  await addLine(deps, recovered, `recording.${state}`, { recording, segments, durationMs })
  const type = state === 'sealed' ? 'recording.completed' : `recording.${state}`
  const row = await deps.calls.get(tenant, call)
  if (row) await tell(deps, row.app, call, type, { recording_id: recording, duration_ms: durationMs })
}

async function tellEnd(deps: CrashDeps, { id, tenant, app, answered }: OrphanedCall): Promise<void> {
  await deps.audit.append({ type: 'call.ended', tenant, call: id, actor: 'system', fields: { reason } })
  await addLine(deps, { call: id, tenant }, 'ended', { reason })
  const row = await deps.calls.get(tenant, id)
  // Whether the caller's number was withheld from the app is not in the row, so it is not told.
  const about = row && { direction: row.direction, to: row.to }
  await tell(deps, app, id, 'call.ended', { reason, answered, ...about })
}

async function addLine(
  { calls, clock }: CrashDeps,
  { call, tenant }: { readonly call: OrphanedCall['id']; readonly tenant: TenantId },
  kind: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  await calls.addEvent({ call_id: call, tenant, at: new Date(clock.now()), kind, fields })
}

async function tell(
  { outbox, callbacks, clock, random }: CrashDeps,
  app: AppId,
  call: OrphanedCall['id'],
  type: string,
  data: object,
): Promise<void> {
  const id = createId('evt', clock.now(), random)
  const event = { id, type, call, data: { call_id: call, ...data } }
  await outbox.enqueue(event, app)
  for (const request of callbacks(app, event)) {
    const own = createId('evt', clock.now(), random)
    await outbox.send({ id: own, type, call }, request, app)
  }
}

import type { Audit } from '#audit'
import type { Keep } from '#call'
import type { RecordingStore } from '#db'
import type { OpenTenantKeys } from '#keys'
import { recordingDeleter } from './api-backend.ts'
import type { Objects } from './open-objects.ts'
import type { Retention } from './open-retention.ts'

/**
 * Destroys what is kept of a call's audio, as somebody asked who may: key first, then file. What a hold, the law or a lock keeps stays, and
 * the audit log says so.
 */
export function shredder(o: {
  readonly keys: OpenTenantKeys
  readonly audit: Pick<Audit, 'append'>
  readonly recordings: RecordingStore
  readonly objects: Objects
  readonly retention: Pick<Retention, 'refusal' | 'claim'>
}): Keep['shredRecordings'] {
  const destroy = recordingDeleter({ rows: o.recordings, keys: o.keys, objects: o.objects })
  return async (tenant, call, why) => {
    let gone = 0
    for (const row of await o.recordings.list(tenant, { callId: call, limit: 1_000 })) {
      if (row.state === 'deleted' || row.state === 'recording') continue
      const refusal = await o.retention.refusal(call, row.id)
      await o.audit.append({
        type: refusal === undefined ? 'recording.delete' : 'recording.kept',
        tenant,
        call,
        actor: 'gateway',
        fields: { recording: row.id, why: refusal?.why ?? why },
      })
      if (refusal !== undefined || !(await o.retention.claim(row.id))) continue
      await destroy(row)
      gone += 1
    }
    return gone
  }
}

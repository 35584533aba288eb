import type { FastifyRequest } from 'fastify'
import type { RecordingRow } from '#db'
import type { Deletion } from '#objects'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import { refuseHeld } from './refuse-held.ts'
import { auditAct } from './route-context.ts'

/** Destroys a recording that is over, its key first, unless a hold, the law or a lock stands against it. It is on record before. */
export async function deleteRecording(
  deps: ApiDeps,
  request: FastifyRequest,
  row: RecordingRow,
): Promise<Deletion> {
  if (row.state === 'recording') throw new ApiError('recording-running')
  if (row.state !== 'deleted') await decide(deps, request, row)
  return deps.recordings.delete(row)
}

async function decide(deps: ApiDeps, request: FastifyRequest, row: RecordingRow): Promise<void> {
  await refuseHeld(deps, row)
  const about = { call: row.call_id, fields: { recording: row.id } }
  await auditAct(deps, request, { type: 'recording.delete', ...about })
  // A hold that was placed since the look above is seen by the decision itself.
  if (await deps.retention.claim(row.id)) return
  await auditAct(deps, request, { type: 'recording.kept', ...about })
  await refuseHeld(deps, row)
  throw new ApiError('held', { why: 'hold' })
}

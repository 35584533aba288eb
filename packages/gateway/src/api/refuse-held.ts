import type { RecordingRow } from '#db'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'

type Refusal = NonNullable<Awaited<ReturnType<ApiDeps['retention']['refusal']>>>

/** Throws when a hold, the law or a lock stands against changing or deleting a recording. */
export async function refuseHeld(deps: ApiDeps, row: RecordingRow): Promise<void> {
  const refusal = await deps.retention.refusal(row.call_id, row.id)
  if (refusal !== undefined) throw refused(refusal)
}

export function refused(refusal: Refusal): ApiError {
  const until = refusal.until === null ? [] : [`until ${refusal.until.toISOString()}`]
  const errors = [...refusal.holds, ...until].map((detail) => ({ pointer: '/id', in: 'params', detail }))
  return new ApiError('held', { why: refusal.why, errors })
}

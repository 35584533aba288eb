import { z } from 'zod'
import type { RecordingRow } from '#db'
import type { RecordingId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import { recordingId } from './schemas.ts'

export const recordingParams = z.object({ id: recordingId })

export async function existingRecording(
  deps: ApiDeps,
  request: {
    readonly token: Parameters<typeof callerOf>[0]['token']
    readonly params: { readonly id: string }
  },
): Promise<RecordingRow> {
  const row = await deps.recordings.get(callerOf(request).tenant, request.params.id as RecordingId)
  if (!row) throw new ApiError('not-found')
  return row
}

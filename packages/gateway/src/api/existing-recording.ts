import { z } from 'zod'
import type { RecordingRow } from '#db'
import type { RecordingId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import { recordingId } from './schemas.ts'

export const recordingParams = z.object({ id: recordingId })

interface RecordingRequest {
  readonly token: Parameters<typeof callerOf>[0]['token']
  readonly params: { readonly id: string }
}

/** A recording that was redacted so often is followed no further. */
const maxSteps = 1_000

/** The recording of exactly this id. */
export async function existingRecording(deps: ApiDeps, request: RecordingRequest): Promise<RecordingRow> {
  const row = await deps.recordings.get(callerOf(request).tenant, request.params.id as RecordingId)
  if (!row) throw new ApiError('not-found')
  return row
}

/** The recording, or what took its place when it was redacted: whoever has the old id means the audio of that call. */
export async function currentRecording(deps: ApiDeps, request: RecordingRequest): Promise<RecordingRow> {
  return latestRecording(deps, await existingRecording(deps, request))
}

/** The row, or that of what took its place. */
export async function latestRecording(deps: ApiDeps, first: RecordingRow): Promise<RecordingRow> {
  let row = first
  for (let steps = 0; steps < maxSteps && row.replaced_by !== null; steps++) {
    const next = await deps.recordings.get(row.tenant, row.replaced_by)
    if (next === undefined) return row
    row = next
  }
  return row
}

/** Throws unless there is audio to hear. */
export function playable(row: RecordingRow): RecordingRow {
  if (row.state === 'recording') throw new ApiError('recording-running')
  if (row.state === 'deleted') throw new ApiError('recording-deleted')
  if (row.state === 'failed') throw new ApiError('recording-unusable')
  return row
}

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RecordingRow } from '#db'
import { isObjectError } from '#objects'
import { parseByteRange } from './byte-range.ts'
import type { ApiDeps, RecordingAudio } from './deps.ts'
import { playable } from './existing-recording.ts'
import { areKeysAway } from './keys-away.ts'
import { ApiError } from './problem.ts'
import { auditAct } from './route-context.ts'

/** What of a recording is wanted; its `Range` is the request's own. */
export interface WantedAudio {
  readonly from_ms: number
  /** Undefined: to its end. */
  readonly to_ms?: number | undefined
  readonly format: 'ulaw' | 'pcm16'
  /** `skip`: without the pauses that are to be skipped, on either channel; times are those of the whole all the same. */
  readonly pauses: 'keep' | 'skip'
}

/** Sends a recording as WAV, opened and checked as it goes. That somebody reads it is in the audit log before the first byte. */
export async function sendAudio(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: RecordingRow,
  { from_ms, to_ms, format, pauses }: WantedAudio,
): Promise<FastifyReply> {
  const row = playable(wanted)
  const { range: asked } = request.headers
  const fields = { recording: row.id, from_ms, to_ms: to_ms ?? null, range: asked ?? null, pauses }
  await auditAct(deps, request, { type: 'recording.read', call: row.call_id, fields })
  const audio = await deps.recordings.open(row).catch((cause: unknown) => {
    if (areKeysAway(cause)) throw cause
    const isAway = isObjectError(cause, 'OBJECT_UNAVAILABLE')
    throw new ApiError(isAway ? 'storage-unavailable' : 'recording-unreadable', { cause })
  })
  try {
    const skipped = pauses === 'skip' ? await skippedOf(deps, row) : []
    const file = audio.exportWav(from_ms, to_ms ?? audio.durationMs, { format, skipped })
    const range = parseByteRange(asked, file.byteLength)
    if (range === 'unsatisfiable') throw outside(file.byteLength)
    const { start, end } = range === 'whole' ? { start: 0, end: file.byteLength } : range
    void reply
      .code(range === 'whole' ? 200 : 206)
      .headers(range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.byteLength}` })
      .headers({ 'accept-ranges': 'bytes', 'content-length': end - start })
      .header('content-disposition', `attachment; filename="${row.id}.wav"`)
      .type('audio/wav')
    return reply.send(Readable.from(closing(audio, file.bytes(start, end))))
  } catch (error) {
    await audio[Symbol.asyncDispose]()
    throw error
  }
}

async function skippedOf({ recordings }: ApiDeps, { tenant, id }: RecordingRow) {
  return (await recordings.skipped(tenant, [id])).get(id) ?? []
}

/** Closes the recording when the last byte is out or the client went away. */
async function* closing(audio: RecordingAudio, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using _ = audio
  yield* bytes
}

function outside(length: number): ApiError {
  return new ApiError('range-not-satisfiable', { headers: { 'content-range': `bytes */${length}` } })
}

import { Readable } from 'node:stream'
import { z } from 'zod'
import { isObjectError } from '#objects'
import { parseByteRange } from './byte-range.ts'
import type { RecordingAudio } from './deps.ts'
import { currentRecording, playable, recordingParams } from './existing-recording.ts'
import { areKeysAway } from './keys-away.ts'
import { ApiError } from './problem.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'

const milliseconds = z.coerce.number().int().min(0).max(86_400_000)
const wav = {
  description: 'A stereo WAV file, 8 kHz: the caller on the left, the app on the right',
  content: { 'audio/wav': { schema: z.unknown().meta({ contentMediaType: 'audio/wav' }) } },
}

/** The audio of a recording, opened and checked as it is sent; a part of it by time, and any bytes of that by `Range`. */
export function audioRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/recordings/:id/audio',
    config: { scope: 'recordings:read' },
    schema: {
      operationId: 'getRecordingAudio',
      summary: 'Download a recording, or a part of it, as WAV',
      description: 'Each request is in the audit log before the first byte is sent. `Range` is honoured.',
      tags: ['recordings'],
      params: recordingParams,
      querystring: z.object({
        from_ms: milliseconds.default(0),
        to_ms: milliseconds.optional().describe('Default: the end'),
        format: z.enum(['ulaw', 'pcm16']).default('pcm16'),
      }),
      headers: z.looseObject({ range: z.string().optional().describe('One range of bytes (RFC 9110 §14)') }),
      response: { 200: wav, 206: wav, default: problemResponse },
    },
    async handler(request, reply) {
      const row = playable(await currentRecording(deps, request))
      const { from_ms, to_ms, format } = request.query
      const fields = {
        recording: row.id,
        from_ms,
        to_ms: to_ms ?? null,
        range: request.headers.range ?? null,
      }
      await auditAct(deps, request, { type: 'recording.read', call: row.call_id, fields })
      const audio = await deps.recordings.open(row).catch((cause: unknown) => {
        if (areKeysAway(cause)) throw cause
        const isAway = isObjectError(cause, 'OBJECT_UNAVAILABLE')
        throw new ApiError(isAway ? 'storage-unavailable' : 'recording-unreadable', { cause })
      })
      try {
        const file = audio.exportWav(from_ms, to_ms ?? audio.durationMs, { format })
        const range = parseByteRange(request.headers.range, file.byteLength)
        if (range === 'unsatisfiable') throw outside(file.byteLength)
        const { start, end } = range === 'whole' ? { start: 0, end: file.byteLength } : range
        void reply
          .code(range === 'whole' ? 200 : 206)
          .headers(
            range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.byteLength}` },
          )
          .headers({ 'accept-ranges': 'bytes', 'content-length': end - start })
          .header('content-disposition', `attachment; filename="${row.id}.wav"`)
          .type('audio/wav')
        return reply.send(Readable.from(closing(audio, file.bytes(start, end))))
      } catch (error) {
        await audio[Symbol.asyncDispose]()
        throw error
      }
    },
  })
}

/** Closes the recording when the last byte is out or the client went away. */
async function* closing(audio: RecordingAudio, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using _ = audio
  yield* bytes
}

function outside(length: number): ApiError {
  return new ApiError('range-not-satisfiable', { headers: { 'content-range': `bytes */${length}` } })
}

import { z } from 'zod'
import { currentRecording, recordingParams } from './existing-recording.ts'
import { problemResponse, type RouteContext } from './route-context.ts'
import { sendAudio } from './send-audio.ts'

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
        pauses: z
          .enum(['keep', 'skip'])
          .default('keep')
          .describe(
            '`skip`: without what was paused with `behavior: skip`; times are those of the whole all the same',
          ),
      }),
      headers: z.looseObject({ range: z.string().optional().describe('One range of bytes (RFC 9110 §14)') }),
      response: { 200: wav, 206: wav, default: problemResponse },
    },
    async handler(request, reply) {
      const row = await currentRecording(deps, request)
      return sendAudio(deps, request, reply, row, request.query)
    },
  })
}

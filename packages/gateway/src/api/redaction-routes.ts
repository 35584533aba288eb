import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RedactionSpan } from '#db'
import { isObjectError } from '#objects'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import type { ApiRedaction } from './deps-redactions.ts'
import { currentRecording, playable, recordingParams } from './existing-recording.ts'
import { areKeysAway } from './keys-away.ts'
import { ApiError } from './problem.ts'
import { refuseHeld, refused } from './refuse-held.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'
import { recording } from './schemas.ts'
import { showRecording } from './views.ts'

const tags = ['recordings']
const channel = z
  .enum(['caller', 'agent'])
  .describe('Who was speaking: the caller, or whoever the caller heard: the app, or a person')
const channels = ['caller', 'agent'] as const
const milliseconds = z.number().min(0).max(86_400_000)
const why = z
  .string()
  .regex(/^(?!.*\d.*\d.*\d)[a-z0-9][a-z0-9_-]{0,31}$/)
  .describe(
    'The type of what was said, such as `card`, or why, in one word with two digits at most: never what was said',
  )

const mark = z
  .object({
    channel,
    from_ms: z.int(),
    to_ms: z.int(),
    kind: z
      .enum(['redacted', 'unjudged', 'paused', 'secure'])
      .describe(
        '`unjudged`: overwritten because nobody could say in time whether it was sensitive. `paused`, `secure`: nothing was recorded',
      ),
    why: z.string().describe('The type of what was found, such as `card`, or why'),
  })
  .meta({ id: 'RecordingMark' })

const marks = z
  .object({
    recording_id: z
      .string()
      .describe('The recording that they are about: of one that was redacted, what took its place'),
    duration_ms: z.int().nullable(),
    audited: z
      .enum(['same', 'different', 'none'])
      .describe(
        'Whether these marks are those whose hash is in the audit log; `different`: somebody altered them',
      ),
    data: z.array(mark).describe('In the order of their beginnings'),
  })
  .meta({ id: 'RecordingMarks' })

const span = z.strictObject({
  channel,
  from_ms: milliseconds,
  to_ms: milliseconds,
  why: why.default('requested'),
})

export function redactionRoutes(context: RouteContext): void {
  marksRoute(context)
  redactRoute(context)
}

function marksRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/recordings/:id/marks',
    config: { scope: 'recordings:read' },
    schema: {
      operationId: 'getRecordingMarks',
      summary: 'What was overwritten or left out of a recording, and where',
      tags,
      params: recordingParams,
      response: { 200: marks, default: problemResponse },
    },
    async handler(request) {
      const row = playable(await currentRecording(deps, request))
      await auditAct(deps, request, {
        type: 'recording.marks-read',
        call: row.call_id,
        fields: { recording: row.id },
      })
      const found = await deps.redactions.marks(row)
      return {
        recording_id: row.id,
        duration_ms: row.duration_ms,
        audited: found.audited,
        data: found.marks.map((one) => ({
          channel: channels[one.channel],
          from_ms: one.fromMs,
          to_ms: one.toMs,
          kind: one.kind,
          why: one.why,
        })),
      }
    },
  })
}

function redactRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/recordings/:id/redact',
    config: { scope: 'recordings:redact' },
    schema: {
      operationId: 'redactRecording',
      summary: 'Overwrite stretches of a sealed recording',
      description:
        'The sections that a stretch lies in are sealed anew under new keys, in a recording that takes its place; the old one’s key is destroyed, which makes every copy of what they held unreadable. ' +
        'The old id goes on to find the new recording. Again: nothing changes.',
      tags,
      params: recordingParams,
      body: z.strictObject({
        spans: z.array(span).min(1).max(1_000),
        mask: z
          .enum(['silence', 'tone'])
          .default('silence')
          .describe('What takes the place of what was said'),
      }),
      response: {
        200: z
          .object({
            recording,
            replaced: z
              .string()
              .nullable()
              .describe('The recording whose place it took; null: nothing changed'),
          })
          .meta({ id: 'RecordingRedaction' }),
        default: problemResponse,
      },
    },
    handler: async (request) => answer(await carryOut(deps, request)),
  })
}

async function carryOut(
  deps: ApiDeps,
  request: FastifyRequest & {
    readonly params: { readonly id: string }
    readonly body: { readonly spans: readonly z.output<typeof span>[]; readonly mask: 'silence' | 'tone' }
  },
): Promise<ApiRedaction> {
  const spans = spansOf(request.body.spans)
  const row = playable(await currentRecording(deps, request))
  await refuseHeld(deps, row)
  const { id: token, tenant } = callerOf(request)
  const fields = { recording: row.id, spans: spans.length, ms: Math.round(lengthOf(spans)) }
  await auditAct(deps, request, { type: 'recording.redact', call: row.call_id, fields })
  const { mask } = request.body
  const actor = `token:${token}`
  return deps.redactions.redact({ tenant, recording: row.id, spans, mask, actor }).catch((cause: unknown) => {
    if (areKeysAway(cause)) throw cause
    const isAway = isObjectError(cause, 'OBJECT_UNAVAILABLE')
    throw new ApiError(isAway ? 'storage-unavailable' : 'recording-unreadable', { cause })
  })
}

function spansOf(given: readonly z.output<typeof span>[]): RedactionSpan[] {
  const wrong = given.findIndex(({ from_ms, to_ms }) => from_ms >= to_ms)
  if (wrong >= 0) throw emptySpan(wrong)
  return given.map(({ channel: side, from_ms: fromMs, to_ms: toMs, why: reason }) => ({
    channel: side === 'caller' ? 0 : 1,
    fromMs,
    toMs,
    why: reason,
  }))
}

function answer(outcome: ApiRedaction) {
  switch (outcome.kind) {
    case 'redacted':
      return { recording: showRecording(outcome.recording), replaced: outcome.replaced }
    case 'unchanged':
      return { recording: showRecording(outcome.recording), replaced: null }
    case 'refused':
      throw refused(outcome.refusal)
    case 'unusable':
      throw new ApiError(outcome.state === 'deleted' ? 'recording-deleted' : 'recording-unusable')
    case 'busy':
      throw new ApiError('too-many-requests', { headers: { 'retry-after': '30' } })
  }
}

function lengthOf(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

function emptySpan(index: number): ApiError {
  const detail = 'from_ms has to be before to_ms'
  return new ApiError('request-invalid', { errors: [{ pointer: `/spans/${index}`, in: 'body', detail }] })
}

import { z } from 'zod'
import type { TranscriptRow } from '#db'
import type { CallId } from '#kernel'
import { isObjectError } from '#objects'
import { callerOf, needScope } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { areKeysAway } from './keys-away.ts'
import { ApiError } from './problem.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'
import { callId } from './schemas.ts'
import { plainText, transcriptLine, webVtt, type TranscriptLine } from './transcript-text.ts'

const transcript = z
  .object({
    id: z.string(),
    call_id: callId,
    content: z.enum(['redacted', 'original']),
    state: z
      .enum(['sealed', 'recovered'])
      .describe('`recovered`: the gateway crashed during the call, and the last seconds are missing'),
    started_at: z.iso.datetime({ precision: 3 }).describe('What the times count from'),
    language: z.string(),
    engine: z.string().describe('Which engine heard it'),
    policy: z.string().describe('The privacy policy by which it was redacted'),
    key_ref: z.string().describe('The tenant’s key under which its own was made'),
    lines: z.array(transcriptLine),
  })
  .meta({ id: 'Transcript' })

const text = z.string()
const answer = {
  description: 'What was said, in the form that was asked for',
  content: {
    'application/json': { schema: transcript },
    'text/plain': { schema: text },
    'text/vtt': { schema: text },
  },
}

/** What was said on a call, opened and checked for each who asks. */
export function transcriptRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/transcript',
    config: { scope: 'transcripts:read' },
    schema: {
      operationId: 'getCallTranscript',
      summary: 'Read what was said on a call that has ended',
      description:
        'Redacted; with `original` word for word, where the policy keeps that, and with the scope `transcripts:original`. Each request is in the audit log before anything is opened.',
      tags: ['calls'],
      params: z.object({ id: callId }),
      querystring: z.object({
        original: z.enum(['true', 'false']).default('false'),
        format: z.enum(['json', 'text', 'vtt']).default('json'),
      }),
      response: { 200: answer, default: problemResponse },
    },
    async handler(request, reply) {
      const caller = callerOf(request)
      const { format, original } = request.query
      const content = original === 'true' ? 'original' : 'redacted'
      if (content === 'original') needScope(caller, 'transcripts:original')
      const call = request.params.id as CallId
      const row = readable(await deps.transcripts.ofCall(caller.tenant, call), content)
      const fields = { transcript: row.id, content, format }
      await auditAct(deps, request, { type: 'transcript.read', call, fields })
      const lines = await linesOf(deps, row)
      if (format === 'text') return reply.type('text/plain; charset=utf-8').send(plainText(lines) as never)
      if (format === 'vtt') return reply.type('text/vtt; charset=utf-8').send(webVtt(lines) as never)
      return reply.type('application/json').send(shown(row, lines) as never)
    },
  })
}

/** The newest of that content that is whole, or was saved from a crash. */
function readable(rows: readonly TranscriptRow[], content: TranscriptRow['content']): TranscriptRow {
  const own = rows.filter((row) => row.content === content)
  const row = own.findLast(({ state }) => state === 'sealed' || state === 'recovered') ?? own.at(-1)
  if (row === undefined) throw new ApiError('transcript-missing')
  if (row.state === 'writing') throw new ApiError('transcript-running')
  if (row.state === 'deleted') throw new ApiError('transcript-deleted')
  if (row.state === 'failed') throw new ApiError('transcript-missing')
  return row
}

async function linesOf(deps: ApiDeps, row: TranscriptRow): Promise<readonly TranscriptLine[]> {
  const opened = await deps.transcripts.read(row).catch((cause: unknown) => {
    if (areKeysAway(cause)) throw cause
    const isAway = isObjectError(cause, 'OBJECT_UNAVAILABLE')
    throw new ApiError(isAway ? 'storage-unavailable' : 'transcript-unreadable', { cause })
  })
  const lines = z.array(transcriptLine).parse(opened.lines)
  return lines.toSorted((a, b) => a.from_ms - b.from_ms)
}

function shown(row: TranscriptRow, lines: readonly TranscriptLine[]) {
  const { id, call_id, content, state, started_at, language, engine, policy, key_ref } = row
  return {
    id,
    call_id,
    content,
    state,
    started_at: started_at.toISOString(),
    language,
    engine,
    policy,
    key_ref,
    lines,
  }
}

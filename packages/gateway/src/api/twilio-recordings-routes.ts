import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RecordingRow } from '#db'
import { idOfSid, sid } from '#kernel'
import type { SkippedSpan } from '#vault'
import { callerOf } from './authenticate.ts'
import { callCommands } from '#call'
import { deleteRecording } from './delete-recording.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import { sendAudio } from './send-audio.ts'
import {
  runningRecording,
  twilioCall,
  twilioRecording,
  twilioRequest,
  twilioRoute,
  type TwilioContext,
  type TwilioRequest,
} from './twilio-context.ts'
import { recordCommand } from './twilio-create-call.ts'
import { badParameter, notFound, TwilioError } from './twilio-error.ts'
import { twilioPage } from './twilio-page.ts'
import { isWithin, timeRange } from './twilio-time.ts'
import { notInProgress } from './twilio-update-call.ts'
import { accountUri, showTwilioRecording, type TwilioRecordingStatus } from './twilio-views.ts'

export function twilioRecordingsRoutes(context: TwilioContext): void {
  const { deps } = context
  const ofCall = '/Calls/:call/Recordings'
  twilioRoute(context, {
    method: 'POST',
    url: `${ofCall}.json`,
    scope: 'calls:write',
    status: 201,
    handle: (asked) => start(deps, asked),
  })
  twilioRoute(context, {
    method: 'POST',
    url: `${ofCall}/:recording.json`,
    scope: 'calls:write',
    handle: (asked) => update(deps, asked),
  })
  for (const [root, lists] of [
    [ofCall, ['DateCreated']],
    ['/Recordings', ['DateCreated', 'CallSid', 'ConferenceSid']],
  ] as const) {
    const show = async (asked: TwilioRequest) => showNow(deps, await twilioRecording(deps, asked))
    twilioRoute(context, {
      method: 'GET',
      url: `${root}.json`,
      scope: 'recordings:read',
      handle: (asked) => list(context, asked, lists),
    })
    twilioRoute(context, {
      method: 'GET',
      url: `${root}/:recording.json`,
      scope: 'recordings:read',
      handle: show,
    })
    twilioRoute(context, {
      method: 'DELETE',
      url: `${root}/:recording.json`,
      scope: 'recordings:delete',
      handle: (asked) => remove(deps, asked),
    })
  }
  mediaRoutes(context)
}

/** The call’s one recording. Resolves once it runs; who may not be recorded is not. */
async function start(deps: ApiDeps, asked: TwilioRequest): Promise<object> {
  const { request, form } = asked
  form.refuse('RecordingConfigurationId')
  const call = await twilioCall(deps, asked)
  const commands = callCommands.parse([recordCommand(form)])
  if (call.state !== 'active' || (await runningRecording(deps, call)) !== undefined) throw notEligible()
  await auditAct(deps, request, { type: 'call.command', call: call.id, fields: { commands: 'record' } })
  if ((await deps.calls.command(call.id, commands, callerOf(request).id)) === 'ended') throw notInProgress()
  const row = await runningRecording(deps, call)
  if (row === undefined) throw notEligible()
  return showTwilioRecording(row)
}

function notEligible(): TwilioError {
  const why = 'Requested resource is not eligible for recording'
  return new TwilioError(21_220, 400, `Unable to create record: ${why}`)
}

const actions = { paused: 'pause', 'in-progress': 'resume', stopped: 'stop' } as const

/** A pause is silence on the recording’s line of time; with `PauseBehavior=skip` it is marked as one that is left out of what is given out here. */
async function update(deps: ApiDeps, asked: TwilioRequest): Promise<object> {
  const { request, form } = asked
  const status = form.oneOf('Status', ['paused', 'in-progress', 'stopped'])
  if (status === undefined) throw badParameter('Status', 'is required')
  const behavior = form.oneOf('PauseBehavior', ['skip', 'silence']) ?? 'silence'
  const row = await twilioRecording(deps, asked)
  if (row.state !== 'recording') throw new TwilioError(21_220, 400, 'The recording is not in-progress')
  const action = actions[status]
  const fields = { commands: 'record', recording: row.id, action }
  await auditAct(deps, request, { type: 'call.command', call: row.call_id, fields })
  const commands = callCommands.parse([{ type: 'record', action, ...(action === 'pause' && { behavior }) }])
  const outcome = await deps.calls.command(row.call_id, commands, callerOf(request).id)
  if (outcome === 'ended') throw notInProgress()
  const now = (await deps.recordings.get(row.tenant, row.id)) ?? row
  return { ...(await shown(deps, now, status)), ...(status === 'paused' && { pause_behavior: behavior }) }
}

async function shown(deps: ApiDeps, row: RecordingRow, status?: TwilioRecordingStatus) {
  const skipped = await deps.recordings.skipped(row.tenant, [row.id])
  return showTwilioRecording(row, status, skipped.get(row.id))
}

/** That it is paused now is in the call’s story, and nowhere else. */
async function showNow(deps: ApiDeps, row: RecordingRow): Promise<object> {
  if (row.state !== 'recording') return shown(deps, row)
  const story = await deps.calls.story(row.tenant, row.call_id)
  const last = story.findLast(
    ({ kind, fields }) => /^recording\.(?:paused|resumed)$/.test(kind) && fields['recording'] === row.id,
  )
  const status: TwilioRecordingStatus = last?.kind === 'recording.paused' ? 'paused' : 'in-progress'
  return showTwilioRecording(row, status)
}

async function list(
  { deps, cursors }: TwilioContext,
  asked: TwilioRequest,
  names: readonly string[],
): Promise<object> {
  const { request, query } = asked
  const { tenant } = callerOf(request)
  const call = asked.names.call === '' ? undefined : await twilioCall(deps, asked)
  const wanted = query.text('CallSid')
  const callId = call?.id ?? (wanted === undefined ? undefined : idOfSid('call', 'CA', wanted))
  const isNone = query.text('ConferenceSid') !== undefined || (wanted !== undefined && callId === undefined)
  const created = timeRange(query, 'DateCreated')
  const path = call === undefined ? '' : `/Calls/${sid('CA', call.id)}`
  return twilioPage<RecordingRow & { readonly skipped: readonly SkippedSpan[] }>(cursors, {
    tenant,
    name: 'recordings',
    path: `${accountUri(tenant)}${path}/Recordings.json`,
    query,
    filters: names.flatMap((name) => (name === 'DateCreated' ? [name, `${name}<`, `${name}>`] : [name])),
    fromMs: created.fromMs,
    rows: async (page) => (isNone ? [] : withSkipped(deps, { tenant, ...page, filter: { callId } })),
    fits: (row) => row.state !== 'deleted' && row.replaced_by === null && isWithin(created, row.started_at),
    show: (row) => showTwilioRecording(row, undefined, row.skipped),
  })
}

async function withSkipped(deps: ApiDeps, page: Parameters<ApiDeps['recordings']['list']>[0]) {
  const rows = await deps.recordings.list(page)
  const skipped = await deps.recordings.skipped(
    page.tenant,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, skipped: skipped.get(row.id) ?? [] }))
}

async function remove(deps: ApiDeps, asked: TwilioRequest): Promise<null> {
  const row = await twilioRecording(deps, asked)
  await deleteRecording(deps, asked.request, row)
  return null
}

/** The audio, as those fetch it who put `.wav` behind a recording’s address. Each fetch is in the audit log first. */
function mediaRoutes({ app, deps }: TwilioContext): void {
  for (const [suffix, isOffered] of [
    ['', true],
    ['.wav', true],
    ['.mp3', false],
  ] as const)
    app.route({
      method: 'GET',
      url: `/Recordings/:recording${suffix}`,
      config: { scope: 'recordings:read' },
      schema: { hide: true },
      async handler(request: FastifyRequest, reply: FastifyReply) {
        if (!isOffered) throw new TwilioError(20_406, 406, 'Audio is offered as .wav')
        const row = await twilioRecording(deps, twilioRequest(request))
        if (row.state === 'failed') throw notFound()
        const whole = { from_ms: 0, to_ms: undefined, format: 'pcm16', pauses: 'skip' } as const
        return sendAudio(deps, request, reply, row, whole)
      },
    })
}

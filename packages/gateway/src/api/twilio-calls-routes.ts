import type { CallRow } from '#db'
import { idOfSid } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { asUnaudited } from './holds-routes.ts'
import { createTwilioCall } from './twilio-create-call.ts'
import {
  isErased,
  twilioCall,
  twilioRoute,
  type TwilioContext,
  type TwilioRequest,
} from './twilio-context.ts'
import { TwilioError } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'
import { callsAndLegs, isLive } from './twilio-legs.ts'
import { twilioPage } from './twilio-page.ts'
import { isWithin, timeRange } from './twilio-time.ts'
import { callOrLeg, updateTwilioCall } from './twilio-update-call.ts'
import { accountUri, showTwilioCall, type ShownCall } from './twilio-views.ts'

export function twilioCallsRoutes(context: TwilioContext): void {
  const { deps } = context
  twilioRoute(context, {
    method: 'POST',
    url: '/Calls.json',
    scope: 'calls:write',
    status: 201,
    handle: (asked) => createTwilioCall(context, asked),
  })
  twilioRoute(context, {
    method: 'GET',
    url: '/Calls.json',
    scope: 'calls:read',
    handle: (asked) => list(context, asked),
  })
  twilioRoute(context, {
    method: 'GET',
    url: '/Calls/:call.json',
    scope: 'calls:read',
    handle: async (asked) => showTwilioCall(await callOrLeg(deps, asked)),
  })
  twilioRoute(context, {
    method: 'POST',
    url: '/Calls/:call.json',
    scope: 'calls:write',
    handle: (asked) => updateTwilioCall(context, asked),
  })
  twilioRoute(context, {
    method: 'DELETE',
    url: '/Calls/:call.json',
    scope: 'subjects:erase',
    handle: async (asked) => (await erase(deps, asked), null),
  })
}

const filters = [
  'To',
  'From',
  'Status',
  'ParentCallSid',
  'StartTime',
  'StartTime<',
  'StartTime>',
  'EndTime',
  'EndTime<',
  'EndTime>',
] as const

const statuses = [
  'queued',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const

async function list({ deps, cursors }: TwilioContext, { request, query }: TwilioRequest): Promise<object> {
  const { tenant } = callerOf(request)
  const started = timeRange(query, 'StartTime')
  const fits = filterOf(query)
  const wanted = query.text('ParentCallSid')
  const parent = wanted === undefined ? undefined : idOfSid('call', 'CA', wanted)
  const isNone = wanted !== undefined && parent === undefined
  return twilioPage<ShownCall>(cursors, {
    tenant,
    name: 'calls',
    path: `${accountUri(tenant)}/Calls.json`,
    query,
    filters,
    fromMs: started.fromMs,
    rows: async (page) =>
      isNone ? [] : callsAndLegs(deps, { tenant, ...page, state: stateOf(query), parent }),
    fits: (row) => !isErased(row, !isLive(row.status)) && isWithin(started, row.started_at) && fits(row),
    show: (row) => showTwilioCall(row),
  })
}

/** What the database can tell apart. */
function stateOf(query: TwilioForm): CallRow['state'] | undefined {
  const status = query.oneOf('Status', statuses)
  switch (status) {
    case undefined:
      return undefined
    case 'queued':
    case 'ringing':
      return 'ringing'
    case 'in-progress':
      return 'active'
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return 'ended'
  }
}

function filterOf(query: TwilioForm): (row: ShownCall) => boolean {
  const [to, from] = [query.text('To'), query.text('From')]
  const status = query.oneOf('Status', statuses)
  const ended = timeRange(query, 'EndTime')
  return (row) =>
    (to === undefined || row.to === to) &&
    (from === undefined || row.from === from) &&
    (status === undefined || row.status === status) &&
    isWithin(ended, row.ended_at)
}

/** All that is kept of the call goes, its recordings among it, as with `POST /v1/subjects/erase`. */
async function erase(deps: ApiDeps, asked: TwilioRequest): Promise<void> {
  const call = await twilioCall(deps, asked)
  if (call.state !== 'ended')
    throw new TwilioError(20_009, 409, 'Cannot delete this resource before it is complete')
  const { tenant, id } = callerOf(asked.request)
  const page = { tenant, limit: 1_000, before: undefined, filter: { callId: call.id } }
  const recordings = (await deps.recordings.list(page)).filter(({ state }) => state !== 'deleted')
  for (const object of [call.id, ...recordings.map((row) => row.id)]) {
    const refusal = await deps.retention.refusal(call.id, object)
    if (refusal === undefined) continue
    throw new TwilioError(20_409, 409, `The call may not be deleted now (${refusal.why})`)
  }
  const wanted = { kind: 'erase', subject: call.id, withAudio: false } as const
  await deps.retention.subjects.ask(tenant, wanted, `token:${id}`).catch(asUnaudited)
}

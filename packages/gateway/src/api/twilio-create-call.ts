import { callCommands, dialAddress, type CallCommand, type CreateCall, type CreatedCall } from '#call'
import { applicationSid, type AppId, type CallId, type TenantId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { createdOf } from './created-call.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import type { TwilioContext, TwilioRequest } from './twilio-context.ts'
import { badParameter, notFound, TwilioError } from './twilio-error.ts'
import { eventsOf } from './twilio-events.ts'
import type { TwilioForm } from './twilio-form.ts'
import { commandsOfTwiml } from './twilio-twiml.ts'
import { showTwilioCall, shownCall } from './twilio-views.ts'

/** What we would have to do otherwise than asked, or cannot do at all. */
const notOffered = [
  'AsyncAmd',
  'AsyncAmdStatusCallback',
  'Byoc',
  'CallToken',
  'ClientNotificationUrl',
  'FallbackUrl',
  'MachineDetection',
  'Passports',
  'RecordingConfigurationId',
  'SipAuthPassword',
  'SipAuthUsername',
] as const

/** Calls somebody, as `client.calls.create()` asks for it. */
export async function createTwilioCall({ deps }: TwilioContext, asked: TwilioRequest): Promise<object> {
  const { request, form } = asked
  const { tenant, id: token } = callerOf(request)
  form.refuse(...notOffered)
  const app = appOf(deps, tenant, form)
  const wanted = { ...partiesOf(form), ...sourceOf(deps, app, form), ...conditionsOf(form) }
  await auditAct(deps, request, { type: 'call.create', fields: { app } })
  const plain = { tenant, token, app, variables: {}, parameters: {}, record: false }
  const id = idOf(await deps.calls.create({ ...plain, ...wanted }))
  const row = await deps.calls.get(tenant, id)
  if (row === undefined) throw notFound()
  return showTwilioCall(shownCall(row, 'queued'))
}

function idOf(created: CreatedCall): CallId {
  if (!created.ok && created.why === 'no-app')
    throw badParameter('ApplicationSid', 'is not an app of this account', 21_218)
  return createdOf(created)
}

/** The app whose settings count: by its sid or by its id, or the only one that the tenant has. */
function appOf(deps: ApiDeps, tenant: TenantId, form: TwilioForm): AppId {
  const own = deps.twilio.apps(tenant)
  const name = form.text('ApplicationSid')
  const app = name === undefined ? own : own.filter((id) => id === name || applicationSid(id) === name)
  const [only] = app
  if (only !== undefined && app.length === 1) return only
  const what =
    name === undefined
      ? 'must say which app has the call: the account has not exactly one that speaks this dialect'
      : 'is not an app of this account that speaks this dialect'
  throw badParameter('ApplicationSid', what, 21_218)
}

function partiesOf(form: TwilioForm): Pick<CreateCall, 'to' | 'from'> {
  const [to, from] = [form.text('To'), form.text('CallerId') ?? form.text('From')]
  if (to === undefined) throw new TwilioError(21_201, 400, "No 'To' number is specified")
  if (from === undefined) throw new TwilioError(21_213, 400, "'From' phone number is required")
  if (!dialAddress.safeParse(to).success)
    throw new TwilioError(21_211, 400, "'To' is not a phone number in E.164 form or a sip: address")
  if (!dialAddress.safeParse(from).success)
    throw new TwilioError(21_212, 400, "'From' is not a phone number in E.164 form or a sip: address")
  return { to, from }
}

/** Where the call's TwiML comes from. Without a word about it, from the app's own address. */
function sourceOf(deps: ApiDeps, app: AppId, form: TwilioForm): Pick<CreateCall, 'actions' | 'ask'> {
  const url = form.url('Url', 21_205)
  const twiml = form.text('Twiml')
  if (url !== undefined && twiml !== undefined)
    throw new TwilioError(21_205, 400, "Only one of 'Url' and 'Twiml' may be given")
  if (twiml !== undefined) return { actions: commandsOfTwiml(deps, app, twiml), ask: undefined }
  if (url !== undefined) return { actions: undefined, ask: { url, method: form.method('Method') } }
  if (form.text('ApplicationSid') === undefined)
    throw new TwilioError(21_205, 400, "One of 'Url', 'Twiml' and 'ApplicationSid' is required")
  return { actions: undefined, ask: undefined }
}

const statusEvents = {
  initiated: ['initiated'],
  ringing: ['ringing'],
  answered: ['answered'],
  completed: ['ended'],
} as const

function conditionsOf(form: TwilioForm): Pick<CreateCall, 'before' | 'events' | 'limitMs' | 'ringTimeoutMs'> {
  const limit = form.int('TimeLimit', 1, 86_400)
  return {
    before: firstOf(form),
    events: eventsOf(form, 'StatusCallback', statusEvents, ['ended']),
    limitMs: limit === undefined ? undefined : limit * 1_000,
    ringTimeoutMs: Math.min(form.int('Timeout', 1, 600) ?? 60, 180) * 1_000,
  }
}

/** What is done as soon as somebody answered. */
function firstOf(form: TwilioForm): readonly CallCommand[] {
  const digits = form.text('SendDigits')
  if (digits !== undefined && !/^[0-9A-Da-d*#wW]{1,64}$/.test(digits))
    throw badParameter('SendDigits', 'has digits, *, #, w and W, 64 at most', 21_206)
  return callCommands.parse([
    ...(form.bool('Record') === true ? [recordCommand(form)] : []),
    ...(digits === undefined ? [] : [{ type: 'send_digits', digits }]),
  ])
}

const recordingEvents = {
  'in-progress': ['started'],
  completed: ['completed'],
  absent: ['failed', 'refused'],
} as const

/** The native command for a recording that is told of as the form says. */
export function recordCommand(form: TwilioForm): object {
  const track = form.oneOf('RecordingTrack', ['both', 'inbound', 'outbound'])
  if (track === 'inbound' || track === 'outbound')
    throw badParameter('RecordingTrack', 'is always both: each party has a channel of its own')
  const events = eventsOf(form, 'RecordingStatusCallback', recordingEvents, ['completed'])
  return { type: 'record', action: 'start', ...(events && { events }) }
}

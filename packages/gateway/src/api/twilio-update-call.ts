import type { CallCommand } from '#call'
import type { CallRow } from '#db'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import { twilioCall, type TwilioContext, type TwilioRequest } from './twilio-context.ts'
import { TwilioError } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'
import { commandsOfTwiml } from './twilio-twiml.ts'
import { showTwilioCall, shownCall, type ShownCall } from './twilio-views.ts'
import { hangUpLeg, refuseLeg, twilioLeg } from './twilio-legs.ts'

/** Ends a call, or has it do something else, as `client.calls(sid).update()` asks for it. */
export async function updateTwilioCall({ deps }: TwilioContext, asked: TwilioRequest): Promise<object> {
  const { form } = asked
  form.refuse('FallbackUrl', 'StatusCallback', 'TimeLimit')
  const status = form.oneOf('Status', ['completed', 'canceled'])
  const leg = await twilioLeg(deps, asked)
  if (leg !== undefined) {
    if (status === undefined) refuseLeg('A change')
    await hangUpLeg(deps, asked, leg, status)
    return showTwilioCall(await callOrLeg(deps, asked))
  }
  const row = await twilioCall(deps, asked)
  if (status !== undefined) await hangUp(deps, asked, row, status)
  else await redirect(deps, asked, row, commandsOf(deps, row, form))
  return showTwilioCall(shownCall(await twilioCall(deps, asked)))
}

/** What the request names. Throws `TwilioError` (20404) for what is not the tenant's, or was deleted. */
export async function callOrLeg(deps: ApiDeps, asked: TwilioRequest): Promise<ShownCall> {
  return (await twilioLeg(deps, asked)) ?? shownCall(await twilioCall(deps, asked))
}

/** A call that is over stays as it is, and one that was answered is not cancelled: both may be asked for again and again. */
async function hangUp(
  deps: ApiDeps,
  { request }: TwilioRequest,
  { id, state }: CallRow,
  status: 'completed' | 'canceled',
): Promise<void> {
  if (state === 'ended' || (status === 'canceled' && state === 'active')) return
  await auditAct(deps, request, { type: 'call.hangup', call: id })
  await deps.calls.hangup(id)
}

async function redirect(
  deps: ApiDeps,
  { request }: TwilioRequest,
  { id, state }: CallRow,
  commands: readonly CallCommand[],
): Promise<void> {
  if (state !== 'active') throw notInProgress()
  const fields = { commands: commands.map(({ type }) => type).join(' ') }
  await auditAct(deps, request, { type: 'call.command', call: id, fields })
  if ((await deps.calls.command(id, commands, callerOf(request).id)) === 'ended') throw notInProgress()
}

function commandsOf(deps: ApiDeps, { app, tenant }: CallRow, form: TwilioForm): readonly CallCommand[] {
  const url = form.url('Url', 21_205)
  const twiml = form.text('Twiml')
  if ((url === undefined) === (twiml === undefined))
    throw new TwilioError(21_205, 400, "One of 'Url', 'Twiml' and 'Status' is required, and no more than one")
  if (!deps.twilio.apps(tenant).includes(app))
    throw new TwilioError(21_218, 400, 'The call is of an app that does not speak this dialect')
  if (url !== undefined) return [{ type: 'redirect', url, method: form.method('Method') }]
  return commandsOfTwiml(deps, app, twiml ?? '')
}

export function notInProgress(): TwilioError {
  return new TwilioError(21_220, 400, 'Call is not in-progress')
}

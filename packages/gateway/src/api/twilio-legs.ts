import { callCommands } from '#call'
import type { CallLegRow, CallRow } from '#db'
import { twilioEnd } from '#dialect'
import { idOfSid, type CallId, type LegId, type TenantId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import type { TwilioRequest } from './twilio-context.ts'
import { TwilioError } from './twilio-error.ts'
import { shownCall, type ShownCall, type TwilioCallStatus } from './twilio-views.ts'

/** Somebody whom a `Dial` called: to Twilio's clients a call of its own, to us a leg. */
export interface ShownLeg extends ShownCall {
  readonly id: LegId
  readonly parent: CallId
}

/** The leg that the request names; undefined when there is none of that name, or it is another tenant's. */
export async function twilioLeg(
  deps: ApiDeps,
  { request, names }: TwilioRequest,
): Promise<ShownLeg | undefined> {
  const { tenant } = callerOf(request)
  const id = idOfSid('leg', 'CA', names.call)
  const row = id && (await deps.calls.legs.get(tenant, id))
  return row && shownLeg(deps, row)
}

/** Throws `TwilioError` for what can only be asked of the call that dialled it. */
export function refuseLeg(what: string): never {
  const message = `${what} of a leg that Dial made is not offered here: ask for it by its parent call`
  throw new TwilioError(21_220, 400, message)
}

/** Ends the leg alone, ringing or connected; the call that dialled it goes on with its `action`. One that is over stays as it is. */
export async function hangUpLeg(
  deps: ApiDeps,
  { request }: TwilioRequest,
  { id, parent, status: now }: ShownLeg,
  wanted: 'completed' | 'canceled',
): Promise<void> {
  if (!isLive(now) || (wanted === 'canceled' && now === 'in-progress')) return
  await auditAct(deps, request, { type: 'call.hangup', call: parent, fields: { leg: id } })
  const commands = callCommands.parse([{ type: 'hangup', leg_id: id }])
  await deps.calls.command(parent, commands, callerOf(request).id)
}

export function isLive(status: TwilioCallStatus): boolean {
  return status === 'ringing' || status === 'in-progress'
}

/** Calls and the legs that they dialled, newest first; the legs of one call alone, where it is named. */
export async function callsAndLegs(
  deps: ApiDeps,
  page: {
    readonly tenant: TenantId
    readonly limit: number
    readonly before: string | undefined
    readonly state: CallRow['state'] | undefined
    readonly parent: CallId | undefined
  },
): Promise<readonly ShownCall[]> {
  const { tenant, limit, state, parent } = page
  const age = page.before && ageOf(page.before)
  const before = (kind: string) => age && `${kind}_${age}`
  const [calls, legs] = await Promise.all([
    parent === undefined ? deps.calls.list({ tenant, limit, before: before('call'), filter: { state } }) : [],
    deps.calls.legs.list({ tenant, limit, before: before('leg'), filter: { callId: parent } }),
  ])
  const shown = [
    ...calls.map((row) => shownCall(row)),
    ...(await Promise.all(legs.map((row) => shownLeg(deps, row)))),
  ]
  return shown.toSorted((a, b) => (ageOf(a.id) < ageOf(b.id) ? 1 : -1)).slice(0, limit)
}

/** Ids of both kinds sort by what stands behind their prefix. */
function ageOf(id: string): string {
  return id.slice(id.indexOf('_') + 1)
}

async function shownLeg(deps: ApiDeps, row: CallLegRow): Promise<ShownLeg> {
  const { call_id: parent, outcome, sip_status: sipStatus, ...leg } = await settled(deps, row)
  const end = () => twilioEnd(outcome ?? '', outcome === 'answered', sipStatus ?? undefined).status
  const status = leg.state === 'ended' ? end() : leg.state === 'active' ? 'in-progress' : 'ringing'
  // Nobody talked with whoever was asked first, and was not connected.
  const answeredAt = leg.state === 'ended' && outcome !== 'answered' ? null : leg.answered_at
  return { ...leg, answered_at: answeredAt, parent, status, direction: 'outbound-dial' }
}

/** A leg does not outlive its call: one that a crash left open ended with it. */
async function settled(deps: ApiDeps, row: CallLegRow): Promise<CallLegRow> {
  if (row.state === 'ended') return row
  const call = await deps.calls.get(row.tenant, row.call_id)
  if (call !== undefined && call.state !== 'ended') return row
  const outcome = row.answered_at === null ? 'cancelled' : 'answered'
  return { ...row, state: 'ended', outcome, ended_at: call?.ended_at ?? row.answered_at ?? row.started_at }
}

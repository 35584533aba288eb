import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Scope } from '#access'
import type { CallRow, RecordingRow } from '#db'
import { idOfSid } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { latestRecording } from './existing-recording.ts'
import type { FastifyApi } from './fastify-api.ts'
import type { RouteContext } from './route-context.ts'
import { notFound } from './twilio-error.ts'
import { parseForm, type TwilioForm } from './twilio-form.ts'
import { refuseLeg, twilioLeg } from './twilio-legs.ts'

const names = z.object({
  account: z.string(),
  call: z.string().default(''),
  recording: z.string().default(''),
  stream: z.string().default(''),
  payment: z.string().default(''),
})
export type TwilioNames = z.output<typeof names>

/** A request of a client of Twilio's, as its handlers want it. */
export interface TwilioRequest {
  readonly request: FastifyRequest
  readonly names: TwilioNames
  /** What the body says. */
  readonly form: TwilioForm
  readonly query: TwilioForm
}

export interface TwilioRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/2010-04-01/Accounts/:account`. */
  readonly url: string
  readonly scope: Scope
  readonly status?: number
  /** Null: there is nothing to say. */
  handle(asked: TwilioRequest): Promise<object | null>
}

/** The server part in which these routes live, and what they work with. */
export type TwilioContext = RouteContext

export function twilioRoute({ app }: TwilioContext, route: TwilioRoute): void {
  app.route({
    method: route.method,
    url: route.url,
    config: { scope: route.scope },
    schema: { hide: true },
    async handler(request, reply) {
      const answer = await route.handle(twilioRequest(request))
      const code = route.status ?? (answer === null ? 204 : 200)
      if (answer === null) return reply.code(code).send()
      return reply.code(code).type('application/json').send(JSON.stringify(answer))
    },
  } satisfies Parameters<FastifyApi['route']>[0])
}

export function twilioRequest(request: FastifyRequest): TwilioRequest {
  const { url } = request
  const at = url.indexOf('?')
  return {
    request,
    names: names.parse(request.params),
    form: parseForm(typeof request.body === 'string' ? request.body : ''),
    query: parseForm(at === -1 ? '' : url.slice(at + 1)),
  }
}

/** What stands for a number that was erased: the row is kept as a figure, and is nobody's call any more. */
const erasedNumber = 'erased'

/** Throws `TwilioError` (20404) for what is not the tenant's, or was deleted; 21220 for a leg, which is no call to do anything with here. */
export async function twilioCall(deps: ApiDeps, asked: TwilioRequest): Promise<CallRow> {
  const id = idOfSid('call', 'CA', asked.names.call)
  const row = id && (await deps.calls.get(callerOf(asked.request).tenant, id))
  if (row !== undefined && !isErased(row, row.state === 'ended')) return row
  if ((await twilioLeg(deps, asked)) !== undefined) refuseLeg('This')
  throw notFound()
}

export function isErased({ from, to }: Pick<CallRow, 'from' | 'to'>, isOver: boolean): boolean {
  return isOver && from === erasedNumber && to === erasedNumber
}

/** A recording by its sid, or the call's one that runs by the name `Twilio.CURRENT`. */
export async function twilioRecording(deps: ApiDeps, asked: TwilioRequest): Promise<RecordingRow> {
  const { tenant } = callerOf(asked.request)
  const { recording, call } = asked.names
  const row =
    recording === 'Twilio.CURRENT' ? await running(deps, asked) : await named(deps, tenant, recording)
  if (row === undefined || row.state === 'deleted') throw notFound()
  if (call !== '' && row.call_id !== idOfSid('call', 'CA', call)) throw notFound()
  return row
}

/** What took its place, when it was redacted: whoever has the old name means the audio of that call. */
async function named(
  deps: ApiDeps,
  tenant: RecordingRow['tenant'],
  text: string,
): Promise<RecordingRow | undefined> {
  const id = idOfSid('rec', 'RE', text)
  const row = id && (await deps.recordings.get(tenant, id))
  return row && latestRecording(deps, row)
}

async function running(deps: ApiDeps, asked: TwilioRequest): Promise<RecordingRow | undefined> {
  const call = await twilioCall(deps, asked)
  return runningRecording(deps, call)
}

export async function runningRecording(
  deps: ApiDeps,
  { id, tenant }: Pick<CallRow, 'id' | 'tenant'>,
): Promise<RecordingRow | undefined> {
  const rows = await deps.recordings.list({ tenant, limit: 100, before: undefined, filter: { callId: id } })
  return rows.find(({ state }) => state === 'recording')
}

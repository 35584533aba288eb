import { callCommands, type StreamCommand } from '#call'
import type { CallRow } from '#db'
import { rfc2822 } from '#dialect'
import { accountSid, idOfSid, sid, type StreamId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import { twilioCall, twilioRoute, type TwilioContext, type TwilioRequest } from './twilio-context.ts'
import { badParameter, notFound } from './twilio-error.ts'
import { eventsOf } from './twilio-events.ts'
import type { TwilioForm } from './twilio-form.ts'
import { notInProgress } from './twilio-update-call.ts'
import { accountUri } from './twilio-views.ts'

export function twilioStreamsRoutes(context: TwilioContext): void {
  twilioRoute(context, {
    method: 'POST',
    url: '/Calls/:call/Streams.json',
    scope: 'calls:write',
    status: 201,
    handle: (asked) => start(context.deps, asked),
  })
  twilioRoute(context, {
    method: 'POST',
    url: '/Calls/:call/Streams/:stream.json',
    scope: 'calls:write',
    handle: (asked) => stop(context.deps, asked),
  })
}

/** A stream that the app only hears. Whether it comes about is told to its `StatusCallback`. */
async function start(deps: ApiDeps, asked: TwilioRequest): Promise<object> {
  const { request, form } = asked
  const call = await twilioCall(deps, asked)
  const command = commandOf(form)
  if (call.state !== 'active') throw notInProgress()
  await auditAct(deps, request, { type: 'call.command', call: call.id, fields: { commands: 'stream' } })
  const stream = await deps.calls.fork(call.id, command, callerOf(request).id)
  if (stream === 'ended') throw notInProgress()
  return show(deps, call, stream, 'in-progress', command.name)
}

async function stop(deps: ApiDeps, asked: TwilioRequest): Promise<object> {
  const call = await twilioCall(deps, asked)
  const stream = idOfSid('strm', 'MZ', asked.names.stream)
  const status = asked.form.oneOf('Status', ['stopped'])
  if (stream === undefined) throw notFound()
  if (status === undefined) throw badParameter('Status', 'is required')
  const fields = { commands: 'stream', stream, action: 'stop' }
  await auditAct(deps, asked.request, { type: 'call.command', call: call.id, fields })
  const outcome = await deps.calls.closeStream(call.id, stream)
  if (outcome === 'unknown') throw notFound()
  if (outcome === 'ended') throw notInProgress()
  return show(deps, call, stream, 'stopped', undefined)
}

const tracks = { inbound_track: 'inbound', outbound_track: 'outbound', both_tracks: 'both_tracks' } as const

const streamEvents = {
  'stream-started': ['started'],
  'stream-stopped': ['ended'],
  'stream-error': ['failed'],
} as const

function commandOf(form: TwilioForm): StreamCommand {
  const url = form.text('Url')
  if (url === undefined || !/^wss:\/\/[^?#]+$/.test(url) || !URL.canParse(url))
    throw badParameter('Url', 'must be a wss address without a query', 21_205)
  const track = form.oneOf('Track', ['inbound_track', 'outbound_track', 'both_tracks']) ?? 'inbound_track'
  const events = eventsOf(form, 'StatusCallback', streamEvents, ['started', 'ended', 'failed'])
  const read = callCommands.safeParse([
    {
      type: 'stream',
      url,
      direction: tracks[track],
      parameters: parametersOf(form),
      ...(form.text('Name') !== undefined && { name: form.text('Name')?.slice(0, 100) }),
      ...(events && { events }),
    },
  ])
  const command = read.data?.[0]
  if (command?.type !== 'stream') throw badParameter('Url', 'is none that a stream may have', 21_205)
  return command
}

const maxParameters = 99
const maxPairLetters = 500

function parametersOf(form: TwilioForm): Readonly<Record<string, string>> {
  const pairs: [string, string][] = []
  for (let number = 1; number <= maxParameters; number++) {
    const name = form.text(`Parameter${number}.Name`)
    if (name === undefined) continue
    const value = form.text(`Parameter${number}.Value`) ?? ''
    if (name.length > 256 || name.length + value.length >= maxPairLetters)
      throw badParameter(`Parameter${number}`, `has ${maxPairLetters} characters or more`)
    pairs.push([name, value])
  }
  return Object.fromEntries(pairs)
}

function show(
  deps: ApiDeps,
  { id, tenant }: CallRow,
  stream: StreamId,
  status: 'in-progress' | 'stopped',
  name: string | undefined,
): object {
  const [callSid, streamSid] = [sid('CA', id), sid('MZ', stream)]
  return {
    sid: streamSid,
    account_sid: accountSid(tenant),
    call_sid: callSid,
    name: name ?? null,
    status,
    date_updated: rfc2822(deps.clock.now()),
    uri: `${accountUri(tenant)}/Calls/${callSid}/Streams/${streamSid}.json`,
  }
}

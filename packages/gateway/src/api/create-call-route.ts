import { z } from 'zod'
import {
  actionUrl,
  actionMethod,
  callCommands,
  changedVariables,
  dialAddress,
  events,
  maxVariables,
  maxVariablesBytes,
  ringTimeoutMs,
  variableName,
  variableValue,
} from '#call'
import type { AppId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { createdOf } from './created-call.ts'
import { ApiError } from './problem.ts'
import { auditAct, idempotencyHeaders, problemResponse, type RouteContext } from './route-context.ts'
import { call } from './schemas.ts'
import { showCall } from './views.ts'

const few = <Value>(record: Readonly<Record<string, Value>>) => Object.keys(record).length <= maxVariables
const tooMany = `at most ${maxVariables}`
const tooMuch = `${tooMany}, and ${maxVariablesBytes} bytes as JSON`

const newCall = z
  .strictObject({
    to: dialAddress,
    from: dialAddress.optional().describe('Caller ID to show, one that the app may; default: its first'),
    app: z
      .string()
      .max(63)
      .optional()
      .describe('The app that has the call; default: the only one your token’s tenant has'),
    ring_timeout_ms: ringTimeoutMs,
    variables: z
      .record(variableName, variableValue)
      .refine((variables) => typeof changedVariables({}, variables) !== 'string', tooMuch)
      .default({})
      .describe('What you want to note about the call'),
    parameters: z
      .record(z.string().max(256), z.string().max(500))
      .refine(few, tooMany)
      .default({})
      .describe('Handed to the app with `call.connected`, and not kept'),
    actions: callCommands
      .optional()
      .describe('Run when the call is answered; without them the app is asked with `call.connected`'),
    record: z.boolean().default(false).describe('Record both sides from the answer on'),
    ask_url: actionUrl.optional().describe('Asked first, instead of the app’s `webhook.url`'),
    ask_method: actionMethod,
    events: events
      .optional()
      .describe(
        'Where `call.initiated`, `ringing`, `answered`, `failed` and `ended` are told, instead of the app’s `eventsUrl`',
      ),
  })
  .meta({ id: 'NewCall' })

export function createCallRoute({ app, deps, once }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/calls',
    config: { scope: 'calls:write' },
    schema: {
      operationId: 'createCall',
      summary: 'Call somebody',
      description:
        'Answers as soon as the call is on record. What becomes of it is told by webhook: `call.ringing`, `call.answered` or `call.failed`, and `call.ended`. Whom an app may call, and how often, is in its `dialing` settings.',
      tags: ['calls'],
      headers: idempotencyHeaders,
      body: newCall,
      response: { 201: call, default: problemResponse },
    },
    async handler(request, reply) {
      const { ring_timeout_ms: ringMs, app: asked, ask_url: url, ask_method: method, ...rest } = request.body
      const ask = url === undefined ? undefined : { url, method }
      const { tenant, id: token } = callerOf(request)
      const body = await once(
        request,
        reply,
        async () => {
          await auditAct(deps, request, { type: 'call.create', fields: { app: asked ?? null } })
          const { from, actions, ...plain } = rest
          const about = {
            ...plain,
            from,
            actions,
            ask,
            app: asked as AppId | undefined,
            ringTimeoutMs: ringMs,
          }
          const id = createdOf(await deps.calls.create({ ...about, tenant, token }))
          const row = await deps.calls.get(tenant, id)
          if (row === undefined) throw new ApiError('not-found')
          return showCall(row)
        },
        (shown) =>
          deps.retention.isStreamOnly(tenant) ? { ...shown, from: '', to: '', variables: {} } : shown,
      )
      return reply.code(201).send(body)
    },
  })
}

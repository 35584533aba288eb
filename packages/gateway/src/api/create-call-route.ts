import { z } from 'zod'
import { callCommands, dialAddress, ringTimeoutMs, type CreatedCall } from '#call'
import type { AppId, CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, idempotencyHeaders, problemResponse, type RouteContext } from './route-context.ts'
import { call, maxVariables, variableName, variableValue } from './schemas.ts'
import { showCall } from './views.ts'

const few = <Value>(record: Readonly<Record<string, Value>>) => Object.keys(record).length <= maxVariables
const tooMany = `at most ${maxVariables}`

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
      .refine(few, tooMany)
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
      const { ring_timeout_ms: ringMs, app: asked, ...rest } = request.body
      const { tenant, id: token } = callerOf(request)
      const body = await once(
        request,
        reply,
        async () => {
          await auditAct(deps, request, { type: 'call.create', fields: { app: asked ?? null } })
          const { from, actions, ...plain } = rest
          const about = { ...plain, from, actions, app: asked as AppId | undefined, ringTimeoutMs: ringMs }
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

function createdOf(created: CreatedCall): CallId {
  if (created.ok) return created.id
  const { why } = created
  switch (why) {
    case 'no-app':
      throw new ApiError('request-invalid', { errors: [{ pointer: '/app', in: 'body', detail: noApp }] })
    case 'concurrency':
    case 'rate':
    case 'minutes':
    case 'spend':
      throw new ApiError('dial-limited', { why })
    case 'unaudited':
      throw new ApiError('audit-unavailable')
    case 'unavailable':
    case 'draining':
    case 'over-capacity':
      throw new ApiError('calls-unavailable', { why, headers: { 'retry-after': '5' } })
    case 'region':
    case 'not-configured':
    case 'not-a-number':
    case 'caller-id':
    case 'country':
    case 'high-risk':
    case 'denied':
    case 'uri':
    case 'transfer-target':
    case 'stopped':
      throw new ApiError('dial-refused', { why })
  }
}

const noApp = 'There is no such app; without one your tenant must have exactly one.'

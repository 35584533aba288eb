import { z } from 'zod'
import {
  callCommands,
  changedVariables,
  maxVariables,
  maxVariablesBytes,
  variableName,
  variableValue,
} from '#call'
import type { CallRow } from '#db'
import type { CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import {
  auditAct,
  idempotencyHeaders,
  pageOfRows,
  problemResponse,
  type RouteContext,
} from './route-context.ts'
import { createCallRoute } from './create-call-route.ts'
import { accepted, auditEntry, call, callDetail, callId, pageOf, pageQuery } from './schemas.ts'
import { showCall, showCallDetail } from './views.ts'

const params = z.object({ id: callId })
const tags = ['calls']
const variableChange = z
  .record(variableName, variableValue.nullable())
  .describe('Names and values to set; null takes a name away')

export function callsRoutes(context: RouteContext): void {
  readRoutes(context)
  createCallRoute(context)
  trailRoute(context)
  receiptRoute(context)
  commandRoutes(context)
  variablesRoute(context)
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/calls',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'listCalls',
      summary: 'List calls, newest first',
      tags,
      querystring: pageQuery.extend({ state: call.shape.state.optional() }),
      response: { 200: pageOf(call, 'CallPage'), default: problemResponse },
    },
    async handler(request) {
      const { state } = request.query
      const list = (page: { tenant: CallRow['tenant']; limit: number; before: string | undefined }) =>
        deps.calls.list({ ...page, filter: { state } })
      const { rows, ...page } = await pageOfRows(cursors, request, {
        scope: ['calls', state],
        query: request.query,
        rows: list,
      })
      return { data: rows.map(showCall), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/calls/:id',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'getCall',
      summary: 'Get a call with its story, its security receipt and its SIP ladder',
      tags,
      params,
      response: { 200: callDetail, default: problemResponse },
    },
    async handler(request) {
      const { tenant } = callerOf(request)
      const row = await existing(deps, request)
      return showCallDetail(row, await deps.calls.story(tenant, row.id))
    },
  })
}

function trailRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/audit',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'getCallAudit',
      summary: 'Get a call’s entries in the audit log',
      tags,
      params,
      response: { 200: z.object({ data: z.array(auditEntry) }), default: problemResponse },
    },
    async handler(request) {
      const { tenant } = callerOf(request)
      const row = await existing(deps, request)
      await auditAct(deps, request, { type: 'audit.read', fields: { callId: row.id } })
      const entries = await deps.calls.trail(tenant, row.id)
      const shown = entries.map(({ index, at, type, actor, fields, hash }) => ({
        index,
        at,
        type,
        actor,
        fields,
        hash,
      }))
      return { data: shown }
    },
  })
}

function receiptRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/receipt',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'getCallReceipt',
      summary: 'Get the signed receipt of a call that has ended',
      description:
        'How the call was protected. `voxkeep receipt verify` checks it offline; docs/receipts.md says how.',
      tags,
      params,
      response: {
        200: z.looseObject({}).meta({ id: 'CallReceipt', description: 'See spec/receipt.schema.json' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      const { tenant } = callerOf(request)
      const row = await existing(deps, request)
      const receipt = await deps.calls.receipt(tenant, row.id)
      if (receipt === undefined) throw new ApiError('receipt-missing')
      return JSON.parse(receipt) as Record<string, unknown>
    },
  })
}

function commandRoutes({ app, deps, once }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/calls/:id/commands',
    config: { scope: 'calls:write' },
    schema: {
      operationId: 'commandCall',
      summary: 'Give a live call new commands',
      description: 'Commands that work beside what the call is doing do so; any other list replaces it.',
      tags,
      params,
      headers: idempotencyHeaders,
      body: z.object({ commands: callCommands.min(1) }),
      response: { 202: accepted, default: problemResponse },
    },
    async handler(request, reply) {
      const { commands } = request.body
      const body = await once(request, reply, async () => {
        const row = await live(deps, request)
        const fields = { commands: commands.map(({ type }) => type).join(' ') }
        await auditAct(deps, request, { type: 'call.command', call: row.id, fields })
        return acceptedBy(row.id, await deps.calls.command(row.id, commands, callerOf(request).id))
      })
      return reply.code(202).send(body)
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/calls/:id/hangup',
    config: { scope: 'calls:write' },
    schema: {
      operationId: 'hangUpCall',
      summary: 'End a live call',
      tags,
      params,
      headers: idempotencyHeaders,
      response: { 202: accepted, default: problemResponse },
    },
    async handler(request, reply) {
      const body = await once(request, reply, async () => {
        const row = await live(deps, request)
        await auditAct(deps, request, { type: 'call.hangup', call: row.id })
        return acceptedBy(row.id, await deps.calls.hangup(row.id))
      })
      return reply.code(202).send(body)
    },
  })
}

function variablesRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'PATCH',
    url: '/v1/calls/:id',
    config: { scope: 'calls:write' },
    schema: {
      operationId: 'updateCall',
      summary: 'Note something about a call',
      tags,
      params,
      body: z.strictObject({ variables: variableChange }),
      response: { 200: call, default: problemResponse },
    },
    async handler(request) {
      const row = await existing(deps, request)
      const change = request.body.variables
      if (typeof changedVariables(row.variables ?? {}, change) === 'string') throw tooMany()
      const fields = { names: Object.keys(change).join(' ') } // never the values: they may be about a person
      await auditAct(deps, request, { type: 'call.variables', call: row.id, fields })
      const variables = await deps.calls.changeVariables(row.tenant, row.id, change)
      if (variables === 'refused') throw tooMany()
      return showCall({ ...row, variables })
    },
  })
}

const tooMany = () => new ApiError('request-invalid', { errors: [tooMuch] })
const tooMuch = {
  pointer: '/variables',
  in: 'body',
  detail: `A call has at most ${maxVariables} variables, and ${maxVariablesBytes} bytes of them as JSON`,
}

interface WithCallId {
  readonly token: Parameters<typeof callerOf>[0]['token']
  readonly params: { readonly id: string }
}

async function existing(deps: ApiDeps, request: WithCallId): Promise<CallRow> {
  const row = await deps.calls.get(callerOf(request).tenant, request.params.id as CallId)
  if (!row) throw new ApiError('not-found')
  return row
}

async function live(deps: ApiDeps, request: WithCallId): Promise<CallRow> {
  const row = await existing(deps, request)
  if (row.state === 'ended') throw new ApiError('call-ended')
  return row
}

function acceptedBy(id: CallId, outcome: 'accepted' | 'ended'): { call_id: string; accepted: true } {
  if (outcome === 'ended') throw new ApiError('call-ended')
  return { call_id: id, accepted: true }
}

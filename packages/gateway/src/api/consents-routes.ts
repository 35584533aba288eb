import { z } from 'zod'
import type { ConsentChoiceRow, ConsentRow } from '#db'
import type { CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { callId, pageOf, pageQuery } from './schemas.ts'

const tags = ['consents']
const time = z.iso.datetime({ precision: 3 })
const number = z.string().min(1).max(256).describe('A phone number or SIP address')

const consent = z
  .object({
    id: z.string().regex(/^cns_[0-9a-f]{32}$/),
    call_id: callId,
    party: z.string().describe('`caller`, or `dialled`'),
    required: z.string().describe('What was asked of everybody in that conversation'),
    rule: z.string().describe('Whose rule that was for this party: `US-CA`, `DE`, `unknown`'),
    state: z.string(),
    how: z.string().nullable(),
    at: time,
  })
  .meta({ id: 'Consent' })

const choice = z
  .object({ choice: z.enum(['opt-in', 'opt-out']), set_by: z.string().describe('A token'), set_at: time })
  .meta({ id: 'ConsentChoice' })

const rule = z.object({
  jurisdiction: z.string(),
  level: z.string(),
  source: z.string(),
})

/** Who agreed to be recorded, who did not, and who chose once and for all. */
export function consentsRoutes(context: RouteContext): void {
  listRoutes(context)
  choiceRoutes(context)
}

function listRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/consents',
    config: { scope: 'consent:read' },
    schema: {
      operationId: 'listConsents',
      summary: 'List what parties of calls said to being recorded, newest first',
      tags,
      querystring: pageQuery.extend({ call_id: callId.optional() }),
      response: { 200: pageOf(consent, 'ConsentPage'), default: problemResponse },
    },
    async handler(request) {
      const call = request.query.call_id as CallId | undefined
      const filter = { call, number: undefined }
      const { rows, ...page } = await pageOfRows<ConsentRow>(cursors, request, {
        scope: ['consents', call],
        query: request.query,
        rows: (part) => deps.consents.list({ ...part, filter }),
      })
      return { data: rows.map(showConsent), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/consents/rules',
    config: { scope: 'consent:read' },
    schema: {
      operationId: 'listConsentRules',
      summary: 'List the rules in force, by place',
      tags,
      response: { 200: z.object({ data: z.array(rule) }), default: problemResponse },
    },
    handler: (request) => ({ data: [...deps.consents.rules(callerOf(request).tenant)] }),
  })
}

function choiceRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/consents/find',
    config: { scope: 'consent:read' },
    schema: {
      operationId: 'findConsents',
      summary: 'What somebody chose once and for all, and the last hundred times that they were asked',
      description: 'A request with a body, so that the number is in no address and no log.',
      tags,
      body: z.strictObject({ number }),
      response: {
        200: z.object({ choice: choice.nullable(), data: z.array(consent) }),
        default: problemResponse,
      },
    },
    async handler(request) {
      const { tenant } = callerOf(request)
      const { number: whose } = request.body
      const chosen = await deps.consents.choice(tenant, whose)
      const filter = { call: undefined, number: whose }
      const rows = await deps.consents.list({ tenant, limit: 100, before: undefined, filter })
      return { choice: chosen === undefined ? null : showChoice(chosen), data: rows.map(showConsent) }
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/consents/choices',
    config: { scope: 'consent:write' },
    schema: {
      operationId: 'setConsentChoice',
      summary: 'Take down what somebody chose for all calls from now on',
      description:
        '`opt-out`: never recorded, wherever they are. `opt-in`: counts as a clear yes. `none`: asked anew.',
      tags,
      body: z.strictObject({ number, choice: z.enum(['opt-in', 'opt-out', 'none']) }),
      response: { 204: z.null().describe('It is in force'), default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant, id: by } = callerOf(request)
      const { number: whose, choice: chosen } = request.body
      // The audit log hides a number, and could not do that to a name.
      const to = whose.startsWith('+') ? whose : null
      await auditAct(deps, request, { type: 'consent.choice', fields: { state: chosen, to } })
      if (chosen === 'none') await deps.consents.forget(tenant, whose)
      else await deps.consents.choose({ tenant, number: whose, choice: chosen, by })
      return reply.code(204).send(null)
    },
  })
}

function showChoice({ choice: chosen, set_by, set_at }: ConsentChoiceRow) {
  return { choice: chosen, set_by, set_at: set_at.toISOString() }
}

function showConsent({ id, call_id, party, required, rule: whose, state, how, at }: ConsentRow) {
  return { id, call_id, party, required, rule: whose, state, how, at: at.toISOString() }
}

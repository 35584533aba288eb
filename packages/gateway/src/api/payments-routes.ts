import { z } from 'zod'
import type { PaymentRow } from '#db'
import type { CallId, PaymentId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { callId, pageOf, pageQuery } from './schemas.ts'

const tags = ['payments']
const time = z.iso.datetime({ precision: 3 })
const paymentId = z.string().regex(/^pay_[0-9a-f]{32}$/)
const state = z
  .enum(['asked', 'succeeded', 'declined', 'needs-screen', 'unknown', 'failed'])
  .describe(
    '`unknown`: nobody knows yet whether it was charged; it is looked up until it is known. `failed`: it was not charged',
  )

const payment = z
  .object({
    id: paymentId,
    call_id: callId.nullable().describe('Null once the person it leads to was erased'),
    provider: z.string(),
    method: z.enum(['card', 'bank']),
    amount_minor: z
      .int()
      .nullable()
      .describe('In the currency’s smallest unit; null when nothing is charged'),
    currency: z.string().nullable(),
    reference: z.string().nullable(),
    brand: z.string().nullable(),
    last_four: z.string().nullable(),
    state,
    reason: z.string().nullable().describe('Why it was declined'),
    provider_code: z.string().nullable().describe('The provider’s own word'),
    payment_id: z.string().nullable().describe('Of the charge, at the provider'),
    provider_token: z.string().nullable().describe('The provider’s name of the payment method'),
    asked_at: time,
    settled_at: time.nullable(),
  })
  .meta({ id: 'Payment' })

/** Payments that calls asked for. */
export function paymentsRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/payments',
    config: { scope: 'payments:read' },
    schema: {
      operationId: 'listPayments',
      summary: 'List payments, newest first',
      tags,
      querystring: pageQuery.extend({ state: state.optional(), call_id: callId.optional() }),
      response: { 200: pageOf(payment, 'PaymentPage'), default: problemResponse },
    },
    async handler(request) {
      const { state: wanted, call_id: call } = request.query
      const filter = { state: wanted, callId: call as CallId | undefined }
      const { rows, ...page } = await pageOfRows<PaymentRow>(cursors, request, {
        scope: ['payments', wanted, call],
        query: request.query,
        rows: (part) => deps.payments.list({ ...part, filter }),
      })
      return { data: rows.map(show), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/payments/:id',
    config: { scope: 'payments:read' },
    schema: {
      operationId: 'getPayment',
      summary: 'Get a payment',
      tags,
      params: z.object({ id: paymentId }),
      response: { 200: payment, default: problemResponse },
    },
    async handler(request) {
      const found = await deps.payments.get(callerOf(request).tenant, request.params.id as PaymentId)
      if (found === undefined) throw new ApiError('not-found')
      return show(found)
    },
  })
}

function show(row: PaymentRow): z.output<typeof payment> {
  return {
    id: row.id,
    call_id: row.call_id,
    provider: row.provider,
    method: row.method,
    amount_minor: row.amount_minor,
    currency: row.currency,
    reference: row.reference,
    brand: row.brand,
    last_four: row.last_four,
    state: row.state,
    reason: row.reason,
    provider_code: row.provider_code,
    payment_id: row.payment_id,
    provider_token: row.provider_token,
    asked_at: row.asked_at.toISOString(),
    settled_at: row.settled_at?.toISOString() ?? null,
  }
}

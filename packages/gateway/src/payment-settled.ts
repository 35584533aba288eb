import { createHash } from 'node:crypto'
import type { CallStore, OpenPayment, PaymentStore } from '#db'
import { parseId, type AppId, type EventId } from '#kernel'
import type { PayResult } from '#payment'
import type { Outbox } from '#webhook'

export interface PaymentSettledDeps {
  readonly calls: Pick<CallStore, 'get'>
  readonly payments: Pick<PaymentStore, 'get'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  /** Whether the configuration still has the app. */
  readonly isApp: (app: AppId) => boolean
}

/**
 * Tells the app whose call it was what became of a payment that nobody knew of, as `payment.settled`. Resolves once that is durable, or there is
 * nobody to tell any more. Told again after a crash it is the same event.
 */
export async function tellPaymentSettled(
  { calls, payments, outbox, isApp }: PaymentSettledDeps,
  open: OpenPayment,
  result: PayResult,
): Promise<void> {
  const { tenant, call_id: call, id, provider, attempts } = open
  const app = call === null ? undefined : (await calls.get(tenant, call))?.app
  const row = await payments.get(tenant, id)
  if (call === null || app === undefined || row === undefined || !isApp(app)) return
  const { method, amount_minor, currency, reference } = row
  const charge = amount_minor === null ? {} : { amount_minor, currency }
  const about = {
    call_id: call,
    payment: id,
    provider,
    method,
    ...charge,
    ...(reference !== null && { reference }),
  }
  const data = { ...about, outcome: result.outcome, ...factsOf(result) }
  await outbox.enqueue({ id: eventId(id, attempts), type: 'payment.settled', call, data }, app)
}

function factsOf(result: PayResult): object {
  switch (result.outcome) {
    case 'succeeded':
      return { payment_id: result.paymentId, provider_token: result.providerToken }
    case 'declined':
      return { reason: result.reason, provider_code: result.providerCode }
    case 'needs-screen':
    case 'failed':
    case 'unknown':
      return { provider_code: result.providerCode }
  }
}

/** The same for the same answer to the same question; begins with the payment's time, as ids do. */
function eventId(payment: OpenPayment['id'], attempts: number): EventId {
  const [, hex = ''] = payment.split('_')
  const rest = createHash('sha256').update(`payment.settled ${payment} ${attempts}`).digest('hex')
  const id = parseId('evt', `evt_${hex.slice(0, 12)}${rest.slice(0, 20)}`)
  if (id === undefined) throw new TypeError('a payment’s id is none')
  return id
}

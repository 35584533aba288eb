import type { Payments, PayRequest, PayResult } from './contract.ts'
import { PaymentError, type PaymentErrorCode } from './error.ts'

/** What was asked for; details as the texts they were at that moment, since their owner zeroes them afterwards. */
export interface FakePayment {
  readonly provider: string
  readonly request: PayRequest
  readonly number: string
  readonly code: string | undefined
}

/** Payments that go nowhere, for tests of what stands on them: the same key gives the same result. */
export interface FakePayments extends Payments {
  readonly asked: FakePayment[]
  /** What the next new keys give, in order; the last one repeats. */
  readonly results: PayResult[]
  /** What the next calls reject with. */
  failing: PaymentErrorCode | undefined
}

export function fakePayments(): FakePayments {
  const known = new Map<string, PayResult>()
  const payments: FakePayments = {
    asked: [],
    results: [{ outcome: 'succeeded', paymentId: 'pay_1', providerToken: 'method_1' }],
    failing: undefined,
    async pay(provider, request) {
      if (payments.failing !== undefined) throw new PaymentError(payments.failing, 'as the test says')
      const key = `${request.tenant} ${request.idempotencyKey}`
      const earlier = known.get(key)
      if (earlier !== undefined) return earlier
      const { results } = payments
      const result = (results.length > 1 ? results.shift() : results[0]) ?? {
        outcome: 'failed',
        providerCode: null,
      }
      payments.asked.push({ provider, request, ...detailsOf(request) })
      known.set(key, result)
      return result
    },
  }
  return payments
}

function detailsOf({ method }: PayRequest): Pick<FakePayment, 'number' | 'code'> {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
  if (method.kind === 'bank') return { number: text(method.bank.account.reveal()), code: undefined }
  const { number, code } = method.card
  return { number: text(number.reveal()), code: code && text(code.reveal()) }
}

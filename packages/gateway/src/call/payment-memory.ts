import { createHash } from 'node:crypto'
import type { CallId } from '#kernel'
import type { PayResult } from '#payment'
import type { PayCommand } from './commands-collect.ts'

/** A payment of a call, however often it was asked for. */
export interface KnownPayment {
  /** What the provider knows each attempt by: another one for other details. */
  nextKey(): string
  /** Whether it is what the command asks for: a key that the app gives stands for one payment. */
  isOf(command: PayCommand): boolean
  /** What came of it last; undefined while nothing was sent. */
  last: PaidAttempt | undefined
}

export interface PaidAttempt {
  readonly result: PayResult
  readonly masked: string
  readonly brand: string | null
  readonly token: string | null
}

/** The payments of one call. */
export interface PaymentMemory {
  /** Undefined: there were too many different ones. */
  of(command: PayCommand): KnownPayment | undefined
}

const maxPayments = 50

/**
 * Names payments by the call and what is to be paid, so that a command that comes twice, or whose answer was lost, is one payment: what
 * was paid is not asked for again, and what nobody knows the outcome of is never sent anew.
 */
export function paymentMemory(call: CallId): PaymentMemory {
  const known = new Map<string, KnownPayment>()
  return {
    of(command) {
      const name = nameOf(call, command)
      const found = known.get(name)
      if (found !== undefined || known.size >= maxPayments) return found
      let attempts = 0
      const what = whatOf(command)
      const payment: KnownPayment = {
        last: undefined,
        isOf: (other) => whatOf(other) === what,
        nextKey: () => `${name}-${(attempts += 1)}`,
      }
      known.set(name, payment)
      return payment
    },
  }
}

function whatOf({ provider, method, amount_minor, currency, reference }: PayCommand): string {
  return JSON.stringify([provider, method, amount_minor, currency, reference])
}

function nameOf(call: CallId, command: PayCommand): string {
  const { provider, method, amount_minor: amount, currency, description, reference } = command
  const told = command.idempotency_key ?? [provider, method, amount, currency, description, reference]
  const digest = createHash('sha256')
    .update(JSON.stringify([call, told]))
    .digest('hex')
  return `pay-${digest.slice(0, 32)}`
}

import { Secret } from '#kernel'
import { PaymentError, type PayRequest, type PayResult } from '#payment'
import { isTokenVaultError } from '#tokens'
import { askFields, HeldFields } from './collect-fields.ts'
import type { CollectSession } from './collect-session.ts'
import { outcomeOf, valueOf, type CollectReport } from './collect.ts'
import type { FieldFault, PayCommand } from './commands-collect.ts'
import { expiryOf } from './field-dates.ts'
import { fieldsToAskAgain, payFields } from './pay-fields.ts'
import { askStepwise } from './pay-steps.ts'
import type { KnownPayment, PaidAttempt, PaymentMemory } from './payment-memory.ts'

/** Has a card or an account keyed in and paid with. Never rejects; all that was keyed in is zeroed when it resolves. */
export async function runPay(
  session: CollectSession,
  command: PayCommand,
  memory: PaymentMemory,
): Promise<CollectReport> {
  const payment = memory.of(command)
  if (payment === undefined) return report(command, 'refused', 0, { why: 'too-many' })
  if (!payment.isOf(command)) return report(command, 'refused', 0, { why: 'PAYMENT_CONFLICT' })
  const { last } = payment
  const isSettled = last?.result.outcome === 'succeeded' || last?.result.outcome === 'unknown'
  if (last !== undefined && isSettled) return paid(command, last, 0, { repeated: true })
  const held = new HeldFields()
  try {
    return await attempts(session, command, payment, held)
  } catch (error) {
    return await fault(session, command, payment, error)
  } finally {
    held.wipeAll()
  }
}

async function fault(
  session: CollectSession,
  command: PayCommand,
  payment: KnownPayment,
  error: unknown,
): Promise<CollectReport> {
  const { live, room } = session
  const provider = command.provider ?? ''
  if (error instanceof PaymentError)
    live.log.error('payment could not be made', { provider, code: error.code })
  else live.log.error('payment failed in a way that nobody foresaw', { provider, error })
  await room.prompts.play(command.failed_url)
  if (error instanceof PaymentError) return report(command, 'refused', 0, { why: error.code })
  return payment.last === undefined ? report(command, 'failed', 0, {}) : paid(command, payment.last, 0, {})
}

async function attempts(
  session: CollectSession,
  command: PayCommand,
  payment: KnownPayment,
  held: HeldFields,
): Promise<CollectReport> {
  let wrong: FieldFault | undefined
  for (let attempt = 1; ; attempt += 1) {
    const missing = command.stepwise
      ? await askStepwise(session, payFields(command), held)
      : await askFields(session.room, payFields(command), held, wrong)
    if (missing !== undefined) {
      const { name, kind, attempts: times } = missing
      const failed = {
        name,
        field: kind,
        attempts: times,
        ...(missing.fault !== undefined && { fault: missing.fault }),
      }
      const { last } = payment
      const declined = last && { declined: detailsOf(last.result) }
      return report(command, outcomeOf(session, missing), attempt - 1, { failed, ...declined })
    }
    const last = await payOnce(session, command, payment, held)
    // A code is forwarded once and then gone, whatever became of it.
    held.wipe('card_code')
    const again = last.result.outcome === 'declined' ? fieldsToAskAgain(last.result.reason) : []
    const mayAskAgain = !command.stepwise && attempt < command.attempts && !session.signal.aborted
    const goesOn = again.length > 0 && mayAskAgain
    if (!goesOn) return await finished(session, command, payment, held, attempt)
    for (const { name, kind } of held.all) if (again.includes(kind)) held.wipe(name)
    await session.room.prompts.play(command.declined_url)
    wrong = 'declined'
  }
}

async function payOnce(
  session: CollectSession,
  command: PayCommand,
  payment: KnownPayment,
  held: HeldFields,
): Promise<PaidAttempt> {
  const { live, room, patience } = session
  const shown = held.of('card-number') ?? held.of('bank-account')
  const request = requestOf(session, command, held, payment.nextKey())
  const before = payment.last
  // From here on nobody knows whether it was charged until the answer says so.
  payment.last = about({ outcome: 'unknown', providerCode: null })
  live.story('pay.sent', { provider: command.provider ?? '' })
  room.listen(() => {})
  room.prompts.play(command.processing_url).catch((error: unknown) => {
    live.log.error('a prompt could not be played', { error })
  })
  try {
    payment.last = about(await live.deps.payments.pay(command.provider ?? '', request, patience))
  } catch (error) {
    // It was never sent. Of any other fault nobody knows when it came, and it is not sent anew.
    if (error instanceof PaymentError) payment.last = before
    throw error
  } finally {
    room.prompts.stop()
  }
  return payment.last

  function about(result: PayResult): PaidAttempt {
    return { result, masked: shown?.masked ?? '', brand: shown?.brand ?? null, token: null }
  }
}

function requestOf(
  { live }: CollectSession,
  command: PayCommand,
  held: HeldFields,
  idempotencyKey: string,
): PayRequest {
  const { amount_minor: amountMinor, currency, description } = command
  return {
    tenant: live.tenant,
    call: live.id,
    idempotencyKey,
    method: command.method === 'bank' ? bankOf(command, held) : cardOf(held),
    charge:
      amountMinor === undefined || currency === undefined
        ? undefined
        : { amountMinor, currency, description },
    reference: command.reference,
  }
}

/** Borrowed from what is held, which is wiped as soon as the payment is over. */
function cardOf(held: HeldFields): PayRequest['method'] {
  const digitsOf = (kind: 'card-number' | 'card-expiry') => held.of(kind)?.digits.digits ?? new Uint8Array()
  const [code, postal] = [held.of('card-code'), held.of('postal-code')]
  return {
    kind: 'card',
    card: {
      number: new Secret(digitsOf('card-number')),
      expiry: expiryOf(digitsOf('card-expiry')),
      code: code && new Secret(code.digits.digits),
      postalCode: postal && valueOf(postal),
    },
  }
}

function bankOf(command: PayCommand, held: HeldFields): PayRequest['method'] {
  const digitsOf = (kind: 'bank-account' | 'bank-routing') =>
    new Secret(held.of(kind)?.digits.digits ?? new Uint8Array())
  const [account, routing] = [digitsOf('bank-account'), digitsOf('bank-routing')]
  return { kind: 'bank', bank: { account, routing, accountType: command.bank_account_type } }
}

/** The last word: kept as a token of ours where that is asked for, said to the caller, and told. */
async function finished(
  session: CollectSession,
  command: PayCommand,
  payment: KnownPayment,
  held: HeldFields,
  attempt: number,
): Promise<CollectReport> {
  const { last } = payment
  if (last === undefined) return report(command, 'failed', attempt, {})
  const kept = last.result.outcome === 'succeeded' ? await tokenOf(session, command, held) : {}
  held.wipeAll()
  if (kept.token !== undefined) payment.last = { ...last, token: kept.token }
  await session.room.prompts.play(promptAfter(command, last.result))
  return paid(
    command,
    payment.last ?? last,
    attempt,
    kept.why === undefined ? {} : { token_refused: kept.why },
  )
}

/** What was paid is paid: that it could not be kept here as well is told, and no more. */
async function tokenOf(
  { live }: CollectSession,
  command: PayCommand,
  held: HeldFields,
): Promise<{ readonly token?: string; readonly why?: string }> {
  const field = held.of('card-number') ?? held.of('bank-account')
  if (command.purposes === undefined || field === undefined) return {}
  const kind = field.kind === 'card-number' ? 'card' : 'bank-account'
  const shape = kind === 'card' ? command.token_shape : 'random'
  const value = new Secret(valueOf(field))
  const { tenant, id: call } = live
  try {
    const asked = { tenant, kind, value, shape, purposes: command.purposes, call, actor: 'call' } as const
    const view = await live.deps.tokens.tokenise(asked)
    return { token: view.token }
  } catch (error) {
    const why = isTokenVaultError(error) ? error.code : 'TOKEN_UNAVAILABLE'
    live.log.error('a payment’s number could not be kept as a token', { code: why })
    return { why }
  }
}

function promptAfter(command: PayCommand, { outcome }: PayResult): string | undefined {
  switch (outcome) {
    case 'succeeded':
      return command.succeeded_url
    case 'declined':
      return command.declined_url
    case 'needs-screen':
    case 'unknown':
    case 'failed':
      return command.failed_url
  }
}

function paid(command: PayCommand, last: PaidAttempt, attempt: number, more: object): CollectReport {
  const { result, masked, brand, token } = last
  const method = { masked, ...(brand !== null && { brand }), ...(token !== null && { token }) }
  const told = { ...detailsOf(result), [command.method]: method, ...more }
  return { ...report(command, result.outcome, attempt, told), mustBeTold: true }
}

/** What the provider said, in the app's spelling. */
function detailsOf(result: PayResult): object {
  if (result.outcome === 'succeeded')
    return { payment_id: result.paymentId, provider_token: result.providerToken }
  const { providerCode } = result
  return {
    ...(result.outcome === 'declined' && { reason: result.reason }),
    ...(providerCode !== null && { provider_code: providerCode }),
  }
}

function report(command: PayCommand, outcome: string, attempt: number, more: object): CollectReport {
  const { provider, method, amount_minor, currency, reference } = command
  const told = { provider, method, amount_minor, currency, reference, attempts: attempt, ...more }
  return { outcome, attempts: attempt, told, mustBeTold: false }
}

/** How a call, or a leg that was dialled, ended, as Twilio has it. */
export interface TwilioEnd {
  readonly status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'
  readonly sipStatus: number
}

/**
 * @param why - A call's end reason or a leg's outcome, in our words.
 * @param sipStatus - What the final response was, where there was one.
 */
export function endOf(why: string, isAnswered: boolean, sipStatus: number | undefined): TwilioEnd {
  if (isAnswered) return { status: 'completed', sipStatus: 200 }
  switch (why) {
    case 'busy':
    case 'app-rejected':
      return { status: 'busy', sipStatus: sipStatus ?? 486 }
    case 'no-answer':
    case 'timeout':
      return { status: 'no-answer', sipStatus: sipStatus ?? 487 }
    case 'cancelled':
    case 'caller-cancelled':
    case 'caller-hung-up':
    case 'api-hung-up':
    case 'app-hung-up':
    case 'app-finished':
      return { status: 'canceled', sipStatus: sipStatus ?? 487 }
    case 'not-found':
      return { status: 'failed', sipStatus: sipStatus ?? 404 }
    case 'refused':
    case 'identity-refused':
    case 'rejected':
    case 'callee-rejected':
      return { status: 'failed', sipStatus: sipStatus ?? 603 }
    default:
      return { status: 'failed', sipStatus: sipStatus ?? 503 }
  }
}

/** What came of a `pay`, in Twilio's words. */
export function payResult(outcome: string): string {
  switch (outcome) {
    case 'succeeded':
      return 'success'
    case 'timeout':
    case 'attempts':
    case 'limit':
      return 'too-many-failed-attempts'
    case 'cancelled':
      return 'caller-interrupted-with-star'
    case 'aborted':
    case 'replaced':
    case 'superseded':
      return 'caller-hung-up'
    case 'declined':
    case 'needs-screen':
    case 'unknown':
      return 'payment-connector-error'
    case 'refused':
      return 'validation-error'
    default:
      return 'internal-error'
  }
}

const errorTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  card_number: { brand: 'invalid-card-type', any: 'invalid-card-number' },
  card_expiry: { any: 'invalid-date' },
  card_code: { any: 'invalid-security-code' },
  postal_code: { any: 'invalid-postal-code' },
  bank_account: { any: 'invalid-bank-account-number' },
  bank_routing: { any: 'invalid-bank-routing-number' },
}

/** What is wrong with what was keyed in. */
export function errorType(field: string, fault: string): string {
  if (fault === 'timeout') return 'input-timeout'
  if (fault === 'mismatch' || fault === 'not-confirmed') return 'input-matching-failed'
  const of = errorTypes[field]
  return of?.[fault] ?? of?.['any'] ?? 'internal-error'
}

export const payFor: Readonly<Record<string, string>> = {
  card_number: 'payment-card-number',
  card_expiry: 'expiration-date',
  card_code: 'security-code',
  postal_code: 'postal-code',
  bank_account: 'bank-account-number',
  bank_routing: 'bank-routing-number',
}

/** A card's number as it may be told: `xxxx-xxxxxx-x4001`. */
export function maskedCard(masked: string): string {
  return masked.replaceAll('*', 'x').trim().replaceAll(' ', '-')
}

/** An account's number as it may be told: its last two digits, where it has enough others. */
export function maskedAccount(masked: string): string {
  const last = /\d{4}$/.test(masked) ? masked.slice(-2) : ''
  return 'x'.repeat(masked.length - last.length) + last
}

/** Why a stream came to nothing. Its address had a query, or nobody may go there: 31920, as for any other handshake. */
export function streamError(reason: string): string {
  switch (reason) {
    case 'lost':
    case 'timeout':
      return '31921 Stream - WebSocket - Close Error'
    default:
      return `31920 Stream - WebSocket - Handshake Error (${reason})`
  }
}

/** Why there is no document. */
export function httpFault(why: string, status: number | undefined): { code: number; message: string } {
  switch (why) {
    case 'timeout':
      return { code: 11_205, message: 'no answer in time' }
    case 'connect':
      return { code: 11_205, message: 'no connection came about' }
    case 'tls':
      return { code: 11_220, message: 'the TLS handshake failed, or the certificate does not verify' }
    case 'body':
      return { code: 11_206, message: 'the answer is cut off, or no HTTP' }
    case 'too-long':
      return { code: 11_750, message: 'the document is larger than 64 KiB' }
    case 'redirects':
      return { code: 11_215, message: 'too many redirects' }
    case 'redirect':
      return { code: 11_216, message: 'a redirect that cannot be followed' }
    case 'hops':
      return { code: 11_215, message: 'documents that redirect in a circle' }
    case 'blocked':
      return { code: 11_100, message: 'the address may not be reached: it is not https, or private' }
    case 'region':
      return { code: 11_100, message: 'the address lies outside the regions of the tenant' }
    case 'status':
      return { code: 11_200, message: `status ${status ?? 0}` }
    default:
      return { code: 11_200, message: 'the document could not be had' }
  }
}

import type { SipResponse } from '@voxkeep/wire/sip'
import type { PlaceFailure } from '#call'
import { reasonsOf } from './reason.ts'

type Why = PlaceFailure['why']

const whys: ReadonlyMap<number, Why> = new Map<number, Why>([
  [404, 'not-found'],
  [410, 'not-found'],
  [484, 'not-found'],
  [604, 'not-found'],
  [408, 'no-answer'],
  [480, 'no-answer'],
  [486, 'busy'],
  [600, 'busy'],
  [503, 'overloaded'],
])

/** Failures that say something of who is called: another trunk would find the same. RFC 3261 §21.6: so does every 6xx. */
const ofTheNumber: ReadonlySet<number> = new Set([404, 408, 410, 433, 480, 484, 485, 486, 487])

/** What a final response other than 2xx means to whoever placed the call. */
export function failureOf(response: SipResponse): PlaceFailure {
  const { status } = response
  const redirects = status < 400
  const cause = causeOf(response)
  return {
    why: redirects ? 'redirected' : (whys.get(status) ?? 'rejected'),
    status,
    ...(cause !== undefined && { cause }),
    elsewhere: !redirects && status < 600 && !ofTheNumber.has(status),
  }
}

/** `Q.850 17` or `SIP 486`: the first Reason that has a cause, the telephone network's before ours. */
function causeOf(response: SipResponse): string | undefined {
  const reasons = reasonsOf(response).filter(({ cause }) => cause !== undefined)
  const reason =
    reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850') ??
    reasons.find(({ protocol }) => protocol.toUpperCase() === 'SIP')
  return reason && `${reason.protocol.toUpperCase()} ${reason.cause}`
}

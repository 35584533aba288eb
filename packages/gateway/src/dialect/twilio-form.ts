import { sid } from '#kernel'
import type { CallFacts, DialectQuestion, DialectRequest } from './contract.ts'

/** Form fields in the order in which they are sent; a blank one is sent, and signed, like any other. */
export type TwilioForm = Readonly<Record<string, string>>

export const apiVersion = '2010-04-01'

/** What every request about a call says of it. */
export function callForm(facts: CallFacts, data: DialectQuestion['data'] = {}): TwilioForm {
  const { first } = facts
  const from = typeof data['from'] === 'string' ? data['from'] : facts.from
  const to = typeof data['to'] === 'string' ? data['to'] : facts.to
  const identity = { ...objectOf(first['identity']), ...objectOf(data['identity']) }
  const sip = { ...objectOf(first['sip']), ...objectOf(data['sip']) }
  const forwarded = identity['diverted_from']
  return {
    AccountSid: facts.accountSid,
    ApiVersion: apiVersion,
    CallSid: sid('CA', facts.call),
    CallStatus: statusOf(facts),
    Direction: facts.direction === 'inbound' ? 'inbound' : 'outbound-api',
    From: from,
    Caller: from,
    To: to,
    Called: to,
    CallerName: '',
    ...blankPlaces,
    ...(typeof forwarded === 'string' && { ForwardedFrom: forwarded }),
    ...stirOf(identity),
    ...sipOf(sip),
  }
}

/** Where numbers are from is not known here; apps that read it find it blank, as with Twilio where it does not know either. */
const blankPlaces: TwilioForm = Object.fromEntries(
  ['From', 'To', 'Caller', 'Called'].flatMap((who) =>
    ['City', 'State', 'Zip', 'Country'].map((what) => [who + what, '']),
  ),
)

/** What became of the caller's PASSporT, from our own verification; nothing where nobody looked. */
function stirOf(identity: Readonly<Record<string, unknown>>): TwilioForm {
  const { status, attestation } = identity
  const level = typeof attestation === 'string' ? `-${attestation}` : ''
  switch (status) {
    case 'passed':
      return { StirVerstat: `TN-Validation-Passed${level}` }
    case 'failed':
      return { StirVerstat: `TN-Validation-Failed${level}` }
    case 'none':
    case 'unavailable':
      return { StirVerstat: 'No-TN-Validation' }
    default:
      return {}
  }
}

function sipOf({ call_id: callId, source, domain }: Readonly<Record<string, unknown>>): TwilioForm {
  return {
    ...(typeof callId === 'string' && { SipCallId: callId }),
    ...(typeof source === 'string' && { SipSourceIp: source }),
    ...(typeof domain === 'string' && { SipDomain: domain }),
  }
}

function statusOf({ state }: CallFacts): string {
  switch (state) {
    case 'ringing':
      return 'ringing'
    case 'active':
      return 'in-progress'
    case 'ended':
      return 'completed'
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** The request that carries a form: in the body, or with GET behind what the query says already. */
export function formRequest(
  to: { readonly url: string; readonly method: 'GET' | 'POST' },
  form: TwilioForm,
): DialectRequest {
  const fields = new URLSearchParams(form).toString()
  const headers = { accept: '*/*', 'user-agent': 'TwilioProxy/1.1 (Voxkeep)' }
  if (to.method === 'GET') {
    const [base = ''] = to.url.split('#', 1)
    return { method: 'GET', url: `${base}${base.includes('?') ? '&' : '?'}${fields}`, headers, body: '' }
  }
  const type = 'application/x-www-form-urlencoded; charset=UTF-8'
  return { method: 'POST', url: to.url, headers: { ...headers, 'content-type': type }, body: fields }
}

/** As Twilio writes times in callbacks: `Tue, 31 Aug 2010 20:36:28 +0000`. */
export function rfc2822(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000')
}

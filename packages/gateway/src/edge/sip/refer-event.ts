import type { SipRequest } from '@voxkeep/wire/sip'

/** The event of a SUBSCRIBE or NOTIFY about a REFER; `id` is the REFER's CSeq number. */
export interface ReferEvent {
  readonly id: number | undefined
}

/** `undefined` when the request is about something else. Never throws. */
export function eventOf(request: SipRequest): ReferEvent | undefined {
  const match = /^[ \t]*refer[ \t]*(?:;(.*))?$/i.exec(request.headers.get('Event') ?? '')
  if (match === null) return undefined
  const id = /(?:^|;)[ \t]*id[ \t]*=[ \t]*(\d{1,10})[ \t]*(?:;|$)/i.exec(match[1] ?? '')?.[1]
  return { id: id === undefined ? undefined : Number(id) }
}

/** `Subscription-State` of a NOTIFY: whether it is the last, and why. Never throws. */
export function subscriptionStateOf(request: SipRequest): { isLast: boolean; reason: string | undefined } {
  const text = request.headers.get('Subscription-State') ?? ''
  const reason = /;[ \t]*reason[ \t]*=[ \t]*([a-z-]{1,32})/i.exec(text)?.[1]?.toLowerCase()
  return { isLast: /^[ \t]*terminated\b/i.test(text), reason }
}

import { parseCSeq, parseNameAddr, parseUri, type SipMessage } from '@voxkeep/wire/sip'
import { reasonsOf } from './reason.ts'

/** One arrow of a call's ladder. Nothing in it is secret: no header but these, no body, and people's numbers masked. */
export interface LadderEntry {
  readonly atMs: number
  readonly direction: 'received' | 'sent'
  /** A method, `OTHER` for one that is not of RFC 3261 and its neighbours, or a status code. */
  readonly what: string
  readonly cseq: string
  readonly from: string
  readonly to: string
  readonly bodyBytes: number
  /** Why, by its Reason header (RFC 3326): protocol and cause, such as `Q.850 16`; its words stay out. */
  readonly reason?: string
}

const methods = new Set('INVITE ACK BYE CANCEL OPTIONS INFO UPDATE PRACK REFER NOTIFY SUBSCRIBE'.split(' '))

/** What the ladder keeps of a message. Never throws, whatever the message. */
export function ladderEntry(
  direction: LadderEntry['direction'],
  message: SipMessage,
  atMs: number,
): LadderEntry {
  const cseq = parseCSeq(message.headers.get('CSeq') ?? '')
  const reason = reasonOf(message)
  return {
    atMs,
    direction,
    what: message.kind === 'request' ? known(message.method) : String(message.status),
    cseq: cseq === undefined ? '' : `${cseq.seq} ${known(cseq.method)}`,
    from: mask(message.headers.get('From')),
    to: mask(message.headers.get('To')),
    // The length of a key's INFO tells keys apart: 5 is shorter than 11.
    bodyBytes: cseq?.method === 'INFO' ? 0 : message.body.length,
    ...(reason !== undefined && { reason }),
  }
}

const reasonProtocols = new Set(['SIP', 'Q.850'])

function reasonOf(message: SipMessage): string | undefined {
  const reason = reasonsOf(message).find(({ protocol }) => reasonProtocols.has(protocol))
  return reason?.cause === undefined ? undefined : `${reason.protocol} ${reason.cause}`
}

function known(method: string): string {
  return methods.has(method) ? method : 'OTHER'
}

const shownDigits = 2
const shortestShown = 7 // below that, two digits give too much of a number away

/** A user part as `…67`: enough to tell two legs apart, not to call anybody. */
function mask(address: string | undefined): string {
  const uri = parseUri(parseNameAddr(address ?? '')?.uri ?? '')
  const user = uri?.user ?? uri?.opaque ?? ''
  return /^\+?\d+$/.test(user) && user.length >= shortestShown ? `…${user.slice(-shownDigits)}` : '…'
}

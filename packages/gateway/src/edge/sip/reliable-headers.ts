import { parseCSeq, type SipRequest } from '@voxkeep/wire/sip'

/** What a PRACK acknowledges (RFC 3262 §7.2). */
export interface RAck {
  readonly rseq: number
  /** CSeq of the request that the provisional response belongs to. */
  readonly seq: number
  readonly method: string
}

/** Never throws; `undefined` when malformed. */
export function parseRAck(text: string): RAck | undefined {
  const match = /^[ \t]*(\d{1,10})[ \t]+(.*)$/.exec(text)
  const cseq = parseCSeq(match?.[2] ?? '')
  const rseq = Number(match?.[1] ?? Number.NaN)
  if (cseq === undefined || !(rseq <= 0xffff_ffff)) return undefined
  return { rseq, ...cseq }
}

export function serializeRAck({ rseq, seq, method }: RAck): string {
  return `${rseq} ${seq} ${method}`
}

/** What a caller says of reliable provisional responses. */
export function reliabilityOf(invite: SipRequest): 'unknown' | 'supported' | 'required' {
  const names = (header: string) =>
    invite.headers.getAll(header).some((tag) => tag.toLowerCase() === '100rel')
  if (names('Require')) return 'required'
  return names('Supported') ? 'supported' : 'unknown'
}

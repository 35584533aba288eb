import { isToken } from './grammar.ts'

export interface CSeq {
  seq: number
  method: string
}

const cseqPattern = /^0*(\d{1,10})[ \t]+(\S+)$/
const seqLimit = 2 ** 31 // RFC 3261 §8.1.1.5: a sequence number is below it

/** `undefined` when malformed or out of range. */
export function parseCSeq(text: string): CSeq | undefined {
  const match = cseqPattern.exec(text)
  const method = match?.[2]
  if (method === undefined || !isToken(method)) return undefined
  const seq = Number(match?.[1])
  return seq < seqLimit ? { seq, method } : undefined
}

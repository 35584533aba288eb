import type { SipHeaders } from './headers.ts'
import type { Fault } from './start-line.ts'

export type ContentLength =
  | { kind: 'absent' }
  | { kind: 'bytes'; bytes: number }
  | { kind: 'bad'; fault: Fault }

const digits = /^\d{1,15}$/ // below 2^53, so exact as a number

/** Two lengths are refused even when equal: the header is single, and a lenient reader is how requests get smuggled. */
export function contentLength(headers: SipHeaders): ContentLength {
  const values = headers.getAll('Content-Length')
  const value = values[0]
  if (value === undefined) return { kind: 'absent' }
  if (values.length > 1)
    return { kind: 'bad', fault: { reason: 'more than one Content-Length', status: 400 } }
  if (!digits.test(value)) return { kind: 'bad', fault: { reason: 'malformed Content-Length', status: 400 } }
  return { kind: 'bytes', bytes: Number(value) }
}

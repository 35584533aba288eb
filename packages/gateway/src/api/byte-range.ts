/** Bytes `start` up to, not including, `end`. */
export type ByteRange = { readonly start: number; readonly end: number }

/**
 * Reads a `Range` header against a file of `length` bytes (RFC 9110 §14). `whole`: there is none to honour (absent, another
 * unit, malformed, or several ranges, which a server may ignore). Never throws.
 */
export function parseByteRange(
  header: string | undefined,
  length: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const suffix = Math.min(Number(last), length)
    return suffix === 0 ? 'unsatisfiable' : { start: length - suffix, end: length }
  }
  const start = Number(first)
  const end = last === '' ? length : Math.min(Number(last) + 1, length)
  if (last !== '' && Number(last) < start) return 'whole' // malformed, so ignored
  return start >= length ? 'unsatisfiable' : { start, end }
}

import { Constructed, fromBER, IA5String, Integer, Sequence, type BaseBlock } from 'asn1js'

/** An entry of a certificate's TNAuthList (RFC 8226 §9). */
export type TnEntry =
  | { readonly kind: 'spc'; readonly code: string }
  | { readonly kind: 'range'; readonly start: string; readonly count: number }
  | { readonly kind: 'one'; readonly number: string }

const maxListBytes = 32 * 1024 // some two thousand numbers; a provider's certificate names its SPC instead
const contextSpecific = 3

/** Parses the extension's value; undefined when it is none, or empty. Survives any bytes. */
export function parseTnAuthList(der: Uint8Array): readonly TnEntry[] | undefined {
  if (der.length > maxListBytes) return undefined
  try {
    const { result, offset } = fromBER(der)
    if (offset !== der.length || !(result instanceof Sequence)) return undefined
    const entries = result.valueBlock.value.map(parseEntry)
    const known = entries.filter((entry) => entry !== undefined)
    return known.length > 0 && known.length === entries.length ? known : undefined
  } catch {
    return undefined // the parser throws at some nonsense, and at nesting past its limits
  }
}

/** Explicitly tagged, as a CHOICE in any module and everything in this one is. */
function parseEntry(block: BaseBlock): TnEntry | undefined {
  if (!(block instanceof Constructed) || block.idBlock.tagClass !== contextSpecific) return undefined
  const [value, ...more] = block.valueBlock.value
  if (value === undefined || more.length > 0) return undefined
  switch (block.idBlock.tagNumber) {
    case 0:
      return value instanceof IA5String && /^[\w-]{1,64}$/.test(value.getValue())
        ? { kind: 'spc', code: value.getValue() }
        : undefined
    case 1:
      return value instanceof Sequence ? parseRange(value.valueBlock.value) : undefined
    case 2: {
      const number = parseNumber(value)
      return number === undefined ? undefined : { kind: 'one', number }
    }
    default:
      return undefined
  }
}

function parseRange([first, second, ...more]: readonly BaseBlock[]): TnEntry | undefined {
  const start = parseNumber(first)
  if (start === undefined || !(second instanceof Integer) || more.length > 0) return undefined
  const count = Number(second.toBigInt())
  return Number.isSafeInteger(count) && count >= 2 ? { kind: 'range', start, count } : undefined
}

function parseNumber(block: BaseBlock | undefined): string | undefined {
  const text = block instanceof IA5String ? block.getValue() : ''
  return /^[\d*#]{1,15}$/.test(text) ? text : undefined
}

/** Whether somebody with this list may speak for a number (in canonical form). A provider code speaks for all its numbers. */
export function covers(list: readonly TnEntry[], number: string): boolean {
  return list.some((entry) => {
    switch (entry.kind) {
      case 'spc':
        return true
      case 'one':
        return entry.number === number
      case 'range':
        return isInRange(entry, number)
    }
  })
}

function isInRange(range: { start: string; count: number }, number: string): boolean {
  if (!/^\d+$/.test(range.start) || !/^\d+$/.test(number) || number.length !== range.start.length)
    return false
  const distance = BigInt(number) - BigInt(range.start)
  return distance >= 0n && distance < BigInt(range.count)
}

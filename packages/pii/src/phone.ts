import type { Language } from './contract.ts'

/** How sure a shape of digits is a telephone number where nothing else is known; undefined where it is none. */
export interface PhoneShape {
  readonly detail: string
  readonly confidence: number
}

function between(digits: string, at: number, low: number, high: number): boolean {
  const value = digits.charCodeAt(at) - 48
  return value >= low && value <= high
}

/** North American: area code and exchange begin with 2 to 9, and neither is a service code. */
function american(digits: string): boolean {
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits
  return (
    national.length === 10 &&
    between(national, 0, 2, 9) &&
    between(national, 3, 2, 9) &&
    national.slice(1, 3) !== '11'
  )
}

function british(digits: string): boolean {
  return (
    digits.startsWith('0') &&
    (digits.length === 11 || digits.length === 10) &&
    '123578'.includes(digits[1] ?? 'x')
  )
}

function grouped(groups: readonly number[], ...shapes: readonly string[]): boolean {
  return shapes.includes(groups.join('-'))
}

/**
 * @param digits - Without a plus.
 * @param groups - How many digits stand together, as it was written.
 * @param international - A plus or 00 was before it.
 */
export function phoneShape(
  digits: string,
  groups: readonly number[],
  international: boolean,
  language: Language,
): PhoneShape | undefined {
  const { length } = digits
  if (international)
    return length > 7 && length < 16 ? { detail: 'international', confidence: 0.9 } : undefined
  const apart = groups.length > 1
  if (american(digits)) {
    const shaped = grouped(groups, '3-3-4', '1-3-3-4', '3-7', '1-3-7', '3-3-2-2', '1-10')
    return { detail: 'us', confidence: shaped ? 0.85 : 0.6 }
  }
  if (grouped(groups, '3-3-4')) return { detail: 'us', confidence: 0.6 } // whatever the area: nothing else is written like it
  if (grouped(groups, '3-3-3') && '679'.includes(digits[0] ?? 'x'))
    return { detail: 'unknown', confidence: 0.55 }
  if (groups.length > 2 && digits.startsWith('0') && length > 8 && length < 13)
    return { detail: 'unknown', confidence: 0.6 }
  if (apart && grouped(groups, '3-4')) return { detail: 'us', confidence: 0.55 }
  if (british(digits) && (language === 'en' || apart)) return { detail: 'gb', confidence: 0.75 }
  if (language === 'fr' && length === 10 && digits.startsWith('0') && between(digits, 1, 1, 9))
    return { detail: 'fr', confidence: 0.8 }
  if (language === 'es' && length === 9 && between(digits, 0, 6, 9))
    return { detail: 'es', confidence: apart ? 0.75 : 0.6 }
  if (language === 'de' && digits.startsWith('0') && between(digits, 1, 1, 9) && length > 8 && length < 14)
    return { detail: 'de', confidence: 0.7 }
  if (length === 10 && between(digits, 0, 6, 9)) {
    if (language === 'hi') return { detail: 'in', confidence: 0.7 }
    if (grouped(groups, '5-5')) return { detail: 'in', confidence: 0.7 }
  }
  if (length === 11 && digits.startsWith('0') && grouped(groups, '1-5-5', '6-5'))
    return { detail: 'in', confidence: 0.6 }
  return undefined
}

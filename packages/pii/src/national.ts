import { luhn, mod97, verhoeff, weighted } from './checksums.ts'

/** Social security number or ITIN: what the SSA never issues is none (no 000, 666, 9xx area; no 00 group; no 0000 serial). */
export function validSsn(digits: string): 'ssn' | 'itin' | undefined {
  if (digits.length !== 9) return undefined
  const area = digits.slice(0, 3)
  const group = digits.slice(3, 5)
  if (digits.slice(5) === '0000') return undefined
  if (area.startsWith('9')) {
    const number = Number(group)
    return (number >= 50 && number <= 65) || (number >= 70 && number <= 88) || (number >= 90 && number !== 93)
      ? 'itin'
      : undefined
  }
  return area === '000' || area === '666' || group === '00' ? undefined : 'ssn'
}

/** ABA routing number: weights 3 7 1, and a first pair that the Federal Reserve uses. */
export function validRouting(digits: string): boolean {
  if (digits.length !== 9 || digits === '000000000') return false
  const pair = Number(digits.slice(0, 2))
  const used = pair <= 12 || (pair >= 21 && pair <= 32) || (pair >= 61 && pair <= 72) || pair === 80
  return used && weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
}

/** NHS number: modulus 11; a check digit of 10 is never issued. */
export function validNhs(digits: string): boolean {
  if (digits.length !== 10) return false
  const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return check !== 10 && check % 11 === digits.charCodeAt(9) - 48
}

/** National Provider Identifier: Luhn with 80840 before it. */
export function validNpi(digits: string): boolean {
  return digits.length === 10 && (digits.startsWith('1') || digits.startsWith('2')) && luhn(`80840${digits}`)
}

/** Aadhaar: twelve digits, the first 2 to 9, Verhoeff. */
export function validAadhaar(digits: string): boolean {
  return digits.length === 12 && digits.charCodeAt(0) > 49 && verhoeff(digits)
}

/** German tax identification number: ISO 7064 MOD 11,10, one digit twice or thrice among the first ten. */
export function validSteuerId(digits: string): boolean {
  if (digits.length !== 11 || digits.startsWith('0')) return false
  let product = 10
  for (let at = 0; at < 10; at += 1) {
    const sum = (digits.charCodeAt(at) - 48 + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  const check = (11 - product) % 10
  const different = new Set(digits.slice(0, 10)).size
  return check === digits.charCodeAt(10) - 48 && (different === 9 || different === 8)
}

/** French NIR: 13 digits and a key of two, 97 less the remainder; Corsica's 2A and 2B count as 19 and 18. */
export function validNir(text: string): boolean {
  if (text.length !== 15 || !'123478'.includes(text[0] ?? 'x')) return false
  const body = text.slice(0, 13).replace('2A', '19').replace('2B', '18')
  const key = Number(text.slice(13))
  if (!allDigits(body) || Number.isNaN(key)) return false
  return 97 - mod97(body) === key
}

const spanishLetters = 'TRWAGMYFPDXBNJZSQVHLCKE'

/** Spanish DNI (eight digits and a letter) or NIE (X, Y, Z, seven digits and a letter). */
export function validSpanish(text: string): 'dni' | 'nie' | undefined {
  if (text.length !== 9) return undefined
  const first = 'XYZ'.indexOf(text[0] ?? '')
  const digits = first < 0 ? text.slice(0, 8) : `${first}${text.slice(1, 8)}`
  if (!allDigits(digits) || spanishLetters[Number(digits) % 23] !== text[8]) return undefined
  return first < 0 ? 'dni' : 'nie'
}

/** Income tax number of India: five letters (the fourth says what the holder is), four digits, a letter. */
export function validIndianPan(text: string): boolean {
  if (text.length !== 10 || !allDigits(text.slice(5, 9)) || !'ABCFGHJLPT'.includes(text[3] ?? '-'))
    return false
  return allLetters(text.slice(0, 5)) && allLetters(text.slice(9))
}

/** British national insurance number: prefixes that are never used are none. */
export function validNino(text: string): boolean {
  if (text.length !== 9 || !allLetters(text.slice(0, 2)) || !allDigits(text.slice(2, 8))) return false
  if (
    !'ABCD'.includes(text[8] ?? '-') ||
    'DFIQUV'.includes(text[0] ?? '-') ||
    'DFIOQUV'.includes(text[1] ?? '-')
  )
    return false
  return !['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'].includes(text.slice(0, 2))
}

export function allDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return false
  }
  return text.length > 0
}

export function allLetters(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 65 || code > 90) return false
  }
  return text.length > 0
}

/** Appends the digit that makes the Luhn sum right (ISO/IEC 7812-1, annex B). */
export function withLuhn(digits: string): string {
  let sum = 0
  for (let at = digits.length - 1, doubles = true; at >= 0; at -= 1, doubles = !doubles) {
    const value = Number(digits[at]) * (doubles ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** An IBAN with its check digits (ISO 13616: mod 97-10). */
export function withIbanCheck(country: string, bban: string): string {
  const letters = `${bban}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  let rest = 0
  for (const digit of letters) rest = (rest * 10 + Number(digit)) % 97
  return `${country}${String(98 - rest).padStart(2, '0')}${bban}`
}

/** A routing number of the American Bankers Association: eight digits and the ninth, weights 3 7 1. */
export function withAbaCheck(digits: string): string {
  const sum = Array.from(digits).reduce(
    (total, digit, at) => total + Number(digit) * ([3, 7, 1][at % 3] ?? 0),
    0,
  )
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** An NHS number: nine digits and the tenth, mod 11; `undefined` where the check would be 10. */
export function withNhsCheck(digits: string): string | undefined {
  const sum = Array.from(digits).reduce((total, digit, at) => total + Number(digit) * (10 - at), 0)
  const check = (11 - (sum % 11)) % 11
  return check === 10 ? undefined : `${digits}${check}`
}

/** A Spanish DNI: eight digits and their letter. */
export function withDniLetter(digits: string): string {
  return `${digits}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23]}`
}

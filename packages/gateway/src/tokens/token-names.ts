import { isLuhn, type Random } from '#kernel'

const randomBytes = 16
const shown = 4

/** A random token: `vt_` and 128 bits in hex. */
export function randomToken(random: Random): string {
  return `vt_${Buffer.from(random.bytes(randomBytes)).toString('hex')}`
}

/**
 * A token that looks like `digits`: as long, with the same last four, everything else random; never one that passes Luhn, so that nobody
 * and no scanner takes it for a card, and so never any card's number.
 */
export function shapedToken(digits: string, random: Random): string {
  const free = digits.length - shown
  for (;;) {
    const token = randomDigits(free, random) + digits.slice(-shown)
    if (!isLuhn(token)) return token // one in ten passes
  }
}

/** Whether a text can be a token at all. */
export function isTokenName(text: string): boolean {
  return /^(?:vt_[0-9a-f]{32}|\d{12,19})$/.test(text)
}

const fair = 250 // bytes from here on would favour low digits

function randomDigits(count: number, random: Random): string {
  let digits = ''
  while (digits.length < count)
    for (const byte of random.bytes(count)) if (byte < fair && digits.length < count) digits += byte % 10
  return digits
}

import type { Random } from '#kernel'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const unbiasedBelow = 248 // 4 × 62: a byte from here on would favour the first letters, so it is thrown away

/** `length` letters, each of the 62 equally likely. */
export function randomBase62(length: number, random: Random): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < unbiasedBelow && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** A whole number from 0 in base 62, padded with zeros to `length`. */
export function toBase62(value: number, length: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = `${alphabet[rest % 62]}${text}`
  return text.padStart(length, '0')
}

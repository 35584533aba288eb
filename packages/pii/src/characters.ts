export const separator = 0
export const letter = 1
export const upper = 2
export const digit = 3
export const apostrophe = 4
export const invisible = 5
export const other = 6 // beyond ASCII: folded by the slow way

const ascii = new Uint8Array(128)
for (let code = 48; code < 58; code += 1) ascii[code] = digit
for (let code = 65; code < 91; code += 1) ascii[code] = upper
for (let code = 97; code < 123; code += 1) ascii[code] = letter
ascii[39] = apostrophe

/** What a UTF-16 code unit is in a word. */
export function classOf(code: number): number {
  if (code < 128) return ascii[code] ?? separator
  if (code < 0xc0)
    return code === 0xad ? invisible : code === 0xaa || code === 0xb5 || code === 0xba ? other : separator
  if (code < 0x2000)
    return code === 0xd7 || code === 0xf7 || code === 0x964 || code === 0x965 ? separator : other
  if (code < 0x2070) {
    if (code === 0x2019) return apostrophe
    return (code >= 0x200b && code <= 0x200f) || code === 0x2060 ? invisible : separator
  }
  if (code < 0x2c00) return separator
  if (code >= 0x3000 && code < 0x3040) return separator
  if (code === 0xfeff) return invisible
  if (code >= 0xff00 && code < 0xff66)
    return code >= 0xff10 &&
      (code < 0xff1a || (code > 0xff20 && code < 0xff3b) || (code > 0xff40 && code < 0xff5b))
      ? other
      : separator
  return code >= 0xfff0 ? separator : other
}

/** Lower case, no accents, ASCII digits, nothing invisible: how words are looked up. */
export function fold(word: string): string {
  const flat = word.normalize('NFKD').toLowerCase()
  let out = ''
  for (let at = 0; at < flat.length; at += 1) {
    const code = flat.charCodeAt(at)
    if (code < 128) out += flat[at]
    else if (code >= 0x300 && code < 0x370) continue
    else if (code === 0x93c || classOf(code) === invisible) continue
    else if (code === 0x901) out += '\u0902' // chandrabindu is written as anusvara as often as not
    else if (code >= 0x966 && code < 0x970) out += String.fromCharCode(code - 0x966 + 48)
    else if (code >= 0x660 && code < 0x66a) out += String.fromCharCode(code - 0x660 + 48)
    else if (code >= 0x6f0 && code < 0x6fa) out += String.fromCharCode(code - 0x6f0 + 48)
    else if (code === 0x2019) out += "'"
    else if (code === 0xdf) out += 'ss'
    else out += flat[at]
  }
  return out
}

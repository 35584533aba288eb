/** One `inline:` master key with its salt (RFC 4568 §6.1). A secret: never log it. */
export interface SdesKey {
  /** Master key, then master salt. */
  readonly keyAndSalt: Uint8Array
  /** In packets. Absent: the transform's own limit holds. */
  readonly lifetime?: bigint
  /** As it stands in each packet, network order. */
  readonly mki?: Uint8Array
}

const inlinePattern = /^inline:([A-Za-z\d+/]+)(={0,2})((?:\|[\d:^]+){0,2})$/i
const lifetimePattern = /^(?:2\^(\d{1,2})|(\d{1,15}))$/
const mkiPattern = /^(\d{1,309}):(\d{1,3})$/
const maxLifetime = 2n ** 48n // RFC 3711 §9.2: no SRTP key may seal more packets
const maxMkiBytes = 128 // RFC 4568 §6.1

/** Both paddings of base64 are met in the field, also where the standard form needs `=` (interop 3). */
function parseBase64(digits: string): Uint8Array | undefined {
  if (digits.length % 4 === 1) return undefined
  return Uint8Array.fromBase64(digits, { lastChunkHandling: 'loose' })
}

function parseLifetime(text: string): bigint | undefined {
  const match = lifetimePattern.exec(text)
  if (match === null) return undefined
  const packets = match[1] === undefined ? BigInt(match[2] ?? 0) : 2n ** BigInt(match[1])
  return packets > 0n && packets <= maxLifetime ? packets : undefined
}

function parseMki(text: string): Uint8Array | undefined {
  const match = mkiPattern.exec(text)
  const length = Number(match?.[2])
  if (match?.[1] === undefined || length < 1 || length > maxMkiBytes) return undefined
  let value = BigInt(match[1])
  const mki = new Uint8Array(length)
  for (let at = length - 1; at >= 0; at -= 1) {
    mki[at] = Number(value & 0xffn)
    value >>= 8n
  }
  return value === 0n ? mki : undefined // else the value does not fit in its length
}

type KeyOptions = Pick<SdesKey, 'lifetime' | 'mki'>

/** A lifetime comes before an MKI, either may be missing, and only an MKI has a `:` (interop 1). */
function parseOptions(text: string): KeyOptions | undefined {
  const parts = text.split('|').slice(1)
  const last = parts.at(-1)
  const mki = last?.includes(':') === true ? parseMki(parts.pop() ?? '') : undefined
  const lifetime = parts[0] === undefined ? undefined : parseLifetime(parts[0])
  if (last?.includes(':') === true && mki === undefined) return undefined
  if (parts.length > 1 || (parts.length === 1 && lifetime === undefined)) return undefined
  return { ...(lifetime === undefined ? {} : { lifetime }), ...(mki === undefined ? {} : { mki }) }
}

/** Reads `inline:key[|lifetime][|mki:length]`; `undefined` when malformed. The key's length is the caller's to check. */
export function parseInlineKey(text: string): SdesKey | undefined {
  const match = inlinePattern.exec(text)
  if (match?.[1] === undefined) return undefined
  const keyAndSalt = parseBase64(match[1])
  const options = parseOptions(match[3] ?? '')
  return keyAndSalt === undefined || options === undefined ? undefined : { keyAndSalt, ...options }
}

function serializeLifetime(packets: bigint): string {
  const digits = packets.toString(2)
  return /^10*$/.test(digits) ? `2^${digits.length - 1}` : packets.toString()
}

function serializeMki(mki: Uint8Array): string {
  let value = 0n
  for (const byte of mki) value = (value << 8n) | BigInt(byte)
  return `${value}:${mki.length}`
}

/** With the padding of standard base64. */
export function serializeInlineKey(key: SdesKey): string {
  const lifetime = key.lifetime === undefined ? '' : `|${serializeLifetime(key.lifetime)}`
  const mki = key.mki === undefined ? '' : `|${serializeMki(key.mki)}`
  return `inline:${key.keyAndSalt.toBase64()}${lifetime}${mki}`
}

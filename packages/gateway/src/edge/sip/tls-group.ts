/** Names of the key-agreement groups that OpenSSL 3.5 negotiates, by their number in IANA's TLS Supported Groups. */
const groups: Readonly<Record<number, string>> = {
  0x0017: 'secp256r1',
  0x0018: 'secp384r1',
  0x0019: 'secp521r1',
  0x001d: 'X25519',
  0x001e: 'X448',
  0x0100: 'ffdhe2048',
  0x0101: 'ffdhe3072',
  0x0102: 'ffdhe4096',
  0x0200: 'MLKEM512',
  0x0201: 'MLKEM768',
  0x0202: 'MLKEM1024',
  0x11eb: 'SecP256r1MLKEM768',
  0x11ec: 'X25519MLKEM768',
  0x11ed: 'SecP384r1MLKEM1024',
}

const sequenceTag = 0x30
const integerTag = 0x02
const groupTag = 0xb3 // [19] EXPLICIT: `kex_group` of OpenSSL's SSL_SESSION_ASN1

/**
 * The key-agreement group of a TLS session, from OpenSSL's encoding of it (`TLSSocket.getSession()`), which is the only place
 * where Node tells it on a server's side. '' when the encoding does not say; never throws.
 *
 * @param session - Borrowed. Holds the session's master secret: wipe it afterwards.
 */
export function sessionGroup(session: Uint8Array): string {
  const id = groupId(session)
  return id === undefined ? '' : (groups[id] ?? `0x${id.toString(16).padStart(4, '0')}`)
}

function groupId(session: Uint8Array): number | undefined {
  const outer = element(session, 0, session.length)
  if (outer?.tag !== sequenceTag) return undefined
  for (let at = outer.start; at < outer.end;) {
    const field = element(session, at, outer.end)
    if (field === undefined) return undefined
    if (field.tag === groupTag) return integerAt(session, field)
    at = field.end
  }
  return undefined
}

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** One DER element within `bytes[at, limit)`; undefined when it is malformed or goes beyond. */
function element(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined || at + 2 > limit) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthBytes > 3) return undefined // indefinite, or 16 MiB and more
  let length = lengthBytes === 0 ? first : 0
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] ?? limit)
  const start = at + 2 + lengthBytes
  return start + length > limit ? undefined : { tag, start, end: start + length }
}

function integerAt(bytes: Uint8Array, within: Element): number | undefined {
  const integer = element(bytes, within.start, within.end)
  if (integer?.tag !== integerTag || integer.end - integer.start > 3) return undefined
  let value = 0
  for (let i = integer.start; i < integer.end; i++) value = value * 256 + (bytes[i] ?? 0)
  return value > 0xffff ? undefined : value
}

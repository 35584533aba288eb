/** Session descriptions as peers of different habits write them. */
export interface OfferOptions {
  readonly port?: number
  readonly profile?: string
  readonly crypto?: readonly string[]
  readonly direction?: string
  readonly version?: number
  readonly more?: readonly string[]
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 0xff).toBase64()
/** Key and salt, as `a=crypto` has them: 30 bytes for AES_CM_128, 46 for AES_256_CM, 28 and 44 for AES-GCM. */
export const keys = { cm128: bytes(30), cm256: bytes(46), gcm128: bytes(28), gcm256: bytes(44) } as const

const cm128 = `1 AES_CM_128_HMAC_SHA1_80 inline:${keys.cm128}`

export function offer(options: OfferOptions = {}): string[] {
  const { port = 6_000, profile = 'RTP/SAVP', crypto = [cm128], version = 1, direction, more = [] } = options
  return [
    'v=0',
    `o=peer 53655765 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} ${profile} 0 8 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:20',
    ...crypto.map((value) => `a=crypto:${value}`),
    ...(direction === undefined ? [] : [`a=${direction}`]),
    ...more,
  ]
}

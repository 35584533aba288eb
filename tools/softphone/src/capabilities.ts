import type { AudioCapabilities, AudioCodec, SrtpSuite } from '@voxkeep/wire/sdp'

const allSuites: readonly SrtpSuite[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_80',
]

/** What this phone can do, as far as its options leave it; never without encryption. */
export function capabilities(options: {
  readonly codecs?: readonly AudioCodec[]
  readonly suites?: readonly SrtpSuite[]
  readonly ptimeMs?: number
  /** Whether it takes keys as telephone events. Default: true. */
  readonly events?: boolean
}): AudioCapabilities {
  return {
    codecs: options.codecs ?? ['PCMU', 'PCMA'],
    dtmf: options.events ?? true,
    ptimeMs: options.ptimeMs ?? 20,
    suites: options.suites ?? allSuites,
    profile: 'required',
    allowAvpWithCrypto: false,
    dangerouslyAllowPlainRtp: false,
  }
}

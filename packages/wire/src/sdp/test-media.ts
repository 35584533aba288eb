import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'
import { answerOffer } from './answer.ts'
import type { AudioCapabilities, LocalMedia, NegotiatedAudio } from './audio.ts'

export const allSuites: readonly SrtpSuite[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
  'AES_CM_128_HMAC_SHA1_32',
]

/** A master key and salt for tests: every byte is `fill`. */
export function keyOf(suite: SrtpSuite, fill: number): Uint8Array {
  const { keyBytes, saltBytes } = keyLengths(suite)
  return new Uint8Array(keyBytes + saltBytes).fill(fill)
}

export function caps(changes: Partial<AudioCapabilities> = {}): AudioCapabilities {
  return {
    codecs: ['PCMU', 'PCMA'],
    dtmf: true,
    ptimeMs: 20,
    suites: allSuites,
    profile: 'required',
    allowAvpWithCrypto: false,
    dangerouslyAllowPlainRtp: false,
    ...changes,
  }
}

export function local(changes: Partial<LocalMedia> = {}): LocalMedia {
  return {
    address: '192.0.2.10',
    port: 40_000,
    sessionId: '1234567890',
    version: 1,
    rtcpMux: true,
    key: (suite) => keyOf(suite, 0xa5),
    ...changes,
  }
}

/** `a=crypto` of a peer whose key has every byte `fill`. */
export function cryptoLine(tag: number, suite: SrtpSuite, fill = 0x5a, options = ''): string {
  return `a=crypto:${tag} ${suite} inline:${keyOf(suite, fill).toBase64()}${options}`
}

/** A peer's description: its lines below the usual five. */
export function sdpOf(...lines: readonly string[]): string {
  const session = ['v=0', 'o=- 1 1 IN IP4 198.51.100.1', 's=-', 'c=IN IP4 198.51.100.1', 't=0 0']
  return [...session, ...lines, ''].join('\r\n')
}

/** The usual encrypted offer of a phone. */
export function offerOf(...lines: readonly string[]): string {
  const media = ['m=audio 49170 RTP/SAVP 0 8 101', 'a=rtpmap:101 telephone-event/8000']
  return sdpOf(...media, cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'), ...lines)
}

/** What is answered to an offer that must be taken. */
export function accepted(
  offer: string,
  ours?: Partial<AudioCapabilities>,
  media?: Partial<LocalMedia>,
): { readonly sdp: string; readonly audio: NegotiatedAudio } {
  const answer = answerOffer(offer, caps(ours), local(media))
  if (!answer.ok) throw new Error(answer.reason)
  return answer
}

/** Status and reason of an offer that must be refused. */
export function refused(offer: string | Uint8Array, ours?: Partial<AudioCapabilities>): [number, string] {
  const answer = answerOffer(offer, caps(ours), local())
  if (answer.ok) throw new Error('the offer was taken')
  return [answer.status, answer.reason]
}

export function mediaLines(sdp: string): string[] {
  return sdp.split('\r\n').filter((line) => line.startsWith('m='))
}

export { answerOffer, type Answered } from './answer.ts'
export type {
  AlternativeCodec,
  AudioCapabilities,
  AudioCodec,
  LocalMedia,
  NegotiatedAudio,
  NegotiatedEvents,
  OpusLimits,
  Refusal,
} from './audio.ts'
export { parseCrypto, serializeCrypto, type CryptoAttribute } from './crypto-attribute.ts'
export type { Direction } from './direction.ts'
export type { SdesKey } from './inline-key.ts'
export { acceptAnswer, createOffer, type Accepted, type OfferState } from './offer.ts'
export { redactSdp } from './redact.ts'
export { samePeerKeys, sameSrtp } from './same-srtp.ts'
export { SdpError } from './sdp-error.ts'
export type { SrtpSuite } from '@voxkeep/wire/srtp'

import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
  type OfferState,
} from '@voxkeep/wire/sdp'
import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'
import type { Random } from '#kernel'
import type { IncomingCall } from './contract.ts'

/** The SDP side of one leg: what we offer and answer, with our SRTP keys stable for the life of the leg. */
export interface LegMedia {
  /** Answers the peer's offer, first or later. */
  answer(
    offer: Uint8Array,
  ): { ok: true; sdp: string; audio: NegotiatedAudio } | { ok: false; status: number; reason: string }
  /** Our own offer, for an INVITE that came without one. */
  offer(): string
  /** Takes the peer's answer to `offer`. */
  accept(
    answer: Uint8Array,
  ): { ok: true; audio: NegotiatedAudio } | { ok: false; status: number; reason: string }
}

export function legMedia(
  incoming: IncomingCall,
  o: { address: string; port: number; random: Random; ptimeMs: number },
): LegMedia {
  const capabilities: AudioCapabilities = {
    codecs: ['PCMU', 'PCMA'],
    dtmf: true,
    ptimeMs: o.ptimeMs,
    suites: incoming.srtp.suites as readonly SrtpSuite[],
    profile: 'required',
    allowAvpWithCrypto: incoming.srtp.allowAvpWithCrypto,
    dangerouslyAllowPlainRtp: false,
  }
  const keys = new Map<SrtpSuite, Uint8Array>()
  const sessionId = decimal(o.random.bytes(7))
  let version = 0
  let pending: OfferState | undefined
  // RFC 3711 §9.1: a master key is fresh for every leg and direction; a later offer meets the same key again, so that
  // a re-INVITE does not interrupt the audio.
  const key = (suite: SrtpSuite) => {
    const { keyBytes, saltBytes } = keyLengths(suite)
    const known = keys.get(suite) ?? o.random.bytes(keyBytes + saltBytes)
    keys.set(suite, known)
    return known
  }
  const local = (): LocalMedia => ({
    address: o.address,
    port: o.port,
    sessionId,
    version: ++version,
    rtcpMux: true,
    key,
  })
  return {
    answer: (offer) => answerOffer(offer, capabilities, local()),
    offer() {
      const made = createOffer(capabilities, local())
      pending = made.state
      return made.sdp
    },
    accept(answer) {
      if (pending === undefined) return { ok: false, status: 400, reason: 'no offer is open' }
      return acceptAnswer(pending, answer)
    },
  }
}

/** RFC 8866 §5.2: the session id is a number; 56 random bits keep it unguessable and within 2^63. */
function decimal(bytes: Uint8Array): string {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n).toString()
}

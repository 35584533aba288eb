import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type AudioCapabilities,
  type AudioCodec,
  type LocalMedia,
  type NegotiatedAudio,
  type OfferState,
} from '@voxkeep/wire/sdp'
import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'
import type { Random } from '#kernel'
import type { LegSrtp } from './contract.ts'

type Refused = { readonly ok: false; readonly status: number; readonly reason: string }
export type Agreed = { readonly ok: true; readonly audio: NegotiatedAudio } | Refused

/** The SDP side of one leg: what we offer and answer, with our SRTP keys stable for the life of the leg. */
export interface LegMedia {
  /** Answers the peer's offer, first or later. */
  answer(offer: Uint8Array): { ok: true; sdp: string; audio: NegotiatedAudio } | Refused
  /** Our own offer, first or later; a later one keeps streams, payload types and keys. */
  offer(): string
  /** Takes the peer's answer to the last `offer`; of several (forks, early and final) each may be given. */
  accept(answer: Uint8Array): Agreed
  /** What is described from now on has fresh keys. The returned function takes that back: the old ones are in force again. */
  renewKeys(): () => void
  /** The port that descriptions name from now on. */
  moveTo(port: number): void
}

export interface LegMediaOptions {
  readonly srtp: LegSrtp
  readonly codecs: readonly AudioCodec[]
  readonly address: string
  readonly port: number
  readonly random: Random
  readonly ptimeMs: number
}

export function legMedia(o: LegMediaOptions): LegMedia {
  const capabilities: AudioCapabilities = {
    codecs: o.codecs,
    dtmf: true,
    ptimeMs: o.ptimeMs,
    suites: o.srtp.suites as readonly SrtpSuite[],
    profile: 'required',
    allowAvpWithCrypto: o.srtp.allowAvpWithCrypto,
    dangerouslyAllowPlainRtp: false,
  }
  let { port } = o
  const keys = sendKeys(o.random)
  const local = localMedia(o, () => port, keys.of)
  const versions = numberVersions()
  let pending: OfferState | undefined
  return {
    answer(offer) {
      const answer = (version: number) => answerOffer(offer, capabilities, local(version))
      return versions.next((version) => {
        const made = answer(version)
        return { made, sdp: made.ok ? made.sdp : undefined }
      })
    },
    offer() {
      const earlier = versions.last
      const made = versions.next((version) => {
        const offered = createOffer(capabilities, local(version), earlier)
        return { made: offered, sdp: offered.sdp }
      })
      pending = made.state
      return made.sdp
    },
    accept(answer) {
      if (pending === undefined) return { ok: false, status: 400, reason: 'no offer is open' }
      return acceptAnswer(pending, answer)
    },
    renewKeys: keys.renew,
    moveTo(other) {
      port = other
    },
  }
}

/**
 * RFC 3711 §9.1: a master key is fresh for every leg and direction; a later offer meets the same key again, so that a
 * re-INVITE does not interrupt the audio (interop 5).
 */
function sendKeys(random: Random) {
  let keys = new Map<SrtpSuite, Uint8Array>()
  return {
    of(suite: SrtpSuite): Uint8Array {
      const { keyBytes, saltBytes } = keyLengths(suite)
      const known = keys.get(suite) ?? random.bytes(keyBytes + saltBytes)
      keys.set(suite, known)
      return known
    },
    renew(): () => void {
      const old = keys
      keys = new Map()
      return () => void (keys = old)
    },
  }
}

function localMedia(
  o: LegMediaOptions,
  port: () => number,
  key: (suite: SrtpSuite) => Uint8Array,
): (version: number) => LocalMedia {
  const sessionId = decimal(o.random.bytes(7))
  return (version) => ({ address: o.address, port: port(), sessionId, version, rtcpMux: true, key })
}

/** RFC 3264 §8: the version of a description rises by one when, and only when, it differs from the last. */
function numberVersions() {
  let version = 0
  let last: string | undefined
  return {
    get last() {
      return last
    },
    next<Made>(make: (version: number) => { readonly made: Made; readonly sdp: string | undefined }): Made {
      if (last !== undefined) {
        const same = make(version)
        if (same.sdp === undefined || same.sdp === last) return same.made
      }
      const { made, sdp } = make(version + 1)
      if (sdp === undefined) return made
      version += 1
      last = sdp
      return made
    },
  }
}

/** RFC 8866 §5.2: the session id is a number; 56 random bits keep it unguessable and within 2^63. */
function decimal(bytes: Uint8Array): string {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n).toString()
}

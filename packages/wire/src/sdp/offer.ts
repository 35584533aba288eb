import {
  refuse,
  type AlternativeCodec,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
  type Refusal,
} from './audio.ts'
import { bindFormats, type OfferedFormats } from './bind-formats.ts'
import { bundleOf, midOf } from './bundle.ts'
import type { CryptoAttribute } from './crypto-attribute.ts'
import { attributes, readDescription, type Description, type MediaSection } from './description.ts'
import { chooseFormats, commonCodecs, knownFormats, type Formats } from './formats.ts'
import { localCrypto } from './local-crypto.ts'
import { negotiated } from './negotiated.ts'
import { isPlainProfile, isSecureProfile, usableCryptos } from './protection.ts'
import { SdpError } from './sdp-error.ts'
import { audioLines, rejectedLines, writeDescription } from './write.ts'

/** What `acceptAnswer` must know of an offer. Holds our keys: never log it. */
export interface OfferState extends OfferedFormats {
  readonly caps: AudioCapabilities
  readonly local: Pick<LocalMedia, 'rtcpMux' | 'direction'>
  readonly cryptos: readonly CryptoAttribute[]
  /** Which of `sections` is our audio. */
  readonly index: number
  readonly sections: number
}

export type Accepted = { readonly ok: true; readonly audio: NegotiatedAudio } | Refusal

/** Our own last description, as far as the next must agree with it (RFC 3264 §8). */
interface Earlier {
  readonly description: Description
  readonly index: number
  readonly active: MediaSection
}

function readEarlier(text: string | undefined): Earlier | undefined {
  const description = text === undefined ? undefined : readDescription(text)
  if (description?.ok !== true) return undefined
  const index = description.sections.findIndex((section) => section.port !== 0)
  const active = description.sections[index]
  return active === undefined ? undefined : { description, index, active }
}

interface Profile {
  readonly protocol: string
  readonly encrypted: boolean
}

/** A re-offer keeps the profile that was agreed; else encryption is required of the peer (interop 8). */
function profileOf(caps: AudioCapabilities, earlier: Earlier | undefined): Profile {
  const active = earlier?.active
  const wasPlain = active !== undefined && attributes(active.lines, 'crypto').length === 0
  const mayBePlain = caps.dangerouslyAllowPlainRtp && (wasPlain || caps.suites.length === 0)
  if (mayBePlain) return { protocol: active?.protocol ?? 'RTP/AVP', encrypted: false }
  if (caps.suites.length === 0) throw new SdpError('SDP_NOTHING_TO_OFFER', 'there is no suite to offer')
  return { protocol: wasPlain ? 'RTP/SAVP' : (active?.protocol ?? 'RTP/SAVP'), encrypted: true }
}

/**
 * Offers one audio stream. The keys are `local`'s own, so they stay over re-offers (interop 5).
 * Throws `SdpError` `SDP_NOTHING_TO_OFFER` without a codec, or without a suite unless plain RTP is allowed.
 *
 * @param earlier - Our last description in this session: a re-offer must keep its streams, profile and payload types.
 */
export function createOffer(
  caps: AudioCapabilities,
  local: LocalMedia,
  earlier?: string,
): { sdp: string; state: OfferState } {
  if (caps.codecs.length === 0) throw new SdpError('SDP_NOTHING_TO_OFFER', 'there is no codec to offer')
  const before = readEarlier(earlier)
  const { protocol, encrypted } = profileOf(caps, before)
  const cryptos = encrypted ? caps.suites.map((suite, at) => localCrypto(local, { tag: at + 1, suite })) : []
  const formats = bindFormats(caps, before?.active)
  const mid = before === undefined ? undefined : midOf(before.active)
  const bundle = before === undefined ? undefined : bundleOf(before.description, mid)
  const ours = audioLines({
    port: local.port,
    protocol,
    ...formats,
    ptimeMs: caps.ptimeMs,
    direction: local.direction ?? 'sendrecv',
    cryptos,
    rtcpMux: local.rtcpMux,
    mid,
  })
  const media = before?.description.sections.map((each, at) =>
    at === before.index ? ours : rejectedLines(each),
  ) ?? [ours]
  const { rtcpMux, direction } = local
  return {
    sdp: writeDescription(local, { bundle, media }),
    state: {
      caps,
      local: direction === undefined ? { rtcpMux } : { rtcpMux, direction },
      ...formats,
      cryptos,
      index: before?.index ?? 0,
      sections: media.length,
    },
  }
}

/** The peer's attribute with ours of the same tag and suite. */
function pairCryptos(
  state: OfferState,
  section: MediaSection,
): { remote: CryptoAttribute; local: CryptoAttribute } | undefined {
  for (const remote of usableCryptos(attributes(section.lines, 'crypto'))) {
    const local = state.cryptos.find((each) => each.tag === remote.tag && each.suite === remote.suite)
    if (local !== undefined) return { remote, local }
  }
  return undefined
}

/** Why the answered section's profile cannot stand for what we offered: an encrypted offer has no plain answer. */
function profileFault(state: OfferState, section: MediaSection, encrypted: boolean): string | undefined {
  const { protocol } = section
  if (state.cryptos.length > 0 && !encrypted) return 'the answer has no key to our offer'
  if (isPlainProfile(protocol))
    return encrypted && !state.caps.allowAvpWithCrypto ? 'the answer changed the profile' : undefined
  return isSecureProfile(protocol) && encrypted ? undefined : 'the answer changed the profile'
}

/** Codecs of the answer beside the chosen one, under our types. */
function alternativesOf(state: OfferState, section: MediaSection, chosen: Formats): AlternativeCodec[] {
  return commonCodecs(knownFormats(section), state.caps.codecs).flatMap(({ encoding }) => {
    const ours = state.codecs.find((each) => each.encoding === encoding)
    if (ours === undefined || encoding === chosen.encoding) return []
    const { codec, clockRateHz } = encoding
    return [{ codec, clockRateHz, receivePayloadType: ours.payloadType }]
  })
}

function agree(state: OfferState, description: Description, section: MediaSection): Accepted {
  const cryptos = pairCryptos(state, section)
  const fault = profileFault(state, section, cryptos !== undefined)
  if (fault !== undefined) return refuse(488, fault)
  const formats = chooseFormats(section, state.caps.codecs, 'theirs')
  const payloadType = state.codecs.find((each) => each.encoding === formats?.encoding)?.payloadType
  if (formats === undefined || payloadType === undefined) return refuse(488, 'no common codec')
  const { caps, local, events } = state
  const receiveFormats = { payloadType, events }
  const audio = negotiated({ description, section, formats, receiveFormats, caps, local, cryptos })
  if (audio === undefined) return refuse(488, 'the media address cannot be used')
  const alternatives = alternativesOf(state, section, formats)
  return { ok: true, audio: alternatives.length === 0 ? audio : { ...audio, alternatives } }
}

/** Reads the answer to `createOffer`'s offer. Never throws on what a peer sent; a refused answer ends the call. */
export function acceptAnswer(state: OfferState, answer: string | Uint8Array): Accepted {
  const description = readDescription(answer)
  if (!description.ok) return description
  const section = description.sections[state.index]
  if (description.sections.length !== state.sections || section?.media !== 'audio') {
    return refuse(488, 'the answer does not match the offer')
  }
  return section.port === 0 ? refuse(488, 'the audio was refused') : agree(state, description, section)
}

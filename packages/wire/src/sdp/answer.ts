import {
  refuse,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
  type Refusal,
} from './audio.ts'
import { bundleOf, midOf } from './bundle.ts'
import type { CryptoAttribute } from './crypto-attribute.ts'
import { readDescription, textOf, type Description, type MediaSection } from './description.ts'
import { chooseFormats, type Formats } from './formats.ts'
import { localCrypto } from './local-crypto.ts'
import { negotiated } from './negotiated.ts'
import { chooseProtection, type Protection } from './protection.ts'
import { remoteEndpoint } from './remote-endpoint.ts'
import { audioLines, rejectedLines, writeDescription } from './write.ts'

export type Answered = { readonly ok: true; readonly sdp: string; readonly audio: NegotiatedAudio } | Refusal

interface Candidate {
  readonly section: MediaSection
  readonly formats: Formats
  readonly protection: Protection
}

/** The section as one that could be taken, or in constant words why not. */
function candidateOf(
  description: Description,
  section: MediaSection,
  caps: AudioCapabilities,
): Candidate | string {
  if (section.port === 0) return 'the offered audio is switched off'
  const protection = chooseProtection(description, section, caps)
  if (protection === undefined) return 'no acceptable encryption was offered'
  const formats = chooseFormats(section, caps.codecs, 'ours')
  if (formats === undefined) return 'no common codec'
  const usable = remoteEndpoint(description, section, false) ?? remoteEndpoint(description, section, true)
  return usable === undefined ? 'the media address cannot be used' : { section, formats, protection }
}

/** The best protected section, of equals the first; the others are refused (interop 8). */
function chooseCandidate(description: Description, caps: AudioCapabilities): Candidate | Refusal {
  let best: Candidate | undefined
  let reason = 'no audio was offered'
  for (const section of description.sections) {
    if (section.media !== 'audio') continue
    const candidate = candidateOf(description, section, caps)
    if (typeof candidate === 'string') reason = candidate
    else if (best === undefined || candidate.protection.rank < best.protection.rank) best = candidate
  }
  return best ?? refuse(488, reason)
}

function answeringCrypto(remote: CryptoAttribute, local: LocalMedia): CryptoAttribute {
  const { tag, suite, suiteAlias } = remote // the offer's tag and spelling (interop 3)
  return localCrypto(local, { tag, suite, ...(suiteAlias === undefined ? {} : { suiteAlias }) })
}

function timingOf({ session }: Description): string {
  const times = [textOf(session.timing?.start), textOf(session.timing?.stop)]
  return times.every((time) => /^\d{1,10}$/.test(time)) ? times.join(' ') : '0 0'
}

function writeAnswer(
  description: Description,
  chosen: Candidate,
  local: LocalMedia,
  audio: NegotiatedAudio,
  crypto: CryptoAttribute | undefined,
): string {
  const mid = midOf(chosen.section)
  const ours = audioLines({
    port: local.port,
    protocol: chosen.protection.protocol,
    codecs: [chosen.formats],
    events: audio.dtmf === undefined ? new Map() : chosen.formats.events,
    ptimeMs: audio.ptimeMs,
    direction: audio.direction,
    cryptos: crypto === undefined ? [] : [crypto],
    rtcpMux: audio.remote.rtcpMux,
    mid,
    acfg: chosen.protection.acfg,
  })
  return writeDescription(local, {
    timing: timingOf(description),
    bundle: bundleOf(description, mid),
    media: description.sections.map((each) => (each === chosen.section ? ours : rejectedLines(each))),
  })
}

/**
 * Answers an offer with one audio stream of one codec (RFC 3264 §6); every other stream is refused.
 *
 * Never throws on what a peer sent. A refusal's `status` is the response to give: 415 for what is no session
 * description, 400 for a malformed one, 488 for one we cannot take. Throws `SdpError` when `local.key` is unfit.
 */
export function answerOffer(
  offer: string | Uint8Array,
  caps: AudioCapabilities,
  local: LocalMedia,
): Answered {
  const description = readDescription(offer)
  if (!description.ok) return description
  const chosen = chooseCandidate(description, caps)
  if ('ok' in chosen) return chosen
  const { section, formats, protection } = chosen
  const remote = protection.crypto
  const cryptos = remote === undefined ? undefined : { remote, local: answeringCrypto(remote, local) }
  const audio = negotiated({ description, section, formats, caps, local, cryptos })
  if (audio === undefined) return refuse(488, 'the media address cannot be used')
  return { ok: true, sdp: writeAnswer(description, chosen, local, audio, cryptos?.local), audio }
}

import type { AudioCapabilities, LocalMedia, NegotiatedAudio } from './audio.ts'
import type { CryptoAttribute } from './crypto-attribute.ts'
import { attributes, directionOf, type Description, type MediaSection } from './description.ts'
import { answerDirection, withoutReceiving } from './direction.ts'
import { clockRateHz, type Formats } from './formats.ts'
import { isUnspecified } from './ip-literal.ts'
import { choosePtime } from './packet-time.ts'
import { offersMux, remoteEndpoint } from './remote-endpoint.ts'
import { SdpError } from './sdp-error.ts'

export interface Agreement {
  readonly description: Description
  readonly section: MediaSection
  /** The peer's payload types. */
  readonly formats: Formats
  /** Ours, where they are not the peer's. */
  readonly receiveFormats?: { readonly payloadType: number; readonly dtmf: number | undefined }
  readonly caps: AudioCapabilities
  readonly local: Pick<LocalMedia, 'rtcpMux' | 'direction'>
  /** The peer's attribute and ours, of one tag and suite. */
  readonly cryptos?: { readonly remote: CryptoAttribute; readonly local: CryptoAttribute } | undefined
}

function srtpOf(cryptos: NonNullable<Agreement['cryptos']>): NonNullable<NegotiatedAudio['srtp']> {
  const [send] = cryptos.local.keys
  if (send === undefined) throw new SdpError('SDP_KEY_LENGTH', 'a local attribute has no key')
  return { suite: cryptos.local.suite, tag: cryptos.local.tag, send, receive: cryptos.remote.keys }
}

function silenceOf(section: MediaSection, comfortNoise: number | undefined): boolean {
  const announced = attributes(section.lines, 'silenceSupp').some((value) => /^on\b/i.test(value)) // RFC 3108 §5.6.3.2
  return announced || comfortNoise !== undefined
}

function dtmfOf({ formats, receiveFormats, caps }: Agreement): NegotiatedAudio['dtmf'] {
  const ours = receiveFormats === undefined ? formats.dtmf : receiveFormats.dtmf
  if (!caps.dtmf || formats.dtmf === undefined || ours === undefined) return undefined
  return { sendPayloadType: formats.dtmf, receivePayloadType: ours, clockRateHz }
}

/** Everything that follows once section, codec and keys are chosen; `undefined` when the peer has no usable address. */
export function negotiated(agreement: Agreement): NegotiatedAudio | undefined {
  const { description, section, formats, receiveFormats, caps, local, cryptos } = agreement
  const remote = remoteEndpoint(description, section, local.rtcpMux && offersMux(section))
  if (remote === undefined) return undefined
  const said = directionOf(description, section)
  const theirs = isUnspecified(remote.address) ? withoutReceiving(said) : said
  const dtmf = dtmfOf(agreement)
  return {
    remote,
    codec: formats.codec,
    sendPayloadType: formats.payloadType,
    receivePayloadType: receiveFormats?.payloadType ?? formats.payloadType,
    ...(dtmf === undefined ? {} : { dtmf }),
    ptimeMs: choosePtime(section, caps.ptimeMs),
    direction: answerDirection(theirs, local.direction ?? 'sendrecv'),
    ...(cryptos === undefined ? {} : { srtp: srtpOf(cryptos) }),
    silenceSuppression: silenceOf(section, formats.comfortNoise),
    ...(formats.comfortNoise === undefined ? {} : { cnPayloadType: formats.comfortNoise }),
  }
}

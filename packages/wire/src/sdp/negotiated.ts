import type { AudioCapabilities, LocalMedia, NegotiatedAudio, NegotiatedEvents } from './audio.ts'
import type { CryptoAttribute } from './crypto-attribute.ts'
import { attributes, directionOf, type Description, type MediaSection } from './description.ts'
import { answerDirection, withoutReceiving } from './direction.ts'
import { formatParameters, usualEventClockHz, type EventTypes, type Formats } from './formats.ts'
import { isUnspecified } from './ip-literal.ts'
import { opusLimits } from './opus-limits.ts'
import { choosePtime } from './packet-time.ts'
import { offersMux, remoteEndpoint } from './remote-endpoint.ts'
import { SdpError } from './sdp-error.ts'

export interface Agreement {
  readonly description: Description
  readonly section: MediaSection
  /** The peer's payload types. */
  readonly formats: Formats
  /** Ours, where they are not the peer's. */
  readonly receiveFormats?: { readonly payloadType: number; readonly events: EventTypes }
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

/** Events are sent on the codec's clock where the peer can take them, and taken on any clock that both have. */
function eventsOf({ formats, receiveFormats, caps }: Agreement): NegotiatedEvents | undefined {
  if (!caps.dtmf) return undefined
  const ours = receiveFormats?.events ?? formats.events
  const [first, second] = [formats.encoding.clockRateHz, usualEventClockHz].flatMap((clockRateHz) => {
    const sendPayloadType = formats.events.get(clockRateHz)
    const receivePayloadType = ours.get(clockRateHz)
    if (sendPayloadType === undefined || receivePayloadType === undefined) return []
    return [{ sendPayloadType, receivePayloadType, clockRateHz }]
  })
  if (first === undefined || second === undefined || second.clockRateHz === first.clockRateHz) return first
  const { receivePayloadType, clockRateHz } = second
  return { ...first, fallback: { receivePayloadType, clockRateHz } }
}

/** Everything that follows once section, codec and keys are chosen; `undefined` when the peer has no usable address. */
export function negotiated(agreement: Agreement): NegotiatedAudio | undefined {
  const { description, section, formats, receiveFormats, caps, local, cryptos } = agreement
  const remote = remoteEndpoint(description, section, local.rtcpMux && offersMux(section))
  if (remote === undefined) return undefined
  const said = directionOf(description, section)
  const theirs = isUnspecified(remote.address) ? withoutReceiving(said) : said
  const dtmf = eventsOf(agreement)
  const { codec, clockRateHz } = formats.encoding
  return {
    remote,
    codec,
    clockRateHz,
    sendPayloadType: formats.payloadType,
    receivePayloadType: receiveFormats?.payloadType ?? formats.payloadType,
    ...(dtmf === undefined ? {} : { dtmf }),
    ...(codec === 'OPUS' ? { opus: opusLimits(formatParameters(section, formats.payloadType)) } : {}),
    ptimeMs: choosePtime(section, formats.encoding, caps.ptimeMs),
    direction: answerDirection(theirs, local.direction ?? 'sendrecv'),
    ...(cryptos === undefined ? {} : { srtp: srtpOf(cryptos) }),
    silenceSuppression: silenceOf(section, formats.comfortNoise),
    ...(formats.comfortNoise === undefined ? {} : { cnPayloadType: formats.comfortNoise }),
  }
}

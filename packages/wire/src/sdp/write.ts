import type { LocalMedia } from './audio.ts'
import { serializeCrypto, type CryptoAttribute } from './crypto-attribute.ts'
import type { MediaSection } from './description.ts'
import type { Direction } from './direction.ts'
import type { BoundCodec, EventTypes } from './formats.ts'
import { isIpv6 } from './ip-literal.ts'

export interface AudioSection {
  readonly port: number
  readonly protocol: string
  readonly codecs: readonly BoundCodec[]
  readonly events: EventTypes
  readonly ptimeMs: number
  readonly direction: Direction
  readonly cryptos: readonly CryptoAttribute[]
  readonly rtcpMux: boolean
  readonly mid?: string | undefined
  readonly acfg?: string | undefined
}

function codecLines({ encoding, payloadType }: BoundCodec): string[] {
  const { rtpmap, fmtp } = encoding
  return [
    `a=rtpmap:${payloadType} ${rtpmap}`,
    ...(fmtp === undefined ? [] : [`a=fmtp:${payloadType} ${fmtp}`]),
  ]
}

function eventLines([clockRateHz, payloadType]: readonly [number, number]): string[] {
  return [`a=rtpmap:${payloadType} telephone-event/${clockRateHz}`, `a=fmtp:${payloadType} 0-15`]
}

/** The lines of one audio section. */
export function audioLines(audio: AudioSection): string[] {
  const types = [...audio.codecs.map((each) => each.payloadType), ...audio.events.values()]
  const lines = [
    `m=audio ${audio.port} ${audio.protocol} ${types.join(' ')}`,
    ...audio.codecs.flatMap(codecLines),
    ...[...audio.events].flatMap(eventLines),
  ]
  if (audio.acfg !== undefined) lines.push(`a=acfg:${audio.acfg}`)
  for (const crypto of audio.cryptos) lines.push(`a=crypto:${serializeCrypto(crypto)}`)
  lines.push(`a=ptime:${audio.ptimeMs}`, `a=${audio.direction}`)
  if (audio.rtcpMux) lines.push('a=rtcp-mux')
  if (audio.mid !== undefined) lines.push(`a=mid:${audio.mid}`)
  return lines
}

/** Refuses a section: port 0, and the rest as it was offered (RFC 3264 §6). */
export function rejectedLines(section: MediaSection): string[] {
  return [`m=${section.media} 0 ${section.protocol} ${section.formats.join(' ')}`]
}

/** @param timing - The value of `t=`: an answer repeats the offer's (RFC 3264 §6). */
export function writeDescription(
  local: LocalMedia,
  o: { readonly timing?: string; readonly bundle?: string | undefined; readonly media: readonly string[][] },
): string {
  const place = `IN ${isIpv6(local.address) ? 'IP6' : 'IP4'} ${local.address}`
  const lines = [
    'v=0',
    `o=- ${local.sessionId} ${local.version} ${place}`,
    's=-',
    `c=${place}`,
    `t=${o.timing ?? '0 0'}`,
    ...(o.bundle === undefined ? [] : [`a=group:BUNDLE ${o.bundle}`]),
    ...o.media.flat(),
  ]
  return `${lines.join('\r\n')}\r\n`
}

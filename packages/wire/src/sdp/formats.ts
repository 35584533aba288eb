import type { AudioCodec } from './audio.ts'
import { attributes, textOf, type MediaSection } from './description.ts'
import { encodingsOf, type Encoding } from './encoding.ts'

/** What phones send with any codec, since many know no other clock (interop 19). */
export const usualEventClockHz = 8_000

/** One codec of a section. */
export interface BoundCodec {
  readonly encoding: Encoding
  readonly payloadType: number
}

/** The types of telephone events by the rate of their clock; the codec's own, and the usual one. */
export type EventTypes = ReadonlyMap<number, number>

/** The payload types that matter in one audio section. */
export interface Formats extends BoundCodec {
  readonly events: EventTypes
  readonly comfortNoise?: number
}

const staticFormats: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU/8000'],
  [8, 'PCMA/8000'],
  [9, 'G722/8000'],
  [13, 'CN/8000'],
])

type RtpMap = MediaSection['parsed']['rtp'][number]

function encodingOf(rtpmap: RtpMap): string {
  const channels = textOf(rtpmap.encoding)
  const suffix = channels === '' || channels === '1' ? '' : `/${channels}`
  return `${textOf(rtpmap.codec).toUpperCase()}/${textOf(rtpmap.rate)}${suffix}`
}

/** The distinct encodings that the section's `a=rtpmap` lines give each payload type. */
function mappings(section: MediaSection): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const rtpmap of section.parsed.rtp) {
    const payloadType = textOf(rtpmap.payload)
    const encodings = found.get(payloadType) ?? new Set()
    found.set(payloadType, encodings.add(encodingOf(rtpmap)))
  }
  return found
}

const payloadTypePattern = /^(?:0|[1-9]\d?|1[01]\d|12[0-7])$/

/**
 * Each known encoding, such as `PCMU/8000`, with its first payload type, in the order of the `m=` line. A type that two
 * lines give different meanings has none (interop 19).
 */
export function knownFormats(section: MediaSection): Map<string, number> {
  const mapped = mappings(section)
  const known = new Map<string, number>()
  for (const format of new Set(section.formats)) {
    if (!payloadTypePattern.test(format)) continue
    const encodings = mapped.get(format)
    const [encoding] = encodings ?? [staticFormats.get(Number(format))]
    if ((encodings?.size ?? 1) > 1 || encoding === undefined || known.has(encoding)) continue
    known.set(encoding, Number(format))
  }
  return known
}

/** Our codecs that the section has as well, in our order. */
export function commonCodecs(
  known: ReadonlyMap<string, number>,
  codecs: readonly AudioCodec[],
): BoundCodec[] {
  const common: BoundCodec[] = []
  for (const encoding of encodingsOf(codecs)) {
    const name = encoding.names.find((each) => known.has(each))
    const payloadType = name === undefined ? undefined : known.get(name)
    if (payloadType !== undefined) common.push({ encoding, payloadType })
  }
  return common
}

/** The types of telephone events on these clocks. */
export function eventTypes(known: ReadonlyMap<string, number>, clocksHz: Iterable<number>): EventTypes {
  const types = new Map<number, number>()
  for (const clockHz of clocksHz) {
    const payloadType = known.get(`TELEPHONE-EVENT/${clockHz}`)
    if (payloadType !== undefined) types.set(clockHz, payloadType)
  }
  return types
}

/**
 * What to speak of what the section has. Our order of codecs decides over an offer; over an answer the order in it does,
 * which is the answerer's (RFC 3264 §6.1). Events go with the codec's clock, or the usual one.
 */
export function chooseFormats(
  section: MediaSection,
  codecs: readonly AudioCodec[],
  whose: 'ours' | 'theirs',
): Formats | undefined {
  const known = knownFormats(section)
  const common = commonCodecs(known, codecs)
  const order = [...known.values()]
  if (whose === 'theirs') common.sort((a, b) => order.indexOf(a.payloadType) - order.indexOf(b.payloadType))
  const [chosen] = common
  if (chosen === undefined) return undefined
  const { clockRateHz } = chosen.encoding
  const comfortNoise = known.get(`CN/${clockRateHz}`)
  return {
    ...chosen,
    events: eventTypes(known, [clockRateHz, usualEventClockHz]),
    ...(comfortNoise === undefined ? {} : { comfortNoise }),
  }
}

const maxFmtpCharacters = 1_000 // the longest in the field are those of video, and far below it

/** The parameters that `a=fmtp` gives a payload type, names in lower case. Of two of one name the first counts. */
export function formatParameters(section: MediaSection, payloadType: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const prefix = `${payloadType} `
  const lines = attributes(section.lines, 'fmtp').filter((each) => each.startsWith(prefix))
  const text = lines[0]?.slice(prefix.length, maxFmtpCharacters) ?? ''
  for (const part of text.split(';')) {
    const [name = '', value = ''] = part.split('=', 2).map((each) => each.trim())
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), value)
  }
  return found
}

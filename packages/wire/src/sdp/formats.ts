import type { AudioCodec } from './audio.ts'
import { textOf, type MediaSection } from './description.ts'

export const clockRateHz = 8_000 // of both G.711 codecs, and so of the events beside them (RFC 4733 §2.1)

/** The payload types that matter in one audio section. */
export interface Formats {
  readonly codec: AudioCodec
  readonly payloadType: number
  readonly dtmf?: number
  readonly comfortNoise?: number
}

const staticFormats: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU/8000'],
  [8, 'PCMA/8000'],
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
function knownFormats(section: MediaSection): Map<string, number> {
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

/** The first of our codecs in the peer's order (RFC 3264 §6.1), with the events on the same clock (interop 19). */
export function chooseFormats(section: MediaSection, codecs: readonly AudioCodec[]): Formats | undefined {
  const known = knownFormats(section)
  const dtmf = known.get(`TELEPHONE-EVENT/${clockRateHz}`)
  const comfortNoise = known.get(`CN/${clockRateHz}`)
  for (const [encoding, payloadType] of known) {
    const codec = codecs.find((each) => encoding === `${each}/${clockRateHz}`)
    if (codec === undefined) continue
    return {
      codec,
      payloadType,
      ...(dtmf === undefined ? {} : { dtmf }),
      ...(comfortNoise === undefined ? {} : { comfortNoise }),
    }
  }
  return undefined
}

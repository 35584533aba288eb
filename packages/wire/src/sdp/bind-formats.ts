import type { AudioCapabilities } from './audio.ts'
import type { MediaSection } from './description.ts'
import { encodingsOf, type Encoding } from './encoding.ts'
import {
  commonCodecs,
  eventTypes,
  knownFormats,
  usualEventClockHz,
  type BoundCodec,
  type EventTypes,
} from './formats.ts'

/** The payload types of an offer. */
export interface OfferedFormats {
  readonly codecs: readonly BoundCodec[]
  readonly events: EventTypes
}

const usualEventTypes: ReadonlyMap<number, number> = new Map([
  [8_000, 101],
  [16_000, 102],
  [48_000, 110],
])
const firstDynamic = 96 // RFC 3551 §6: 96 to 127
const types = 32

/** Gives out payload types, none of them twice. */
function typeAllocator(taken: Iterable<number>): (wanted: number) => number | undefined {
  const used = new Set(taken)
  const dynamic = Array.from({ length: types }, (_, i) => firstDynamic + i)
  return (wanted) => {
    const type = [wanted, ...dynamic].find((each) => !used.has(each))
    if (type !== undefined) used.add(type)
    return type
  }
}

/** Codecs bound before come first, in the order they had: the one that is spoken stays the preferred one. */
function boundBefore(active: MediaSection, caps: AudioCapabilities): BoundCodec[] {
  const known = knownFormats(active)
  const order = [...known.values()]
  return commonCodecs(known, caps.codecs).toSorted(
    (a, b) => order.indexOf(a.payloadType) - order.indexOf(b.payloadType),
  )
}

/** Events on the clock of each codec, and on the usual one beside it (RFC 4733 §2.1, interop 19). */
function eventClocks(codecs: readonly BoundCodec[]): Set<number> {
  return new Set([...codecs.map(({ encoding }) => encoding.clockRateHz), usualEventClockHz])
}

/**
 * Ours with the usual types, save where an earlier description bound another: a binding never changes (RFC 3264 §8.3.2),
 * and no type is given twice (interop 19).
 */
export function bindFormats(caps: AudioCapabilities, active: MediaSection | undefined): OfferedFormats {
  const known = active === undefined ? new Map<string, number>() : knownFormats(active)
  const allocate = typeAllocator([...known.values()])
  const bound = active === undefined ? [] : boundBefore(active, caps)
  const isBound = (encoding: Encoding) => bound.some((each) => each.encoding === encoding)
  const added = encodingsOf(caps.codecs).flatMap((encoding) => {
    if (isBound(encoding)) return []
    const payloadType = allocate(encoding.usualPayloadType)
    return payloadType === undefined ? [] : [{ encoding, payloadType }]
  })
  const codecs = [...bound, ...added]
  if (!caps.dtmf) return { codecs, events: new Map() }
  const clocks = eventClocks(codecs)
  const events = new Map(eventTypes(known, clocks))
  for (const clockHz of clocks) {
    if (events.has(clockHz)) continue
    const payloadType = allocate(usualEventTypes.get(clockHz) ?? firstDynamic)
    if (payloadType !== undefined) events.set(clockHz, payloadType)
  }
  return { codecs, events }
}

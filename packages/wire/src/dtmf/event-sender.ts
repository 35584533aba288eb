import { serializeEvent, type DtmfDigit } from './event-payload.ts'

/** One packet of an event; the n-th is due n packet times after the first. */
export interface EventPacket {
  readonly payload: Uint8Array
  readonly timestamp: number
  readonly marker: boolean
}

export interface EventSenderOptions {
  /** RTP timestamp at which the key goes down. */
  readonly timestamp: number
  readonly clockRateHz?: number
  readonly ptimeMs?: number
  /** Level in −dBm0. */
  readonly volume?: number
}

const maxDuration = 0xffff
const endPackets = 3 // RFC 4733 §2.5.1.4
const minDurationMs = 40 // the shortest that receivers of tones must accept, ITU-T Q.24
const maxDurationMs = 60_000 // a bound for the list; no key is held longer

/**
 * The packets of one key press, one a packet time, the last one three times. Longer ones than 0xffff timestamp
 * units are cut in segments: RFC 4733 §2.5.1.3. `undefined` when `digit` is no key.
 *
 * @param durationMs - Brought into 40 ms to 60 s.
 */
export function eventSender(
  digit: DtmfDigit,
  durationMs: number,
  options: EventSenderOptions,
): EventPacket[] | undefined {
  const { clockRateHz = 8_000, ptimeMs = 20, volume = 10 } = options
  const heldMs = Math.min(maxDurationMs, Math.max(minDurationMs, durationMs))
  const total = Math.round((heldMs * clockRateHz) / 1_000)
  const step = Math.round((ptimeMs * clockRateHz) / 1_000)
  const packets: EventPacket[] = []

  function add(segment: number, duration: number, end: boolean): boolean {
    const payload = serializeEvent({ digit, end, volume, duration })
    if (payload === undefined) return false
    const timestamp = (options.timestamp + segment) >>> 0
    packets.push({ payload, timestamp, marker: packets.length === 0 })
    return true
  }

  let segment = 0
  for (let held = step; ; held += step) {
    const now = Math.min(held, total)
    if (now - segment > maxDuration) {
      // The closing update of a segment reads the full 0xffff, whatever the packet time.
      if (!add(segment, maxDuration, false)) return undefined
      segment += maxDuration
    }
    if (now === total) break
    if (!add(segment, now - segment, false)) return undefined
  }
  for (let sent = 0; sent < endPackets; sent += 1) {
    if (!add(segment, total - segment, true)) return undefined
  }
  return packets
}

import {
  g711WithConcealment,
  g711WithoutConcealment,
  mosOf,
  transmissionRating,
  type EquipmentImpairment,
} from '@voxkeep/wire/rtp'
import type { AudioCodec } from '@voxkeep/wire/sdp'

/** What has come of a stream of packets. */
export interface Reception {
  readonly received: number
  readonly lost: number
  /** Came after their place had been given up. */
  readonly late: number
  /** Runs of packets that were missing. */
  readonly holes: number
}

export const nothingReceived: Reception = { received: 0, lost: 0, late: 0, holes: 0 }

export function sinceThen(now: Reception, then: Reception): Reception {
  return {
    received: now.received - then.received,
    lost: now.lost - then.lost,
    late: now.late - then.late,
    holes: now.holes - then.holes,
  }
}

/** What a phone's jitter buffer is taken to add; what ours adds is in the delay that it is given. */
const phoneBufferMs = 40

/** MOS of what we hear; undefined when nothing came and nothing was lost. */
export function heardMos(reception: Reception, delayMs: number, codec: AudioCodec): number | undefined {
  const { received, lost, late, holes } = reception
  const expected = received + Math.max(0, lost)
  if (expected <= 0) return undefined
  const missing = Math.max(0, Math.min(expected, lost + late))
  const lossFraction = missing / expected
  // ITU-T G.107 §7.5: the mean length of the holes over what random loss would leave.
  const burstRatio = holes > 0 ? (missing / holes) * (1 - lossFraction) : 1
  return rated({ delayMs, lossFraction, burstRatio, codec: impairmentHere(codec) })
}

/** MOS of what a peer's report says that it hears. */
export function peerMos(lossFraction: number, networkDelayMs: number): number {
  const delayMs = networkDelayMs + phoneBufferMs
  return rated({ delayMs, lossFraction, burstRatio: 1, codec: g711WithConcealment })
}

function rated(conditions: Parameters<typeof transmissionRating>[0]): number {
  return Math.round(100 * mosOf(transmissionRating(conditions))) / 100
}

/** Opus conceals by itself; what others lose is silence on the track, which no model forgives. */
function impairmentHere(codec: AudioCodec): EquipmentImpairment {
  return codec === 'OPUS' ? g711WithConcealment : g711WithoutConcealment
}

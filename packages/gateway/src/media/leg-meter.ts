import type { LegId } from '#kernel'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { frameSamples } from './caller-track.ts'
import type { FromMedia, StreamCount } from './contract.ts'

/** How loud both sides of a leg are, told five times a second while somebody looks. Costs nothing while nobody does. */
export interface LegMeter {
  watch(on: boolean): void
  /** A frame of a channel (0: what the peer says, 1: what it hears), borrowed. */
  frame(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
}

const everySamples = 1_600
const fullScale = 32_768
/** Quieter is told as this: µ-law's own silence. */
export const floorDb = -78

export function legMeter(options: {
  readonly leg: LegId
  readonly post: (message: FromMedia) => void
  readonly streams: () => readonly StreamCount[]
}): LegMeter {
  const { leg, post, streams } = options
  const pcm = new Int16Array(frameSamples)
  const squares: [number, number] = [0, 0]
  const samples: [number, number] = [0, 0]
  let isOn = false
  let toldAt: number | undefined

  function tell(positionSamples: number): void {
    toldAt = positionSamples
    const [inDb, outDb] = [0, 1].map((channel) => level(squares[channel as 0 | 1], samples[channel as 0 | 1]))
    squares.fill(0)
    samples.fill(0)
    post({ kind: 'level', leg, inDb: inDb ?? floorDb, outDb: outDb ?? floorDb, streams: streams() })
  }

  return {
    watch(on) {
      isOn = on
      toldAt = undefined
    },
    frame(channel, positionSamples, ulaw) {
      if (!isOn) return
      toldAt ??= positionSamples
      for (let from = 0; from < ulaw.length; from += frameSamples) {
        const part = ulaw.subarray(from, from + frameSamples)
        decodeUlaw(part, pcm)
        for (let i = 0; i < part.length; i += 1) squares[channel] += (pcm[i] ?? 0) ** 2
      }
      samples[channel] += ulaw.length
      if (positionSamples - toldAt >= everySamples) tell(positionSamples)
    },
  }
}

/** Root mean square in dB below full scale, whole. */
function level(squares: number, samples: number): number {
  if (samples === 0 || squares === 0) return floorDb
  return Math.max(floorDb, Math.round(10 * Math.log10(squares / samples / fullScale ** 2)))
}

import type { LegId } from '#kernel'
import { frameSamples } from './caller-track.ts'
import type { FromMedia } from './contract.ts'

/** Reports what is said on a leg, both ways, while somebody listens: a message for about 100 ms of each voice. */
export interface LegListener {
  listen(on: boolean): void
  /** A frame of a channel (0: what the peer says, 1: what it hears), borrowed: its bytes are copied. Costs nothing while nobody listens. */
  frame(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
}

const framesEach = 5
const batchSamples = framesEach * frameSamples

interface Batch {
  ulaw: Uint8Array
  positionSamples: number
  length: number
}

export function legListener(options: {
  readonly leg: LegId
  readonly post: (message: FromMedia) => void
}): LegListener {
  const { leg, post } = options
  const batches: readonly [Batch, Batch] = [empty(), empty()]
  let isOn = false

  function flush(channel: 0 | 1): void {
    const batch = batches[channel]
    const { positionSamples, length } = batch
    if (length === 0) return
    // The buffer goes with the message; the next batch has its own, so that it may be transferred.
    const ulaw = length === batchSamples ? batch.ulaw : batch.ulaw.slice(0, length)
    Object.assign(batch, empty())
    post({ kind: 'heard', leg, channel, positionSamples, ulaw })
  }

  return {
    listen(on) {
      if (isOn && !on) for (const channel of [0, 1] as const) flush(channel)
      isOn = on
    },
    frame(channel, positionSamples, ulaw) {
      if (!isOn) return
      const batch = batches[channel]
      // A batch is one stretch without holes: what lies elsewhere begins another.
      if (batch.length > 0 && batch.positionSamples + batch.length !== positionSamples) flush(channel)
      for (let from = 0; from < ulaw.length;) {
        if (batch.length === 0) batch.positionSamples = positionSamples + from
        const part = ulaw.subarray(from, from + batchSamples - batch.length)
        batch.ulaw.set(part, batch.length)
        batch.length += part.length
        from += part.length
        if (batch.length === batchSamples) flush(channel)
      }
    },
  }
}

function empty(): Batch {
  return { ulaw: new Uint8Array(batchSamples), positionSamples: 0, length: 0 }
}

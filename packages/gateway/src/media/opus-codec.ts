import { decodeUlaw, encodeUlaw, ULAW_SILENCE } from '@voxkeep/wire/g711'
import { readOpus } from '@voxkeep/wire/opus'
import type { OpusLimits } from '@voxkeep/wire/sdp'
import {
  Application,
  createDecoder,
  createEncoder,
  loadLibopus,
  Signal,
  type EncoderOptions,
  type OpusDecoderHandle,
  type OpusEncoderHandle,
} from 'libopus-wasm'
import { maxPayloadSamples } from './codec-limits.ts'
import type { PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

/** libopus mixes down and resamples by itself: what it takes and gives here is one channel at 8 kHz. */
const rate = { sampleRate: 8_000, channels: 1 } as const
const unitsPerSample = 6 // of the 48 kHz clock
const stepSamples = 20 // 2.5 ms: concealment is made in whole steps
/** Half the cost of what is usual; at 8 kHz the difference cannot be measured. */
const complexity = 2
/** Half of G.711's; narrowband speech gains nothing beyond it. */
const bitrate = 32_000
/** Below it the part of Opus that keeps the wave (CELT) does worse than the one that models a voice (SILK). */
const leastWaveBitrate = 24_000
const assumedLossPercent = 10

/**
 * Only SILK has forward error correction. To a peer that has no use for it CELT is better by any measure: 10 dB nearer to
 * the original, 4 ms faster, at half the cost.
 */
function encoderOptions(limits: OpusLimits | undefined): EncoderOptions {
  const most = limits?.maxAverageBitrate ?? Infinity
  const common = { ...rate, bitrate: Math.min(bitrate, most), complexity, vbr: !(limits?.cbr ?? false) }
  const voice = { application: Application.Voip, signal: Signal.Voice }
  if (limits?.fec === true) return { ...common, ...voice, fec: true, packetLossPercent: assumedLossPercent }
  if (most < leastWaveBitrate) return { ...common, ...voice }
  return { ...common, application: Application.RestrictedLowDelay }
}

/**
 * Gets the library ready: about 10 ms of a thread's time, once. A codec made before that is deaf until it is; one made
 * after is so only until the current turn of the event loop is over, before any packet can come.
 */
export async function loadOpus(): Promise<void> {
  await loadLibopus()
}

interface Freed {
  free(): void
}

/** A handle that is there a moment later, and freed when it is not wanted any more by then. */
function held<T extends Freed>(making: Promise<T>): { handle: T | undefined; close(): void } {
  let closed = false
  const holder = {
    handle: undefined as T | undefined,
    close() {
      closed = true
      holder.handle?.free()
      holder.handle = undefined
    },
  }
  making.then(
    (handle) => {
      if (closed) handle.free()
      else holder.handle = handle
    },
    () => {}, // out of memory: the codec stays deaf, which the media statistics show
  )
  return holder
}

/** What the library throws says no more than that the payload was none. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export function opusPayloadDecoder(): PayloadDecoder {
  const decoder = held<OpusDecoderHandle>(createDecoder(rate))
  const ulaw = new Uint8Array(maxPayloadSamples)

  function silence(samples: number): Uint8Array {
    return ulaw.subarray(0, samples).fill(ULAW_SILENCE)
  }

  function concealed(handle: OpusDecoderHandle, samples: number, next: Uint8Array): Uint8Array {
    const nextSamples = Math.min((readOpus(next)?.samples48k ?? 0) / unitsPerSample, samples)
    // The packet after a loss holds a copy of the one before it alone.
    const known = nextSamples - (nextSamples % stepSamples)
    const unknown = samples - known
    const guessed =
      unknown >= stepSamples ? handle.decodePacketLoss(unknown - (unknown % stepSamples)) : new Int16Array(0)
    encodeUlaw(guessed, ulaw)
    if (known === 0) return ulaw.subarray(0, guessed.length)
    const copied = handle.decode(next, { decodeFec: true, frameSize: known })
    encodeUlaw(copied, ulaw.subarray(guessed.length))
    return ulaw.subarray(0, guessed.length + copied.length)
  }

  return {
    unitsOf: (payload) => readOpus(payload)?.samples48k ?? 0,
    decode(payload) {
      const packet = readOpus(payload)
      const { handle } = decoder
      if (packet === undefined || handle === undefined) return undefined
      if (packet.silent) return silence(packet.samples48k / unitsPerSample)
      const samples = attempt(() => handle.decode(payload))
      return samples === undefined ? undefined : encodeUlaw(samples, ulaw)
    },
    conceal(samples, next) {
      const { handle } = decoder
      if (handle === undefined || samples < stepSamples || samples > maxPayloadSamples) return undefined
      return attempt(() => concealed(handle, samples, next))
    },
    restart() {}, // decoders are made for packets of strange state, and a new one would miss the first packet
    close: decoder.close,
  }
}

export function opusPayloadEncoder(limits: OpusLimits | undefined): PayloadEncoder {
  const encoder = held<OpusEncoderHandle>(createEncoder(encoderOptions(limits)))
  const samples = new Int16Array(maxPayloadSamples)
  return {
    encode(ulaw, out) {
      const { handle } = encoder
      if (handle === undefined || ulaw.length > maxPayloadSamples) return 0
      const linear = decodeUlaw(ulaw, samples)
      const packet = attempt(() =>
        handle.encode(linear, { frameSize: linear.length, maxPacketBytes: out.length }),
      )
      if (packet === undefined) return 0
      out.set(packet)
      return packet.length
    },
    close: encoder.close,
  }
}

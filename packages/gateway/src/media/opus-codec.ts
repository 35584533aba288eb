import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { readOpus } from '@voxkeep/wire/opus'
import { bandJoiner, bandSplitter } from '@voxkeep/wire/resample'
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
import { isQuiet } from './caller-track.ts'
import { maxPayloadSamples, wideRateHz } from './codec-limits.ts'
import type { DecodedAudio, PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

/** libopus mixes down and resamples by itself: what it gives here is one channel at 16 kHz, which costs it no more than 8 kHz. */
const wideRate = { sampleRate: wideRateHz, channels: 1 } as const
/** What it takes, until there is something that is wide to be said: that costs up to twice as much. */
const narrowRate = { sampleRate: 8_000, channels: 1 } as const
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
function encoderOptions(
  limits: OpusLimits | undefined,
  rate: Pick<EncoderOptions, 'sampleRate' | 'channels'>,
): EncoderOptions {
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
  const decoder = held<OpusDecoderHandle>(createDecoder(wideRate))
  const splitter = bandSplitter(wideRateHz)
  const ulaw = new Uint8Array(maxPayloadSamples)
  const narrow = new Int16Array(maxPayloadSamples)
  const wide = new Int16Array(2 * maxPayloadSamples)

  /** Appends what was decoded; `from` counts µ-law. Returns where it ends. */
  function take(decoded: Int16Array, from: number): number {
    const to = from + decoded.length / 2
    splitter.process(decoded, narrow.subarray(from, to), wide.subarray(2 * from, 2 * to))
    return to
  }

  function taken(samples: number): DecodedAudio {
    return { ulaw: encodeUlaw(narrow.subarray(0, samples), ulaw), wide: wide.subarray(0, 2 * samples) }
  }

  function concealed(handle: OpusDecoderHandle, samples: number, next: Uint8Array): DecodedAudio {
    const nextSamples = Math.min((readOpus(next)?.samples48k ?? 0) / unitsPerSample, samples)
    // The packet after a loss holds a copy of the one before it alone.
    const known = nextSamples - (nextSamples % stepSamples)
    const unknown = samples - known
    let end = 0
    if (unknown >= stepSamples)
      end = take(handle.decodePacketLoss(2 * (unknown - (unknown % stepSamples))), end)
    if (known > 0) end = take(handle.decode(next, { decodeFec: true, frameSize: 2 * known }), end)
    return taken(end)
  }

  return {
    unitsOf: (payload) => readOpus(payload)?.samples48k ?? 0,
    decode(payload) {
      const packet = readOpus(payload)
      const { handle } = decoder
      if (packet === undefined || handle === undefined) return undefined
      if (packet.silent) return taken(take(new Int16Array((2 * packet.samples48k) / unitsPerSample), 0))
      const samples = attempt(() => handle.decode(payload))
      return samples === undefined ? undefined : taken(take(samples, 0))
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
  const encoder = held<OpusEncoderHandle>(createEncoder(encoderOptions(limits, narrowRate)))
  const mayBeWide = limits === undefined || limits.maxPlaybackRateHz >= wideRateHz
  const narrow = new Int16Array(maxPayloadSamples)
  let wider: WideEncoder | undefined
  const expectWide = () => {
    if (mayBeWide) wider ??= wideEncoder(limits)
  }
  return {
    expectWide,
    encode(ulaw, out, wide) {
      if (ulaw.length > maxPayloadSamples) return 0
      if (wide !== undefined) expectWide()
      const linear = decodeUlaw(ulaw, narrow)
      const other = wider?.take(ulaw, linear, wide)
      const [handle, samples] = other === undefined ? [encoder.handle, linear] : [other.handle, other.samples]
      if (handle === undefined) return 0
      const packet = attempt(() =>
        handle.encode(samples, { frameSize: samples.length, maxPacketBytes: out.length }),
      )
      if (packet === undefined) return 0
      out.set(packet)
      return packet.length
    },
    close() {
      encoder.close()
      wider?.close()
    },
  }
}

interface WideEncoder {
  /** What is to be encoded at 16 kHz, and by whom; nothing as long as it is not its turn. */
  take(
    ulaw: Uint8Array,
    narrow: Int16Array,
    wide: Int16Array | undefined,
  ): { readonly handle: OpusEncoderHandle; readonly samples: Int16Array } | undefined
  close(): void
}

/** From one encoder to another is a click, unless somebody pauses; who does not for so many packets has it. */
const longestWait = 50

/** Its turn begins in a pause, and stays: whoever spoke at a wide rate does so again. */
function wideEncoder(limits: OpusLimits | undefined): WideEncoder {
  const encoder = held<OpusEncoderHandle>(createEncoder(encoderOptions(limits, wideRate)))
  const joiner = bandJoiner(wideRateHz)
  const samples = new Int16Array(2 * maxPayloadSamples)
  let waited = 0
  let isOn = false
  return {
    take(ulaw, narrow, wide) {
      const joined = joiner.process(narrow, wide, samples)
      const { handle } = encoder
      if (handle === undefined) return undefined
      if (wide !== undefined) waited += 1
      isOn ||= isQuiet(ulaw) || waited > longestWait
      return isOn ? { handle, samples: joined } : undefined
    },
    close: () => encoder.close(),
  }
}

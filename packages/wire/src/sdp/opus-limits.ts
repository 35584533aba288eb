import type { OpusLimits } from './audio.ts'

// RFC 7587 §6.1
const leastBitrate = 6_000
const mostBitrate = 510_000
const leastPlaybackRateHz = 8_000
const mostPlaybackRateHz = 48_000

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}

/** What the peer's `a=fmtp` says of the Opus that it wants to get; what makes no sense in it counts as left out. */
export function opusLimits(parameters: ReadonlyMap<string, string>): OpusLimits {
  const bitrate = integer(parameters.get('maxaveragebitrate'))
  const rateHz = integer(parameters.get('maxplaybackrate')) ?? mostPlaybackRateHz
  return {
    ...(bitrate === undefined ? {} : { maxAverageBitrate: within(bitrate, leastBitrate, mostBitrate) }),
    maxPlaybackRateHz: within(rateHz, leastPlaybackRateHz, mostPlaybackRateHz),
    fec: parameters.get('useinbandfec') === '1',
    cbr: parameters.get('cbr') === '1',
  }
}

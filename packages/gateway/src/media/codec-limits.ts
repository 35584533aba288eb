import { samplesPerMs } from './caller-track.ts'

/**
 * Longer payloads are nobody's: Opus ends at 120 ms, and phones at 60. It bounds what decoding one packet costs, and what is
 * concealed of a loss: the rest of it is silence.
 */
export const maxPayloadMs = 120
export const maxPayloadSamples = maxPayloadMs * samplesPerMs
/** What a wideband codec is heard at, and what goes beside a frame of such a leg: G.722's rate, and as much of Opus as a voice needs. */
export const wideRateHz = 16_000

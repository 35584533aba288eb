import { decodeUlaw, encodeUlaw, ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { Span } from './span-list.ts'

/** What takes the place of audio that may not be kept. */
export type Mask = 'silence' | 'tone'

/** A stretch to overwrite, in samples of the recording, and with what. */
export interface MaskedSpan extends Span {
  readonly mask: Mask
}

/** 1 ms: the last sample before a stretch, and the first one behind it, fade within the stretch, so that nothing clicks. */
export const edgeSamples = 8
const toneFadeSamples = 40
/** 28.5 dB below full scale. One frequency alone is never a key, and 1,000 Hz is more than 5 % from those of any (ITU-T Q.23). */
const toneAmplitude = 1_200
const tonePeriod = 8 // of 1,000 Hz at 8,000 samples a second

const toneSamples = Int16Array.from({ length: tonePeriod }, (_, at) =>
  Math.round(toneAmplitude * Math.sin((2 * Math.PI * at) / tonePeriod)),
)
const toneCodes = encodeUlaw(toneSamples, new Uint8Array(tonePeriod))

/**
 * Overwrites stretches of one channel of interleaved µ-law in place. Nothing of what they held is left, not even in how the edges fade: first
 * everything becomes silence, and only then is there a fade, of what lies outside.
 *
 * @param start - Where `pairs` begins in the recording; stretches may reach beyond both its ends.
 * @param before - The sample (µ-law) of the channel just before `start`, as it was sealed.
 */
export function maskPairs(
  pairs: Uint8Array,
  start: number,
  channel: 0 | 1,
  spans: readonly MaskedSpan[],
  before: number,
): void {
  const end = start + pairs.length / 2
  for (const { from, to } of spans)
    for (let at = Math.max(from, start); at < Math.min(to, end); at++)
      pairs[2 * (at - start) + channel] = ULAW_SILENCE
  const codeAt = (at: number) => (at < start ? before : (pairs[2 * (at - start) + channel] ?? ULAW_SILENCE))
  for (const span of spans) {
    const draw = (at: number, code: number) => {
      if (at >= start && at < end) pairs[2 * (at - start) + channel] = code
    }
    if (span.mask === 'tone') hum(span, Math.max(span.from, start), Math.min(span.to, end), draw)
    else fade(span, start, end, codeAt, draw)
  }
}

function fade(
  { from, to }: Span,
  start: number,
  end: number,
  codeAt: (at: number) => number,
  draw: (at: number, code: number) => void,
): void {
  const length = Math.min(edgeSamples, Math.floor((to - from) / 2))
  const weight = (step: number) => 1 - (step + 1) / (length + 1)
  // A neighbour in the next piece may still be overwritten there: only what is final is faded.
  const [first, last] = [
    from >= start ? codeAt(from - 1) : ULAW_SILENCE,
    to < end ? codeAt(to) : ULAW_SILENCE,
  ]
  for (let step = 0; step < length; step++) {
    if (first !== ULAW_SILENCE) draw(from + step, encodeOne(decodeOne(first) * weight(step)))
    if (last !== ULAW_SILENCE) draw(to - 1 - step, encodeOne(decodeOne(last) * weight(step)))
  }
}

function hum({ from, to }: Span, start: number, end: number, draw: (at: number, code: number) => void): void {
  for (let at = start; at < end; at++) {
    const gain = Math.min(at - from + 1, to - at) / toneFadeSamples
    const phase = at % tonePeriod
    draw(at, gain >= 1 ? (toneCodes[phase] as number) : encodeOne((toneSamples[phase] as number) * gain))
  }
}

function decodeOne(code: number): number {
  return decodeUlaw(Uint8Array.of(code), new Int16Array(1))[0] as number
}

function encodeOne(sample: number): number {
  return encodeUlaw(Int16Array.of(Math.round(sample)), new Uint8Array(1))[0] as number
}

import { markup, type Markup } from './markup.ts'

export const waveformWidth = 880
const height = 72
const fullScale = 32_768

export interface Waveform {
  readonly title: string
  readonly note: string
  readonly samples: Int16Array
  /** Drawn from this sample on, so that signals that belong together lie under each other. */
  readonly fromSample: number
  /** Names the colour. */
  readonly kind: 'spoken' | 'heard' | 'left' | 'right'
}

/** One signal's outline over `durationSamples`; what lies outside of it is drawn as silence. */
export function waveformSvg(wave: Waveform, durationSamples: number): Markup {
  const outline = waveformPath(wave.samples, wave.fromSample, durationSamples)
  return markup`<figure class="wave ${wave.kind}"><figcaption><b>${wave.title}</b> <span>${wave.note}</span></figcaption>
<svg viewBox="0 0 ${waveformWidth} ${height}" preserveAspectRatio="none" role="img" aria-label="${wave.title}"><line class="axis" x1="0" x2="${waveformWidth}" y1="${height / 2}" y2="${height / 2}"/><path d="${outline}"/></svg></figure>`
}

/** A closed outline: the loudest sample each pixel above, and the lowest below. */
export function waveformPath(samples: Int16Array, fromSample: number, durationSamples: number): string {
  const upper: string[] = []
  const lower: string[] = []
  const perPixel = durationSamples / waveformWidth
  for (let x = 0; x < waveformWidth; x += 1) {
    const start = Math.max(0, Math.floor(fromSample + x * perPixel))
    const end = Math.max(start, Math.min(samples.length, Math.floor(fromSample + (x + 1) * perPixel)))
    let [low, high] = [0, 0]
    for (let i = start; i < end; i += 1) {
      const sample = samples[i] as number
      if (sample < low) low = sample
      if (sample > high) high = sample
    }
    upper.push(`${x} ${y(high)}`)
    lower.push(`${x} ${y(low)}`)
  }
  return `M${upper.join('L')}L${lower.toReversed().join('L')}Z`
}

function y(sample: number): string {
  return (height / 2 - (sample / fullScale) * (height - 4)).toFixed(1)
}

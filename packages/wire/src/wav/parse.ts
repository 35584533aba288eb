import { bytesPerSample, formatTag, wavFormatOf, type Wav, type WavFormat } from './format.ts'

export interface WavError {
  readonly error: 'not-wav' | 'no-format' | 'no-data' | 'unsupported-format'
}

interface Layout {
  readonly format: WavFormat
  readonly sampleRateHz: number
  readonly channels: number
}

const minFormatBytes = 16
/** A `fmt ` chunk of WAVE_FORMAT_EXTENSIBLE, whose real tag opens the GUID at byte 24. */
const extensibleBytes = 40
const maxChannels = 8 // 7.1 is the most that anything plays
const minSampleRateHz = 4_000 // lower ones would let a small file grow into a large signal at 8 kHz
const maxSampleRateHz = 384_000 // the highest that converters and editors offer

/**
 * Finds format and samples in a RIFF/WAVE file. `data` aliases `bytes`. A data chunk that claims more than there is,
 * as streaming writers leave it, is taken to reach to the end.
 */
export function parseWav(bytes: Uint8Array): Wav | WavError {
  if (tagAt(bytes, 0) !== 'RIFF' || tagAt(bytes, 8) !== 'WAVE') return { error: 'not-wav' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let layout: Layout | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const tag = tagAt(bytes, at)
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    if (tag === 'fmt ') {
      layout = readLayout(view, start, Math.min(size, bytes.length - start))
      if (layout === undefined) return { error: 'unsupported-format' }
    }
    if (tag === 'data') {
      return layout === undefined ? { error: 'no-format' } : samples(bytes, start, size, layout)
    }
    at = start + size + (size % 2) // chunks are padded to even lengths
  }
  return { error: layout === undefined ? 'no-format' : 'no-data' }
}

function samples(bytes: Uint8Array, start: number, size: number, layout: Layout): Wav {
  const available = Math.min(size, bytes.length - start)
  const frameBytes = bytesPerSample[layout.format] * layout.channels
  return { ...layout, data: bytes.subarray(start, start + available - (available % frameBytes)) }
}

function readLayout(view: DataView, start: number, size: number): Layout | undefined {
  if (size < minFormatBytes) return undefined
  const declared = view.getUint16(start, true)
  if (declared === formatTag.extensible && size < extensibleBytes) return undefined
  const tag = declared === formatTag.extensible ? view.getUint16(start + 24, true) : declared
  const format = wavFormatOf(tag, view.getUint16(start + 14, true))
  const channels = view.getUint16(start + 2, true)
  const sampleRateHz = view.getUint32(start + 4, true)
  const plausible =
    channels >= 1 &&
    channels <= maxChannels &&
    sampleRateHz >= minSampleRateHz &&
    sampleRateHz <= maxSampleRateHz
  return format === undefined || !plausible ? undefined : { format, sampleRateHz, channels }
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

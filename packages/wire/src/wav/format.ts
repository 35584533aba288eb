/** Sample encodings this package reads. All are little-endian, interleaved by channel. */
export type WavFormat = 'pcm16' | 'ulaw' | 'alaw' | 'float32' | 'pcm8' | 'pcm24'

export interface Wav {
  readonly format: WavFormat
  readonly sampleRateHz: number
  readonly channels: number
  /** Whole sample frames only. */
  readonly data: Uint8Array
}

export const bytesPerSample: Readonly<Record<WavFormat, number>> = {
  pcm16: 2,
  ulaw: 1,
  alaw: 1,
  float32: 4,
  pcm8: 1,
  pcm24: 3,
}

/** `wFormatTag` of RFC 2361 and of the RIFF specification. */
export const formatTag = { pcm: 1, float: 3, alaw: 6, ulaw: 7, extensible: 0xfffe } as const

/** The encoding of a `fmt ` chunk's tag and bit depth. */
export function wavFormatOf(tag: number, bitsPerSample: number): WavFormat | undefined {
  if (tag === formatTag.ulaw) return bitsPerSample === 8 ? 'ulaw' : undefined
  if (tag === formatTag.alaw) return bitsPerSample === 8 ? 'alaw' : undefined
  if (tag === formatTag.float) return bitsPerSample === 32 ? 'float32' : undefined
  if (tag !== formatTag.pcm) return undefined
  if (bitsPerSample === 8) return 'pcm8'
  if (bitsPerSample === 16) return 'pcm16'
  return bitsPerSample === 24 ? 'pcm24' : undefined
}

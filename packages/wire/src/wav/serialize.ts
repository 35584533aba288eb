import { bytesPerSample, formatTag, type Wav, type WavFormat } from './format.ts'

export interface WavHeaderFields {
  readonly format: WavFormat
  readonly sampleRateHz: number
  readonly channels: number
  /** Bytes of samples that will follow. */
  readonly dataBytes: number
}

const maxUint32 = 0xffffffff
const tagOf: Readonly<Record<WavFormat, number>> = {
  pcm8: formatTag.pcm,
  pcm16: formatTag.pcm,
  pcm24: formatTag.pcm,
  float32: formatTag.float,
  alaw: formatTag.alaw,
  ulaw: formatTag.ulaw,
}

/**
 * The bytes that precede the samples: 44 for PCM, 58 for the others, which carry a `fact` chunk. An odd number of
 * data bytes is to be followed by a zero. Beyond 4 GiB the sizes read 0xffffffff, which readers take as
 * “to the end of the file”.
 */
export function wavHeader(fields: WavHeaderFields): Uint8Array {
  const { format, sampleRateHz, channels, dataBytes } = fields
  const plainPcm = tagOf[format] === formatTag.pcm
  const formatBytes = plainPcm ? 16 : 18
  const out = new Uint8Array(20 + formatBytes + (plainPcm ? 0 : 12) + 8)
  const view = new DataView(out.buffer)
  const frameBytes = bytesPerSample[format] * channels
  putTag(out, 0, 'RIFF')
  view.setUint32(4, Math.min(out.length - 8 + dataBytes + (dataBytes % 2), maxUint32), true)
  putTag(out, 8, 'WAVE')
  putTag(out, 12, 'fmt ')
  view.setUint32(16, formatBytes, true)
  view.setUint16(20, tagOf[format], true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, sampleRateHz * frameBytes, true)
  view.setUint16(32, frameBytes, true)
  view.setUint16(34, bytesPerSample[format] * 8, true)
  if (!plainPcm) {
    putTag(out, 38, 'fact')
    view.setUint32(42, 4, true)
    view.setUint32(46, Math.min(Math.floor(dataBytes / frameBytes), maxUint32), true)
  }
  putTag(out, out.length - 8, 'data')
  view.setUint32(out.length - 4, Math.min(dataBytes, maxUint32), true)
  return out
}

/** A whole file in memory of its own. */
export function serializeWav(wav: Wav): Uint8Array {
  const header = wavHeader({ ...wav, dataBytes: wav.data.length })
  const out = new Uint8Array(header.length + wav.data.length + (wav.data.length % 2))
  out.set(header)
  out.set(wav.data, header.length)
  return out
}

function putTag(out: Uint8Array, at: number, tag: string): void {
  for (let i = 0; i < 4; i += 1) out[at + i] = tag.charCodeAt(i)
}

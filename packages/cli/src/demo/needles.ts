/** Something that must not be found in what was written: a name to report it by, and how it would look. */
export interface Needle {
  readonly what: string
  readonly bytes: Uint8Array
}

const shortest = 6 // below, chance alone would find it

/** A text as it might be written: as it is, as UTF-16, in hex, and in base64 at any alignment. */
export function textNeedles(what: string, text: string): Needle[] {
  const utf8 = Buffer.from(text)
  const utf16 = { what: `${what} (UTF-16)`, bytes: Buffer.from(text, 'utf16le') }
  return [{ what, bytes: utf8 }, utf16, ...encodedNeedles(what, utf8)].filter(isLongEnough)
}

/** Bytes as they might be written: raw, in hex, and in base64 at any alignment. */
export function byteNeedles(what: string, bytes: Uint8Array): Needle[] {
  return [{ what, bytes }, ...encodedNeedles(what, bytes)].filter(isLongEnough)
}

function encodedNeedles(what: string, bytes: Uint8Array): Needle[] {
  const hex = Buffer.from(bytes).toString('hex')
  return [
    { what: `${what} (hex)`, bytes: Buffer.from(hex) },
    { what: `${what} (hex)`, bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((before) => ({
      what: `${what} (base64)`,
      bytes: Buffer.from(base64Within(bytes, before)),
    })),
  ]
}

/** The characters of base64 that depend on `bytes` alone, when so many other bytes (modulo 3) come before them. */
function base64Within(bytes: Uint8Array, before: number): string {
  const text = Buffer.concat([new Uint8Array(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}

function isLongEnough({ bytes }: Needle): boolean {
  return bytes.length >= shortest
}

const runBytes = 24
const everyBytes = 400 // a run each 50 ms of µ-law
const distinctBytes = 10 // fewer: near silence, of which every file is full

/** Short runs of audio, one every so often: enough to find it however it was cut up or wherever it begins. */
export function audioNeedles(what: string, audio: Uint8Array, stepBytes = everyBytes): Needle[] {
  const needles: Needle[] = []
  for (let start = 0; start + runBytes <= audio.length; start += stepBytes) {
    const bytes = audio.subarray(start, start + runBytes)
    if (new Set(bytes).size >= distinctBytes) needles.push({ what, bytes })
  }
  return needles
}

const frameBytes = 160
const encodedRun = 32

/** The base64 in which 20 ms frames of µ-law travel on the stream. */
export function frameNeedles(what: string, ulaw: Uint8Array): Needle[] {
  const needles: Needle[] = []
  for (let start = 0; start + frameBytes <= ulaw.length; start += frameBytes) {
    const frame = ulaw.subarray(start, start + frameBytes)
    if (new Set(frame.subarray(0, encodedRun)).size < distinctBytes) continue
    needles.push({ what, bytes: Buffer.from(Buffer.from(frame).toString('base64').slice(0, encodedRun)) })
  }
  return needles
}

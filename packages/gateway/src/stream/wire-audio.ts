import { alawToUlaw, decodeUlaw, encodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import { decodeL16, encodeL16 } from '@voxkeep/wire/l16'
import { doubler, halver, thirder, tripler, type Resampler } from '@voxkeep/wire/resample'

/** What audio looks like on a wire; `s16le` and `s16be` are uncompressed samples, 16 bits each, by their byte order. */
export interface AudioForm {
  readonly encoding: 'ulaw' | 'alaw' | 's16le' | 's16be'
  /** G.711 is at 8 kHz alone. */
  readonly rateHz: 8_000 | 16_000 | 24_000
}

const insideHz = 8_000

/** Converts µ-law at 8 kHz, borrowed until the call returns, into fresh memory. Keeps a filter's state: one for each track. */
export type Encode = (ulaw: Uint8Array) => Uint8Array
/** Converts what the app sent, borrowed until the call returns, into fresh µ-law at 8 kHz. A sample that is not whole yet waits for the rest of it. */
export type Decode = (bytes: Uint8Array) => Uint8Array

export function encoder({ encoding, rateHz }: AudioForm): Encode {
  if (encoding === 'ulaw') return (ulaw) => ulaw.slice()
  if (encoding === 'alaw') return (ulaw) => ulawToAlaw(ulaw, new Uint8Array(ulaw.length))
  const wider = rateHz === 8_000 ? undefined : rateHz === 16_000 ? doubler() : tripler()
  const ratio = rateHz / insideHz
  return (ulaw) => {
    const narrow = decodeUlaw(ulaw, new Int16Array(ulaw.length))
    const samples = wider?.process(narrow, new Int16Array(ratio * narrow.length)) ?? narrow
    const bytes = encodeL16(samples, new Uint8Array(2 * samples.length))
    return encoding === 's16be' ? bytes : swapped(bytes)
  }
}

export function decoder({ encoding, rateHz }: AudioForm): Decode {
  if (encoding === 'ulaw') return (bytes) => bytes.slice()
  if (encoding === 'alaw') return (bytes) => alawToUlaw(bytes, new Uint8Array(bytes.length))
  const narrower: Resampler | undefined =
    rateHz === 8_000 ? undefined : rateHz === 16_000 ? halver() : thirder()
  const ratio = rateHz / insideHz
  const unit = 2 * ratio
  let rest = new Uint8Array(0)
  return (bytes) => {
    const all = new Uint8Array(rest.length + bytes.length)
    all.set(rest)
    all.set(bytes, rest.length)
    const length = all.length - (all.length % unit)
    rest = all.slice(length)
    const whole = all.subarray(0, length)
    const read = decodeL16(encoding === 's16be' ? whole : swapped(whole), new Int16Array(length / 2))
    const samples = narrower?.process(read, new Int16Array(read.length / ratio)) ?? read
    return encodeUlaw(samples, new Uint8Array(samples.length))
  }
}

/** In place. */
function swapped(bytes: Uint8Array): Uint8Array {
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap16()
  return bytes
}

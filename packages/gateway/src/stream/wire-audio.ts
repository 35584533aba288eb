import { alawToUlaw, decodeUlaw, encodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import { decodeL16, encodeL16 } from '@voxkeep/wire/l16'
import { bandJoiner, bandSplitter, halver, thirder, type Resampler } from '@voxkeep/wire/resample'

/** What audio looks like on a wire; `s16le` and `s16be` are uncompressed samples, 16 bits each, by their byte order. */
export interface AudioForm {
  readonly encoding: 'ulaw' | 'alaw' | 's16le' | 's16be'
  /** G.711 is at 8 kHz alone. */
  readonly rateHz: 8_000 | 16_000 | 24_000
}

const insideHz = 8_000

/**
 * Converts µ-law at 8 kHz into fresh memory; a wide rate is made of `wide`, the same time at 16 kHz, where there is that. Both are borrowed
 * until the call returns. Keeps a filter's state: one for each track.
 */
export type Encode = (ulaw: Uint8Array, wide?: Int16Array) => Uint8Array
/** Converts what the app sent, borrowed until the call returns. A sample that is not whole yet waits for the rest of it. */
export type Decode = (bytes: Uint8Array) => Said

/** What an app said; fresh memory. */
export interface Said {
  /** At 8 kHz. */
  readonly ulaw: Uint8Array
  /** The same time at 16 kHz, twice as many samples; of what was sent at a wider rate to somebody who can hear it. */
  readonly wide?: Int16Array
}

/** Whether a rate carries more than 8 kHz does. */
export function isWide({ rateHz }: AudioForm): boolean {
  return rateHz > insideHz
}

export function encoder({ encoding, rateHz }: AudioForm): Encode {
  if (encoding === 'ulaw') return (ulaw) => new Uint8Array(ulaw) // a Buffer's `slice` is a view
  if (encoding === 'alaw') return (ulaw) => ulawToAlaw(ulaw, new Uint8Array(ulaw.length))
  const joiner = rateHz === 8_000 ? undefined : bandJoiner(rateHz)
  const ratio = rateHz / insideHz
  return (ulaw, wide) => {
    const narrow = decodeUlaw(ulaw, new Int16Array(ulaw.length))
    const samples = joiner?.process(narrow, wide, new Int16Array(ratio * narrow.length)) ?? narrow
    const bytes = encodeL16(samples, new Uint8Array(2 * samples.length))
    return encoding === 's16be' ? bytes : swapped(bytes)
  }
}

/** `keepsWide`: whoever hears it hears more than 8 kHz. */
export function decoder({ encoding, rateHz }: AudioForm, keepsWide = false): Decode {
  if (encoding === 'ulaw') return (bytes) => ({ ulaw: new Uint8Array(bytes) })
  if (encoding === 'alaw') return (bytes) => ({ ulaw: alawToUlaw(bytes, new Uint8Array(bytes.length)) })
  const split = splitterOf(rateHz, keepsWide)
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
    const { narrow, wide } = split(read, read.length / ratio)
    const ulaw = encodeUlaw(narrow, new Uint8Array(narrow.length))
    return wide === undefined ? { ulaw } : { ulaw, wide }
  }
}

type Split = (read: Int16Array, length: number) => { narrow: Int16Array; wide?: Int16Array }

/** What becomes 8 kHz, and 16 kHz with it where that is kept; `length` is that of the former. */
function splitterOf(rateHz: AudioForm['rateHz'], keepsWide: boolean): Split {
  if (rateHz === 8_000) return (read) => ({ narrow: read })
  if (!keepsWide) {
    const narrower: Resampler = rateHz === 16_000 ? halver() : thirder()
    return (read, length) => ({ narrow: narrower.process(read, new Int16Array(length)) })
  }
  const splitter = bandSplitter(rateHz)
  return (read, length) => {
    const [narrow, wide] = [new Int16Array(length), new Int16Array(2 * length)]
    splitter.process(read, narrow, wide)
    return { narrow, wide }
  }
}

/** In place. */
function swapped(bytes: Uint8Array): Uint8Array {
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap16()
  return bytes
}

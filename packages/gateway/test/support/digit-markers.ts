import { toneDetector } from '@voxkeep/wire/dtmf'
import { findAny } from './find-any.ts'
import { byteMarkers, textMarkers, type Marker, type Source } from './markers.ts'

const encoder = new TextEncoder()
const windowDigits = 8 // a part of a number is found too
/** Packed digits are found whole: chance makes four bytes in some megabytes. */
const packedDigits = 12

/** A number in every shape that it could be written down in: as text, in parts and apart, as UTF-16, base64, hex and packed digits. */
export function digitMarkers(what: string, digits: string): Marker[] {
  const windows = Array.from({ length: digits.length - windowDigits + 1 }, (_, at) =>
    digits.slice(at, at + windowDigits),
  )
  const apart = [' ', '-', ',', ', ', '","', '\n'].map((mark) => ({
    what: `${what}, with «${JSON.stringify(mark)}» between`,
    bytes: encoder.encode(digits.slice(0, windowDigits).split('').join(mark)),
  }))
  const groups = [/(\d{4})(?=\d)/g, /^(\d{4})(\d{6})(?=\d)/].flatMap((shape) =>
    [' ', '-'].map((mark) => ({
      what: `${what}, in groups`,
      bytes: encoder.encode(digits.replace(shape, (_, ...parts: string[]) => joinGroups(parts, mark))),
    })),
  )
  return [...windows.flatMap((part) => textMarkers(what, part)), ...apart, ...groups, ...packed(what, digits)]
}

function joinGroups(parts: readonly unknown[], mark: string): string {
  return parts
    .filter((part) => typeof part === 'string' && /^\d{4,6}$/.test(part))
    .map((part) => `${String(part)}${mark}`)
    .join('')
}

/** BCD, from an even and from an odd place, either nibble first; and the digits' values as bytes. */
function packed(what: string, digits: string): Marker[] {
  const values = Uint8Array.from(digits, Number)
  const shapes = [0, 1].flatMap((from) => {
    const part = digits.slice(from, from + packedDigits)
    const bytes = Uint8Array.fromHex(part)
    const swapped = bytes.map((byte) => ((byte << 4) | (byte >> 4)) & 0xff)
    return [bytes, swapped]
      .flatMap((shape) => byteMarkers(`${what}, BCD`, shape))
      .filter(({ what: shape, bytes: written }) => !shape.includes('base64') || written.length >= 8)
  })
  return [{ what: `${what}, as values`, bytes: values.slice(0, windowDigits) }, ...shapes]
}

/** Where any of them is: a sentence each. */
export function findDigits(sources: readonly Source[], markers: readonly Marker[]): string[] {
  const needles = markers.map(({ bytes }) => bytes)
  return sources.flatMap(({ name, bytes }) =>
    findAny(bytes, needles).map(({ needle, offset }) => `${markers[needle]?.what} in ${name}, at ${offset}`),
  )
}

/** The keys that a detector hears in audio of 8 kHz. */
export function keysIn(samples: Int16Array): string {
  let keys = ''
  const detector = toneDetector({ digit: ({ digit }) => void (keys += digit) })
  detector.pushLinear(samples, 0)
  detector.pushLinear(new Int16Array(1_600), samples.length)
  return keys
}

const zeroDbm0Power = 22_300 ** 2 / 2
const windowMs = 10

/** How many milliseconds of audio are louder than that. */
export function loudMs(samples: Int16Array, dbm0: number): number {
  return loudWindows(samples, dbm0).filter((isLoud) => isLoud).length * windowMs
}

/** The longest stretch in which nothing is louder than that; all of it where nothing was heard. */
export function longestQuietMs(samples: Int16Array, dbm0: number): number {
  let [longest, quiet] = [0, 0]
  for (const isLoud of loudWindows(samples, dbm0)) {
    quiet = isLoud ? 0 : quiet + windowMs
    longest = Math.max(longest, quiet)
  }
  return samples.length === 0 ? Infinity : longest
}

function loudWindows(samples: Int16Array, dbm0: number): boolean[] {
  const least = zeroDbm0Power * 10 ** (dbm0 / 10)
  return Array.from({ length: Math.floor(samples.length / (windowMs * 8)) }, (_, at) => {
    const window = samples.subarray(at * windowMs * 8, (at + 1) * windowMs * 8)
    return window.reduce((sum, sample) => sum + sample * sample, 0) / window.length > least
  })
}

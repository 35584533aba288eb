import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import { findAny } from './find-any.ts'

/** Something that must not be found, in one of the shapes it could be written down in. */
export interface Marker {
  readonly what: string
  readonly bytes: Uint8Array
}

export interface Source {
  readonly name: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()
const runBytes = 32 // 4 ms of speech: chance does not make that

/** `text` as it is, in hex, UTF-16 and base64, in which a piece of a longer text has three shapes. */
export function textMarkers(what: string, text: string): Marker[] {
  return byteMarkers(what, encoder.encode(text)).concat({
    what: `${what}, UTF-16`,
    bytes: new Uint8Array(Buffer.from(text, 'utf16le')),
  })
}

/** As `textMarkers`, for a key or other bytes. */
export function byteMarkers(what: string, bytes: Uint8Array): Marker[] {
  const hex = bytes.toHex()
  return [
    { what, bytes },
    { what: `${what}, hex`, bytes: encoder.encode(hex) },
    { what: `${what}, HEX`, bytes: encoder.encode(hex.toUpperCase()) },
    ...[0, 1, 2].map((phase) => ({
      what: `${what}, base64 at ${phase}`,
      bytes: encoder.encode(base64Within(bytes, phase)),
    })),
  ]
}

/** The characters of base64 that depend on `bytes` alone when they lie `phase` bytes into a group of three. */
function base64Within(bytes: Uint8Array, phase: number): string {
  const padded = new Uint8Array(phase + bytes.length)
  padded.set(bytes, phase)
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toBase64()
  return whole.slice(phase === 0 ? 0 : 4)
}

/**
 * Pieces of a call's audio, given as its µ-law: from the loudest places, as µ-law, A-law and linear samples of either byte
 * order, and in base64.
 */
export function audioMarkers(what: string, ulaw: Uint8Array, pieces = 12): Marker[] {
  return loudRuns(ulaw, pieces).flatMap((run) => {
    const linear = decodeUlaw(run, new Int16Array(run.length))
    const little = new Uint8Array(linear.buffer)
    return [
      { what: `${what}, µ-law`, bytes: run },
      { what: `${what}, A-law`, bytes: ulawToAlaw(run, new Uint8Array(run.length)) },
      { what: `${what}, PCM`, bytes: little },
      { what: `${what}, big-endian PCM`, bytes: swapped(little) },
      ...byteMarkers(`${what}, µ-law`, run).filter((marker) => marker.what.includes('base64')),
    ]
  })
}

function loudRuns(ulaw: Uint8Array, pieces: number): Uint8Array[] {
  const step = Math.floor(ulaw.length / pieces)
  const runs: Uint8Array[] = []
  for (let part = 0; part < pieces; part += 1) {
    let best: Uint8Array | undefined
    for (let at = part * step; at + runBytes <= (part + 1) * step; at += runBytes) {
      const run = ulaw.slice(at, at + runBytes)
      if (best === undefined || new Set(run).size > new Set(best).size) best = run
    }
    if (best !== undefined && new Set(best).size > runBytes / 2) runs.push(best)
  }
  return runs
}

function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, i) => bytes[i ^ 1] ?? 0)
}

/** Where any marker is in any source, also in one channel of interleaved stereo: a sentence each. */
export function findMarkers(sources: readonly Source[], markers: readonly Marker[]): string[] {
  const needles = markers.map((marker) => marker.bytes)
  return sources.flatMap(({ name, bytes }) =>
    views(bytes).flatMap((view) =>
      findAny(view.bytes, needles).map(
        ({ needle, offset }) => `${markers[needle]?.what} in ${name}${view.name}, at ${offset}`,
      ),
    ),
  )
}

/** The bytes as they are, and each channel of them as stereo of 8 and of 16 bits, wherever it begins. */
function views(bytes: Uint8Array): Source[] {
  const channels = [0, 1].map((phase) => ({ name: ', stereo µ-law', bytes: everySecond(bytes, phase, 1) }))
  const wide = [0, 1, 2, 3].map((phase) => ({ name: ', stereo PCM', bytes: everySecond(bytes, phase, 2) }))
  return [{ name: '', bytes }, ...channels, ...wide]
}

function everySecond(bytes: Uint8Array, phase: number, width: 1 | 2): Uint8Array {
  const out = new Uint8Array(Math.max(0, Math.floor((bytes.length - phase) / (2 * width)) * width))
  let from = phase
  for (let i = 0; i < out.length; i += width) {
    out[i] = bytes[from] ?? 0
    if (width === 2) out[i + 1] = bytes[from + 1] ?? 0
    from += 2 * width
  }
  return out
}

/** Every file below `folder`, with what is in it. */
export function filesBelow(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(name)) }))
}

export function textSource(name: string, text: string): Source {
  return { name, bytes: encoder.encode(text) }
}

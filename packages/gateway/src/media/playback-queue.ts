import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { wideSpans } from './wide-spans.ts'

/**
 * The audio that waits for one leg: a byte ring that grows on demand, with labels between the bytes. Whoever
 * appends says how much may wait; past that bound audio is refused. Audio may have a companion at 16 kHz, which goes the same
 * way; it waits as µ-law too, so that it takes no more than two bytes beside each of its own.
 */
export interface PlaybackQueue<T> {
  readonly bufferedBytes: number
  readonly pendingLabels: number
  /** True when a label follows the last byte: what waits is a whole utterance, not the start of more. */
  readonly endsWithLabel: boolean
  /** Copies as much of `audio` as fits under `limitBytes`, and of `wide`, twice as many samples; returns how many bytes of the former that was. */
  append(audio: Uint8Array, limitBytes: number, wide?: Int16Array): number
  /** Puts a label after what is queued; false when too many wait already. */
  label(value: T): boolean
  /** Moves up to `length` bytes to `out` at `start`, and their companion to the front of `wide`; returns how many bytes there were. */
  pull(out: Uint8Array, start: number, length: number, wide?: Int16Array): number
  /** Whether all that was pulled last has a companion; else what stands in `wide` is none. */
  readonly isWide: boolean
  hasLabel(matches: (value: T) => boolean): boolean
  /** Takes the next label that has no audio left before it. */
  takeDue(): T | undefined
  /** Forgets all audio; returns every label, in order. */
  clear(): T[]
}

interface Label<T> {
  readonly atByte: number
  readonly value: T
}

const initialBytes = 8_192 // about one second, which is what an app that paces itself keeps waiting
/** Labels are small, but an app may send nothing else. */
const maxLabels = 8_192

export function playbackQueue<T>(): PlaybackQueue<T> {
  let ring = new Uint8Array(initialBytes)
  let head = 0
  let held = 0
  let pulledTotal = 0
  let labels: Label<T>[] = []
  /** Twice as long as `ring`, made when the first companion comes. */
  let wideRing: Uint8Array | undefined
  const spans = wideSpans()
  let isWide = false

  function copyOut(out: Uint8Array, start: number, length: number): void {
    const first = Math.min(length, ring.length - head)
    out.set(ring.subarray(head, head + first), start)
    if (length > first) out.set(ring.subarray(0, length - first), start + first)
  }

  function copyWide(from: Uint8Array, out: Uint8Array, length: number): void {
    const first = Math.min(length, ring.length - head)
    out.set(from.subarray(2 * head, 2 * (head + first)))
    if (length > first) out.set(from.subarray(0, 2 * (length - first)), 2 * first)
  }

  function resize(bytes: number): void {
    const next = new Uint8Array(bytes)
    copyOut(next, 0, held)
    if (wideRing !== undefined) {
      const nextWide = new Uint8Array(2 * bytes)
      copyWide(wideRing, nextWide, held)
      wideRing = nextWide
    }
    ring = next
    head = 0
  }

  function appendWide(wide: Int16Array, tail: number, taken: number): void {
    wideRing ??= new Uint8Array(2 * ring.length)
    const first = Math.min(taken, ring.length - tail)
    encodeUlaw(wide.subarray(0, 2 * first), wideRing.subarray(2 * tail))
    if (taken > first) encodeUlaw(wide.subarray(2 * first, 2 * taken), wideRing)
    spans.add(pulledTotal + held, pulledTotal + held + taken)
  }

  function pullWide(out: Int16Array | undefined, length: number): void {
    isWide = out !== undefined && wideRing !== undefined && spans.covers(pulledTotal, pulledTotal + length)
    if (isWide && out !== undefined && wideRing !== undefined) {
      const codes = new Uint8Array(2 * length)
      copyWide(wideRing, codes, length)
      decodeUlaw(codes, out)
    }
    spans.forget(pulledTotal + length)
  }

  function makeRoom(bytes: number): void {
    let size = ring.length
    while (size < bytes) size *= 2
    if (size !== ring.length) resize(size)
  }

  /** Starts over at the front, in memory that is still in the cache; a burst of minutes gives its memory back. */
  function empty(): void {
    head = 0
    spans.clear()
    if (ring.length === initialBytes) return
    ring = new Uint8Array(initialBytes)
    wideRing = undefined
  }

  return {
    get bufferedBytes() {
      return held
    },
    get pendingLabels() {
      return labels.length
    },
    get endsWithLabel() {
      return labels.at(-1)?.atByte === pulledTotal + held
    },
    get isWide() {
      return isWide
    },
    append(audio, limitBytes, wide) {
      const taken = Math.min(audio.length, Math.max(0, limitBytes - held))
      if (taken === 0) return 0
      makeRoom(held + taken)
      const tail = (head + held) % ring.length
      const first = Math.min(taken, ring.length - tail)
      ring.set(audio.subarray(0, first), tail)
      if (taken > first) ring.set(audio.subarray(first, taken), 0)
      if (wide?.length === 2 * audio.length) appendWide(wide, tail, taken)
      held += taken
      return taken
    },
    label(value) {
      if (labels.length >= maxLabels) return false
      labels.push({ atByte: pulledTotal + held, value })
      return true
    },
    pull(out, start, length, wide) {
      const moved = Math.min(length, held)
      isWide = false
      if (moved === 0) return 0
      copyOut(out, start, moved)
      if (wideRing !== undefined) pullWide(wide, moved)
      head = (head + moved) % ring.length
      held -= moved
      pulledTotal += moved
      if (held === 0) empty()
      return moved
    },
    hasLabel: (matches) => labels.some((label) => matches(label.value)),
    takeDue() {
      const next = labels[0]
      if (next === undefined || next.atByte > pulledTotal) return undefined
      labels.shift()
      return next.value
    },
    clear() {
      const values = labels.map((label) => label.value)
      labels = []
      pulledTotal += held
      held = 0
      empty()
      return values
    },
  }
}

import { decodeUlaw } from '@voxkeep/wire/g711'
import type { DtmfDigit } from './event-payload.ts'
import { ToneBank, hopSamples, toneHz, tones } from './tone-bank.ts'
import { windowReader, type ToneWindow } from './tone-window.ts'

/** A key that was heard in the audio. Positions count samples of 8 kHz, on the timeline that `push` is given. */
export interface ToneDigit {
  readonly digit: DtmfDigit
  readonly fromSamples: number
  readonly toSamples: number
}

export interface ToneHandlers {
  /** A key press that is over, about 35 ms after its end. */
  digit(tone: ToneDigit): void
  /** Something that sounds like a key, or a part of one, within 20 ms of its beginning; told again as long as it lasts, with stretches that overlap. */
  suspect?(fromSamples: number, toSamples: number): void
}

/**
 * Finds keys in audio, within the limits of ITU-T Q.24: frequencies within 1.5 % and not beyond 3.5 %, 0 to −25 dBm0, the upper
 * tone up to 4 dB above and 8 dB below the lower one, 40 ms and no less than 23 ms, pauses of 40 ms, dropouts of 10 ms.
 */
export interface ToneDetector {
  /** Takes the next µ-law samples, borrowed. What lies between them and the last ones was lost. */
  push(ulaw: Uint8Array, positionSamples: number): void
  /** The same for 16-bit samples. */
  pushLinear(pcm: Int16Array, positionSamples: number): void
  /** A key was heard that may not be over. */
  readonly isOpen: boolean
  /** Forgets all that it heard. */
  wipe(): void
}

interface Press {
  row: number
  column: number
  from: number
  to: number
  /** Of it, what was lost. */
  lost: number
  /** Windows that held the key; and sums over these. */
  hits: number
  rowOffHz: number
  columnOffHz: number
  share: number
  rowDbm0: number
  columnDbm0: number
}

const nothing: Readonly<Press> = {
  row: 0,
  column: 0,
  from: 0,
  to: 0,
  lost: 0,
  hits: 0,
  rowOffHz: 0,
  columnOffHz: 0,
  share: 0,
  rowDbm0: 0,
  columnDbm0: 0,
}

const keypad = ['123A', '456B', '789C', '*0#D'] as const
const windowHops = 4
const windowSamples = windowHops * hopSamples
/** Windows that must hold the key: 30 ms of it are too little for that, 35 ms are enough, wherever they begin. */
const enoughHits = 7
const fewestHits = 3
/** Longer pauses part two presses; shorter ones are dropouts. */
const bridgedSamples = 11 * 8
/** A pause of 40 ms leaves windows of 16 ms that are quieter than this, and long enough a time of them. */
const heldDropDb = 3
/** A loss of up to two packets in a key is no pause. */
const bridgedLossSamples = 40 * 8

/** Twice as long, for tones beside speech: there two that stand out from their neighbours are enough. */
const longHops = 8

interface Limits {
  readonly share: number
  readonly floorDbm0: number
  /** The upper tone above the lower one, and the other way round. */
  readonly twistDb: readonly [upper: number, lower: number]
  readonly offRatio: number
  readonly lead: number
}

/** What a window of a key is like. All limits leave room for what noise does to a measure as short as this. */
const keyLike: Limits = { share: 0.7, floorDbm0: -39, twistDb: [6.5, 10.5], offRatio: 0.035, lead: 0 }
/** The mean over a whole key is held to this: 1.5 % is within it, 3.5 % beyond. */
const meanOffRatio = 0.025
/** A key’s tones have nine tenths of all energy in noise of 10 dB, and more without; chords of music that last have three quarters. */
const meanShare = 0.8
/** What may be part of a key, also of one that no receiver would take for one. Speech comes near it in one window of twenty. */
const dubious: Limits = { share: 0.45, floorDbm0: -50, twistDb: [16, 16], offRatio: 0.06, lead: 3 }
const dubiousLong: Limits = { share: 0.2, floorDbm0: -50, twistDb: [14, 14], offRatio: 0.03, lead: 5 }

export function toneDetector(handlers: ToneHandlers): ToneDetector {
  return new Detector(handlers)
}

class Detector implements ToneDetector {
  readonly #handlers: ToneHandlers
  readonly #bank = new ToneBank()
  readonly #reader = windowReader(this.#bank, windowHops)
  readonly #longReader = windowReader(this.#bank, longHops)
  readonly #hop = new Float64Array(hopSamples)
  readonly #pcm = new Int16Array(hopSamples)
  #strangers = 0
  #filled = 0
  /** Where the next sample lies. */
  #at: number | undefined
  readonly #press: Press = { ...nothing }
  isOpen = false

  constructor(handlers: ToneHandlers) {
    this.#handlers = handlers
  }

  push(ulaw: Uint8Array, positionSamples: number): void {
    for (let from = 0; from < ulaw.length; from += hopSamples) {
      const part = ulaw.subarray(from, from + hopSamples)
      this.pushLinear(decodeUlaw(part, this.#pcm), positionSamples + from)
    }
  }

  pushLinear(pcm: Int16Array, positionSamples: number): void {
    if (this.#at !== undefined && positionSamples !== this.#at) this.#skip(positionSamples - this.#at)
    this.#at = positionSamples
    for (let i = 0; i < pcm.length; i += 1) {
      this.#hop[this.#filled] = pcm[i] as number
      this.#filled += 1
      this.#at += 1
      if (this.#filled < hopSamples) continue
      this.#filled = 0
      this.#bank.push(this.#hop)
      if (this.#bank.hops >= windowHops) this.#look(this.#reader.read(), this.#at - windowSamples, this.#at)
    }
  }

  wipe(): void {
    this.#bank.wipe()
    this.#hop.fill(0)
    this.#pcm.fill(0)
    Object.assign(this.#press, nothing)
    this.#filled = 0
    this.isOpen = false
  }

  /** Audio was lost: a key that sounds goes on behind a short hole. */
  #skip(samples: number): void {
    this.#filled = 0
    this.#bank.restart()
    if (!this.isOpen) return
    if (samples <= 0 || samples > bridgedLossSamples) return this.#finish()
    this.#press.to += samples
    this.#press.lost += samples
  }

  #look(window: ToneWindow, from: number, to: number): void {
    const press = this.#press
    const isHit = fits(window, keyLike)
    this.#suspect(isHit || fits(window, dubious), from, to)
    if (this.isOpen) {
      const isSame = isHit && window.row === press.row && window.column === press.column
      if (isSame) return this.#hold(window, to)
      if (!isHit && this.#goesOn(window)) press.to = to
      // At a dropout's edge a window may look like a neighbour of the key: two in a row are another one.
      this.#strangers = isHit ? this.#strangers + 1 : 0
      if (this.#strangers > 1 || from - press.to > bridgedSamples) this.#finish()
    }
    if (isHit && !this.isOpen) this.#begin(window, from, to)
  }

  #suspect(isDubious: boolean, from: number, to: number): void {
    const tell = this.#handlers.suspect
    if (tell === undefined) return
    if (isDubious) tell(from, to)
    if (this.#bank.hops >= longHops && fits(this.#longReader.read(), dubiousLong))
      tell(to - longHops * hopSamples, to)
  }

  #begin(window: ToneWindow, from: number, to: number): void {
    const press = Object.assign(this.#press, nothing)
    this.isOpen = true
    press.row = window.row
    press.column = window.column
    press.from = from
    this.#hold(window, to)
  }

  /** Speech over a key may hide it for a moment: as long as its tones are as loud as before it is not let go. */
  #goesOn(window: ToneWindow): boolean {
    const { row, column, hits, rowDbm0, columnDbm0 } = this.#press
    if (window.row !== row || window.column !== column) return false
    return (
      window.rowDbm0 >= rowDbm0 / hits - heldDropDb && window.columnDbm0 >= columnDbm0 / hits - heldDropDb
    )
  }

  #hold(window: ToneWindow, to: number): void {
    const press = this.#press
    this.#strangers = 0
    press.to = to
    press.hits += 1
    press.rowOffHz += window.rowOffHz
    press.columnOffHz += window.columnOffHz
    press.share += Math.min(1, window.share)
    press.rowDbm0 += window.rowDbm0
    press.columnDbm0 += window.columnDbm0
  }

  #finish(): void {
    const { row, column, hits, from, to, lost, rowOffHz, columnOffHz, share } = this.#press
    this.isOpen = false
    // What was lost in the middle of a key counts for it.
    if (share < meanShare * hits) return
    if (hits < fewestHits || hits + lost / hopSamples < enoughHits) return
    if (Math.abs(rowOffHz / hits) > meanOffRatio * toneHz[row as 0]) return
    if (Math.abs(columnOffHz / hits) > meanOffRatio * toneHz[(tones / 2 + column) as 0]) return
    this.#handlers.digit({ digit: keypad[row]?.[column] ?? '', fromSamples: from, toSamples: to })
  }
}

function fits(window: ToneWindow, limits: Limits): boolean {
  const { rowDbm0, columnDbm0, share, row, column, rowOffHz, columnOffHz } = window
  const twist = columnDbm0 - rowDbm0
  return (
    share >= limits.share &&
    Math.min(rowDbm0, columnDbm0) >= limits.floorDbm0 &&
    window.lead >= limits.lead &&
    twist <= limits.twistDb[0] &&
    -twist <= limits.twistDb[1] &&
    Math.abs(rowOffHz) <= limits.offRatio * toneHz[row as 0] &&
    Math.abs(columnOffHz) <= limits.offRatio * toneHz[(tones / 2 + column) as 0]
  )
}

import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { frameSamples, samplesPerMs } from './caller-track.ts'
import type { SecureRoom } from './contract.ts'
import { keyMask, type KeyMask } from './key-mask.ts'

/** Everybody who is told what a leg's peer says. */
export interface PeerTaps {
  /** `wide` is the frame's companion at 16 kHz: only of a frame that nothing altered, withheld or held back. */
  streams(ulaw: Uint8Array, positionSamples: number, wide?: Int16Array): void
  recording(ulaw: Uint8Array, positionSamples: number): void
  listening(ulaw: Uint8Array, positionSamples: number): void
  bridge(ulaw: Uint8Array, positionSamples: number, made: boolean): void
}

/**
 * Stands between a leg's track and its taps. While a room is set, frames wait in a line before they are handed on, so that a key is
 * known before its first sample leaves; what hides a key is taken out there. Without a room frames pass through untouched. The line has no
 * place for a frame's companion: nobody could take a key out of that, so that a room ends the wide band before it begins.
 */
export interface RoomDoor {
  /** Opens a room, changes it, or asks it to end: it does once no key is on its way any more. */
  set(room: SecureRoom | null): void
  /** The next frame of the track and its companion, borrowed; `made` says that nobody spoke. */
  frame(ulaw: Uint8Array, positionSamples: number, made: boolean, wide?: Int16Array): void
  /** Nothing of the peer's audio from here to there is heard by anybody, as far as it has not been handed on yet. */
  hide(fromSamples: number, toSamples: number): void
  /** Whether keys are secret now. */
  readonly isSecret: boolean
  /** Forgets what waits; nobody hears of it. */
  close(): void
}

export interface RoomDoorOptions {
  readonly taps: PeerTaps
  /** Where audio that is spoken now would lie. */
  readonly nowSamples: () => number
  /** A key is down, or was a moment ago, or sounds as if it were. */
  readonly isKeyDown: () => boolean
  /** Keys become secret, or plain. */
  readonly changed: (room: SecureRoom | undefined) => void
}

interface Slot {
  readonly ulaw: Uint8Array
  position: number
  made: boolean
}

/** What comes late in a burst is laid up to 200 ms ahead of the clock (`callerTrack`), where it was spoken before. */
const burstSamples = 240 * samplesPerMs
/** A peer from whom nothing comes may have paused, or what it said be held up on the way. */
const heldUpSamples = 500 * samplesPerMs
/** However often bursts come, they do not keep a room from ending for longer. */
const longestBurstsSamples = 2_000 * samplesPerMs
const minLineFrames = 2
const maxLineFrames = 3
const silence = new Uint8Array(frameSamples).fill(ULAW_SILENCE)

export function roomDoor(options: RoomDoorOptions): RoomDoor {
  return new Door(options)
}

class Door implements RoomDoor {
  readonly #options: RoomDoorOptions
  #room: SecureRoom | undefined
  #isLeaving = false
  /** Everything before this may have been said before the room was asked to end, and is judged with all the time there is. */
  #leaveAt = 0
  #leaveBy = 0
  #wasMade = false
  #mask: KeyMask | undefined
  /** The line, made when it is first needed. */
  #slots: readonly Slot[] = []
  #head = 0
  #held = 0
  #newest = 0

  constructor(options: RoomDoorOptions) {
    this.#options = options
  }

  get isSecret(): boolean {
    return this.#room !== undefined
  }

  set(room: SecureRoom | null): void {
    if (room === null) {
      if (!this.#isLeaving) this.#beginLeaving()
      this.#isLeaving = this.#room !== undefined
      return
    }
    const before = this.#room
    this.#isLeaving = false
    this.#room = room
    if (before === undefined) this.#slots = newLine()
    this.#mask ??= keyMask(room.mask)
    this.#mask.turn(room.mask)
    this.#options.changed(room)
  }

  hide(fromSamples: number, toSamples: number): void {
    this.#mask?.hide(fromSamples, toSamples)
  }

  frame(ulaw: Uint8Array, positionSamples: number, made: boolean, wide?: Int16Array): void {
    this.#newest = positionSamples
    if (this.#room === undefined) return this.#pass(ulaw, positionSamples, made, wide)
    if (this.#held === this.#slots.length) this.#release(this.#room)
    const slot = this.#slots[(this.#head + this.#held) % this.#slots.length] as Slot
    slot.ulaw.set(ulaw)
    slot.position = positionSamples
    slot.made = made
    this.#held += 1
    const frames = Math.ceil(this.#room.lookAheadMs / (frameSamples / samplesPerMs))
    const line = Math.min(maxLineFrames, Math.max(minLineFrames, frames)) * frameSamples
    while (this.#held > 0 && positionSamples - (this.#slots[this.#head]?.position ?? 0) >= line)
      this.#release(this.#room)
    if (this.#isLeaving && this.#isOver(positionSamples, made)) this.#leave(this.#room)
    this.#wasMade = made
  }

  #beginLeaving(): void {
    // After a stall what was said meanwhile is still to come: the clock says what that is, not the last frame.
    const line = this.#newest + (maxLineFrames + 1) * frameSamples
    this.#leaveAt = Math.max(line, this.#options.nowSamples() + burstSamples)
    this.#leaveBy = this.#leaveAt + longestBurstsSamples
  }

  /** Whether what was said while keys were secret has all been handed on, or will not come any more. */
  #isOver(position: number, made: boolean): boolean {
    if (this.#wasMade && !made)
      this.#leaveAt = Math.max(this.#leaveAt, Math.min(this.#leaveBy, position + burstSamples))
    const isHeldUp = made && position < this.#leaveAt + heldUpSamples
    return position >= this.#leaveAt && !isHeldUp && !this.#options.isKeyDown()
  }

  close(): void {
    for (const { ulaw } of this.#slots) ulaw.fill(ULAW_SILENCE)
    this.#held = 0
  }

  #pass(ulaw: Uint8Array, position: number, made: boolean, wide: Int16Array | undefined): void {
    const { taps } = this.#options
    taps.streams(ulaw, position, wide)
    taps.listening(ulaw, position)
    taps.recording(ulaw, position)
    taps.bridge(ulaw, position, made)
  }

  #release(room: SecureRoom): void {
    const { taps } = this.#options
    const { ulaw, position, made } = this.#slots[this.#head] as Slot
    this.#head = (this.#head + 1) % this.#slots.length
    this.#held -= 1
    this.#mask?.apply(ulaw, position)
    taps.streams(room.streams === 'speech' ? ulaw : silence, position)
    taps.listening(room.listening === 'speech' ? ulaw : silence, position)
    taps.recording(room.recording === 'speech' ? ulaw : silence, position)
    const isHeard = room.bridge === 'speech'
    taps.bridge(isHeard ? ulaw : silence, position, made || !isHeard)
    ulaw.fill(ULAW_SILENCE)
  }

  /** What waits is handed on at once: everybody but a far leg places it by its position, and whoever plays it was kept waiting as long. */
  #leave(room: SecureRoom): void {
    while (this.#held > 0) this.#release(room)
    this.#room = undefined
    this.#isLeaving = false
    this.#mask = undefined
    this.#slots = []
    this.#options.changed(undefined)
  }
}

function newLine(): Slot[] {
  return Array.from({ length: maxLineFrames + 1 }, () => ({
    ulaw: new Uint8Array(frameSamples),
    position: 0,
    made: false,
  }))
}

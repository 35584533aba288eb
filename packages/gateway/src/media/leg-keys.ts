import { toneDetector, type DtmfEvent, type ToneDetector } from '@voxkeep/wire/dtmf'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { frameSamples, samplesPerMs } from './caller-track.ts'
import type { InbandDigits, SecureRoom } from './contract.ts'
import { digitLedger, type DigitWay } from './digit-ledger.ts'
import { roomDoor, type PeerTaps, type RoomDoor } from './secure-room.ts'

/** The keys that a leg's peer presses, whichever way they come, and the audio that may hold them. */
export interface LegKeys {
  configure(audio: NegotiatedAudio, inband: InbandDigits): void
  /** Makes keys secret, or plain again once none is on its way. */
  secure(room: SecureRoom | null): void
  /** The next frame of the peer's audio and its companion, borrowed; `made` says that nobody spoke. */
  frame(ulaw: Uint8Array, positionSamples: number, made: boolean, wide?: Int16Array): void
  /** A packet of a telephone event came, in its turn. */
  eventPacket(): void
  /** A key press that is over, as RTP or signalling told it. */
  pressed(way: DigitWay, event: DtmfEvent): void
  /** The leg is over: what may hold keys is forgotten. */
  close(): void
}

export interface LegKeysOptions {
  readonly taps: PeerTaps
  nowMs(): number
  /** Where the peer's audio ends by now, and where it would if nothing were missing. */
  endSamples(): number
  nowSamples(): number
  /** The peer holds a key down, by its telephone events. */
  isEventOpen(): boolean
  /** Tones of the peer may be an echo of those that we send it. */
  mayEcho?(): boolean
  /** Each press once. */
  plain(event: DtmfEvent): void
  secret(event: DtmfEvent, by: 'event' | 'tone'): void
  /** Keys become secret, or plain. */
  changed(room: SecureRoom | undefined): void
}

/** A sender plays up to 60 ms of a key before it goes over to events, and goes on for a moment after them. */
const beforeEventSamples = 60 * samplesPerMs
const afterEventSamples = 80 * samplesPerMs
/** What codecs and echoes smear over the ends of a tone; more behind one that is surely a key's. */
const toneMarginSamples = 12 * samplesPerMs
const afterKeySamples = 32 * samplesPerMs
/** A piece of a tone this short cannot be told from anything else; and it is all that may be left beside a loss. */
const lossEdgeSamples = 16 * samplesPerMs
/** A decoder that lost the end of a tone rings on. */
const ringingSamples = 40 * samplesPerMs
/** Music that sounds like parts of keys all the time does not keep a room from ending for longer. */
const longestDoubtSamples = 2_000 * samplesPerMs

export function legKeys(options: LegKeysOptions): LegKeys {
  return new Keys(options)
}

class Keys implements LegKeys {
  readonly #options: LegKeysOptions
  readonly #ledger = digitLedger()
  readonly #door: RoomDoor
  #detector: ToneDetector | undefined
  #inband: InbandDigits = 'auto'
  #hasEvents = true
  /** Where what belongs to a key ends, as far as is known. */
  #keyUntil = 0
  #leaveBy = Infinity
  #heardUntil = 0
  #wasMade = false

  constructor(options: LegKeysOptions) {
    this.#options = options
    this.#door = roomDoor({
      taps: options.taps,
      nowSamples: () => options.nowSamples(),
      isKeyDown: () => {
        const end = options.endSamples()
        const mayBeKey = end < this.#keyUntil && end < this.#leaveBy
        return options.isEventOpen() || this.#detector?.isOpen === true || mayBeKey
      },
      changed: (room) => {
        this.#choose()
        options.changed(room)
      },
    })
  }

  configure(audio: NegotiatedAudio, inband: InbandDigits): void {
    this.#inband = inband
    this.#hasEvents = audio.dtmf !== undefined
    this.#choose()
  }

  secure(room: SecureRoom | null): void {
    const { endSamples, nowSamples } = this.#options
    this.#leaveBy = room === null ? Math.max(endSamples(), nowSamples()) + longestDoubtSamples : Infinity
    this.#door.set(room)
  }

  frame(ulaw: Uint8Array, positionSamples: number, made: boolean, wide?: Int16Array): void {
    this.#ledger.forget(this.#options.nowMs())
    this.#detector?.push(ulaw, positionSamples)
    if (this.#door.isSecret) this.#judge(positionSamples, made)
    this.#door.frame(ulaw, positionSamples, made, wide)
    this.#heardUntil = positionSamples + frameSamples
    this.#wasMade = made
  }

  /** Hides what the detector cannot: audio beside events, and around a loss. */
  #judge(position: number, made: boolean): void {
    const { isEventOpen } = this.#options
    if (isEventOpen()) this.#hide(position, position + frameSamples + afterEventSamples)
    const before = this.#heardUntil
    if (position === before && made === this.#wasMade) return
    this.#door.hide(before - lossEdgeSamples, position + lossEdgeSamples)
    if (before <= this.#keyUntil + frameSamples) this.#hide(before, position + ringingSamples)
  }

  eventPacket(): void {
    if (!this.#door.isSecret) return
    const { endSamples, nowSamples } = this.#options
    // While events come no audio does: then only the clock says where it goes on.
    const end = Math.max(endSamples(), nowSamples())
    this.#hide(endSamples() - beforeEventSamples, end + afterEventSamples)
  }

  pressed(way: DigitWay, event: DtmfEvent): void {
    const { nowMs, plain, secret } = this.#options
    if (!this.#ledger.isNew(way, event.digit, event.durationMs, nowMs())) return
    if (this.#door.isSecret) secret(event, way === 'tone' ? 'tone' : 'event')
    else plain(event)
  }

  close(): void {
    this.#detector?.wipe()
    this.#ledger.forget(Infinity)
    this.#door.close()
  }

  #hide(fromSamples: number, toSamples: number): void {
    this.#keyUntil = Math.max(this.#keyUntil, toSamples)
    this.#door.hide(fromSamples, toSamples)
  }

  get #tellsTones(): boolean {
    if (this.#inband === 'auto') return !this.#hasEvents || this.#door.isSecret
    return this.#inband === 'on'
  }

  /** Listens for tones where they count, and wherever they must not be heard. */
  #choose(): void {
    if (!this.#tellsTones && !this.#door.isSecret) {
      this.#detector?.wipe()
      this.#detector = undefined
    } else
      this.#detector ??= toneDetector({
        digit: ({ digit, fromSamples, toSamples }) => {
          const durationMs = (toSamples - fromSamples) / samplesPerMs
          const isEcho = this.#options.mayEcho?.() === true
          if (this.#tellsTones && !isEcho) this.pressed('tone', { digit, durationMs })
        },
        suspect: (from, to) => {
          const after = this.#detector?.isOpen === true ? afterKeySamples : toneMarginSamples
          if (this.#door.isSecret) this.#hide(from - toneMarginSamples, to + after)
        },
      })
  }
}

import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { bridgeWay, type BridgeFar, type BridgeWay } from './bridge-way.ts'
import type { OrderedSink } from './caller-input.ts'
import { samplesPerMs } from './caller-track.ts'
import { liveAudio } from './live-audio.ts'
import type { Pacer } from './pacer.ts'
import type { RelayedPacket } from './rtp-sender.ts'

/** A leg, as far as its end of a bridge needs it. */
export interface BridgeHost {
  /** Where the leg's timeline begins. */
  readonly epochMs: number
  nowMs(): number
  /** What SDP agreed; undefined before it has. */
  audio(): NegotiatedAudio | undefined
  readonly pacer: Pick<Pacer<unknown>, 'busy' | 'liveCame' | 'liveOver'>
  relay(packet: RelayedPacket): void
  relayAnew(): void
  /** Something of ours sounds over what the leg hears, so that no packet passes as it is. */
  isMixing(): boolean
  /** Where the audio ends that the leg's taps were told it hears. */
  heardUntil(): number
  /** Tells the leg's taps what it hears. */
  hear(ulaw: Uint8Array, positionSamples: number): void
}

/** One leg's end of a bridge, whether there is a bridge or not. */
export interface LegBridge {
  /** What the leg's peer says, in order, for the other leg. */
  readonly ordered: OrderedSink
  /** Carries audio to and from another leg of the same worker; a bridge that either had ends. */
  join(other: LegBridge): void
  /** From here on both legs hear their queues, or silence. */
  part(): void
  /** While on, the leg's keys are secret: only frames that it is given reach the other leg, no packet and no event. */
  guard(on: boolean): void
  /** Takes what the leg's SDP agrees now. */
  configure(audio: NegotiatedAudio): void
  /** Decoded audio of the leg's peer; `made` says that nobody spoke. */
  frame(ulaw: Uint8Array, positionSamples: number, made: boolean): void
  /** Moves the next frame of the other side that was transcoded to `out`; false without one. */
  pull(out: Uint8Array): boolean
  /** Whether the other side's packets go out on this leg in place of silence. */
  carried(nowMs: number): boolean
  /** Whether the other side's payloads pass untouched, so that the taps hear of them without this leg's pacer. */
  readonly passed: boolean
}

export function legBridge(host: BridgeHost): LegBridge {
  return new End(host)
}

class End implements LegBridge {
  readonly #host: BridgeHost
  readonly #live = liveAudio()
  #other: End | undefined
  /** From here to the other leg. */
  #way: BridgeWay | undefined
  #isGuarded = false
  readonly #secretEvents = secretEvents()
  readonly ordered: OrderedSink = {
    restarted: () => this.#way?.restarted(),
    lost: (packets) => this.#way?.lost(packets),
    audio: (timestamp, payload, marker) => this.#way?.audio(timestamp, payload, marker),
    event: (timestamp, payload, marker, clockRateHz) => {
      if (this.#isGuarded) this.#secretEvents.add(timestamp)
      else if (!this.#secretEvents.has(timestamp)) this.#way?.event(timestamp, payload, marker, clockRateHz)
    },
  }

  constructor(host: BridgeHost) {
    this.#host = host
  }

  join(other: LegBridge): void {
    if (!(other instanceof End) || other === this) return
    this.part()
    other.part()
    this.#begin(other)
    other.#begin(this)
  }

  part(): void {
    const other = this.#other
    this.#end()
    if (other !== undefined) other.#end()
  }

  guard(on: boolean): void {
    this.#isGuarded = on
  }

  configure(audio: NegotiatedAudio): void {
    this.#way?.configure(audio)
    this.#live.clear()
  }

  frame(ulaw: Uint8Array, positionSamples: number, made: boolean): void {
    this.#way?.frame(ulaw, positionSamples, made)
  }

  pull(out: Uint8Array): boolean {
    return this.#live.pull(out)
  }

  carried(nowMs: number): boolean {
    const other = this.#other
    return other !== undefined && other.#way?.carries(nowMs) === true
  }

  get passed(): boolean {
    const other = this.#other
    return other !== undefined && other.#way?.passes === true
  }

  #begin(other: End): void {
    const host = this.#host
    this.#other = other
    const isGuarded = () => this.#isGuarded
    this.#way = bridgeWay(other.#asFar(host), { isGuarded, nowMs: () => host.nowMs() })
    this.#way.configure(host.audio())
    host.relayAnew()
  }

  #end(): void {
    this.#other = undefined
    this.#way = undefined
    this.#live.clear()
    this.#host.pacer.liveOver()
  }

  /** This leg as the one that hears what `near` says. */
  #asFar(near: BridgeHost): BridgeFar {
    const host = this.#host
    const live = this.#live
    const shift = Math.round((near.epochMs - host.epochMs) * samplesPerMs)
    return {
      get audio() {
        return host.audio()
      },
      get busy() {
        return host.pacer.busy
      },
      get mixes() {
        return host.isMixing()
      },
      get waiting() {
        return live.frames
      },
      liveOver() {
        live.clear()
        host.pacer.liveOver()
      },
      relay: (packet) => host.relay(packet),
      relayAnew: () => host.relayAnew(),
      live(ulaw, lost) {
        if (host.audio() === undefined) return
        live.push(ulaw, lost)
        host.pacer.liveCame(host.nowMs())
      },
      heard(ulaw, position) {
        // What a prompt said already is not said again by the audio that it took the place of.
        if (position + shift >= host.heardUntil()) host.hear(ulaw, position + shift)
      },
    }
  }
}

/** As many key presses as may end within a moment of each other. */
const rememberedEvents = 4

/** Events by their timestamps: the end of one is sent three times, and may come when its secrecy has ended already. */
function secretEvents() {
  const timestamps: number[] = []
  return {
    add(timestamp: number): void {
      if (timestamps.includes(timestamp)) return
      timestamps.push(timestamp)
      if (timestamps.length > rememberedEvents) timestamps.shift()
    },
    has: (timestamp: number): boolean => timestamps.includes(timestamp),
  }
}

import { readOpus } from '@voxkeep/wire/opus'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { OrderedSink } from './caller-input.ts'
import { frameSamples, isQuiet } from './caller-track.ts'
import type { RelayedPacket } from './rtp-sender.ts'

/** The leg that hears what a bridge carries. */
export interface BridgeFar {
  /** What its SDP agreed; undefined before it has. */
  readonly audio: NegotiatedAudio | undefined
  /** A prompt or a talking app has the floor: the other side is not heard meanwhile. */
  readonly busy: boolean
  /** Something of ours sounds over what it hears. */
  readonly mixes: boolean
  /** Frames that it was given and has not heard yet. */
  readonly waiting: number
  /** Sends a payload as it is, under the leg's own key and numbers. */
  relay(packet: RelayedPacket): void
  /** What is relayed next is another source's. */
  relayAnew(): void
  /** Takes one 20 ms frame for the leg's pacer; `lost` frames before it never came. */
  live(ulaw: Uint8Array, lost: number): void
  /** No more frames follow; those that wait are let go. */
  liveOver(): void
  /** The leg hears this frame, which lies there on the near leg's timeline: its taps are told. */
  heard(ulaw: Uint8Array, positionSamples: number): void
}

/**
 * One way of a bridge: from the packets of one leg's peer to the other leg. Where both legs speak the same codec in
 * packets of the same length, payloads pass untouched in the turn they came in; else 20 ms frames go to the other leg's pacer.
 */
export interface BridgeWay extends OrderedSink {
  /** Takes what the legs' SDP agrees now. */
  configure(near: NegotiatedAudio | undefined): void
  /** Decoded audio on the near leg's track. `made` says that nobody spoke: the track filled silence in. */
  frame(ulaw: Uint8Array, positionSamples: number, made: boolean): void
  /** Whether the far leg is to send no silence of its own: packets pass, or their sender pauses as was agreed. */
  carries(nowMs: number): boolean
  /** Whether payloads pass untouched. */
  readonly passes: boolean
}

/** A peer without silence suppression that is quiet for this long is not heard any more: silence takes its place. */
const quietMs = 100
/** With it pauses are left alone, but not for so long that the far peer, or a NAT on the way to it, takes the call for dead. */
const longestPauseMs = 5_000
const eventPayloadBytes = 4
/** Packets of 5 ms, twice over: a peer that floods us shall not flood the other one. */
const maxPerSecond = 400

/** What waits in the far leg's queue is worked off in this many packets, in pauses where there are any; the rest is let go. */
const maxEasingPackets = 100

export interface BridgeNear {
  nowMs(): number
  /** Its peer's keys are secret: nothing of its packets passes as it is. */
  isGuarded(): boolean
}

export function bridgeWay(far: BridgeFar, near: BridgeNear): BridgeWay {
  return new Way(far, near)
}

class Way implements BridgeWay {
  readonly #far: BridgeFar
  readonly #host: BridgeNear
  /** Frames took the place of packets, and some may wait to be heard before packets pass again. */
  #isEasing = false
  #easedPackets = 0
  #near: NegotiatedAudio | undefined
  #lost = 0
  #passedAtMs = -Infinity
  #secondBeganMs = -Infinity
  #inSecond = 0
  /** Where the far leg's own frames for its pacer end, on the near leg's track. */
  #end: number | undefined

  constructor(far: BridgeFar, host: BridgeNear) {
    this.#far = far
    this.#host = host
  }

  get passes(): boolean {
    const { audio, mixes } = this.#far
    if (this.#isEasing || mixes || this.#host.isGuarded()) return false
    return this.#near !== undefined && audio !== undefined && isSameFormat(this.#near, audio)
  }

  configure(near: NegotiatedAudio | undefined): void {
    this.#near = near
  }

  restarted(): void {
    this.#lost = 0
    this.#end = undefined
    this.#far.relayAnew()
  }

  lost(packets: number): void {
    this.#lost += packets
  }

  /** Decides for a packet and its frames whether they pass as a packet or as frames. */
  #turn(): void {
    if (this.#far.mixes || this.#host.isGuarded()) {
      this.#isEasing = true
      this.#easedPackets = 0
      return
    }
    if (!this.#isEasing) return
    this.#easedPackets += 1
    if (this.#far.waiting > 0 && this.#easedPackets <= maxEasingPackets) return
    this.#isEasing = false
    this.#far.liveOver()
  }

  audio(timestamp: number, payload: Uint8Array, marker: boolean): void {
    this.#turn()
    const { audio, busy } = this.#far
    const lost = this.#lost
    this.#lost = 0
    if (audio === undefined || busy || !this.passes || !this.#admits()) return
    const samples = durationOf(audio, payload)
    this.#far.relay({ payload, payloadType: audio.sendPayloadType, marker, timestamp, samples, lost })
  }

  event(timestamp: number, payload: Uint8Array, marker: boolean, clockRateHz: number): void {
    const near = this.#near
    const { audio } = this.#far
    const far = audio?.dtmf
    const lost = this.#lost
    this.#lost = 0
    if (near === undefined || audio === undefined || far === undefined || this.#far.busy) return
    if (this.#host.isGuarded()) return
    if (!this.#admits()) return
    const scale = far.clockRateHz / clockRateHz
    this.#far.relay({
      payload: scale === 1 ? payload : rescaled(payload, scale),
      payloadType: far.sendPayloadType,
      marker,
      timestamp: Math.round((timestamp * audio.clockRateHz) / near.clockRateHz),
      samples: 0,
      lost,
    })
  }

  frame(ulaw: Uint8Array, positionSamples: number, made: boolean): void {
    const missing = this.#end === undefined ? 0 : Math.round((positionSamples - this.#end) / frameSamples)
    this.#end = made ? undefined : positionSamples + frameSamples
    if (this.passes) {
      if (!this.#far.busy) this.#far.heard(ulaw, positionSamples)
    } else if (!made && !this.#isLetGo(ulaw)) this.#far.live(ulaw, Math.max(0, missing))
  }

  /** A pause is the place to work off what waits. */
  #isLetGo(ulaw: Uint8Array): boolean {
    if (!this.#isEasing || this.#far.mixes || this.#host.isGuarded()) return false
    return this.#far.waiting > 0 && isQuiet(ulaw)
  }

  /** Counts a packet that passes; false for one more than any audio needs. */
  #admits(): boolean {
    const nowMs = this.#host.nowMs()
    if (nowMs - this.#secondBeganMs >= 1_000) {
      this.#secondBeganMs = nowMs
      this.#inSecond = 0
    }
    this.#inSecond += 1
    if (this.#inSecond > maxPerSecond) return false
    this.#passedAtMs = nowMs
    return true
  }

  carries(nowMs: number): boolean {
    const near = this.#near
    if (near === undefined || !this.passes) return false
    if (near.direction !== 'sendrecv' && near.direction !== 'recvonly') return false
    const pauses = near.silenceSuppression || near.codec === 'OPUS'
    return nowMs - this.#passedAtMs < (pauses ? longestPauseMs : quietMs)
  }
}

/** Whether what one leg's peer sends, at any time, is what the other leg agreed to send. */
function isSameFormat(near: NegotiatedAudio, far: NegotiatedAudio): boolean {
  if (near.alternatives !== undefined) return false
  return near.codec === far.codec && near.clockRateHz === far.clockRateHz && near.ptimeMs === far.ptimeMs
}

/** In units of the RTP clock. */
function durationOf(audio: NegotiatedAudio, payload: Uint8Array): number {
  switch (audio.codec) {
    case 'PCMU':
    case 'PCMA':
    case 'G722': // whose RTP clock runs at half its sampling rate: RFC 3551 §4.5.2
      return payload.length
    case 'L16':
      return payload.length / 2
    case 'OPUS':
      return readOpus(payload)?.samples48k ?? 0
  }
}

/** An event whose duration counts in another clock (interop 19). */
function rescaled(event: Uint8Array, scale: number): Uint8Array {
  const out = new Uint8Array(event.subarray(0, eventPayloadBytes))
  if (out.length < eventPayloadBytes) return out
  const view = new DataView(out.buffer)
  view.setUint16(2, Math.min(0xffff, Math.round(view.getUint16(2) * scale)))
  return out
}

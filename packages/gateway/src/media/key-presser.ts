import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { eventSender, keyTone, parseEvent, serializeEvent, type EventPacket } from '@voxkeep/wire/dtmf'
import type { NegotiatedEvents } from '@voxkeep/wire/sdp'
import { frameSamples, samplesPerMs } from './caller-track.ts'
import type { OwnEvent } from './rtp-sender.ts'

/** A leg, as far as whatever presses keys on it needs it. */
export interface PresserHost {
  nowMs(): number
  /** What the peer takes as keys; undefined: only tones. */
  events(): NegotiatedEvents | undefined
  /** Queues audio behind what waits to be played. */
  append(ulaw: Uint8Array): void
  /** Runs a step when everything queued before it was sent. */
  after(step: () => void): void
  /** RTP timestamp at the end of what was sent. */
  timestamp(): number
  /** Sends a packet of an event beside the audio. */
  send(event: OwnEvent): void
}

/** Presses keys towards a leg's peer, in the order and at the pace of what is played to it. */
export interface KeyPresser {
  /** Queues `0`–`9`, `*`, `#`, `A`–`D`; `w` and `W` are pauses of half a second and a second. */
  press(keys: string): void
  /** What was queued is thrown away: a key that is down comes up. */
  cut(): void
  /** Tones are being played: what they say is nobody's but the peer's. */
  readonly isSounding: boolean
  /** What the peer sends may be an echo of them. */
  readonly mayEcho: boolean
}

const onMs = 100
const offMs = 100
const endPackets = 3 // RFC 4733 §2.5.1.4
/** Of the n-th packet each follows the one before by this, as the audio's frames do. */
const stepMs = frameSamples / samplesPerMs
/** How late an echo may come back: twice a long way round, and what buffers add. */
const echoMs = 500

export function keyPresser(host: PresserHost): KeyPresser {
  let down: { readonly packets: readonly EventPacket[]; readonly type: number; sent: number } | undefined
  let isSounding = false
  let echoUntilMs = -Infinity

  const rest = (ms: number) => host.append(new Uint8Array(ms * samplesPerMs).fill(ULAW_SILENCE))

  function pressEvent(digit: string, { sendPayloadType: type, clockRateHz }: NegotiatedEvents): void {
    host.after(() => {
      const at = { timestamp: host.timestamp(), clockRateHz, ptimeMs: stepMs }
      const packets = eventSender(digit, onMs, at) ?? []
      down = { packets, type, sent: 0 }
    })
    for (let ms = 0; ms < onMs + offMs; ms += stepMs) {
      rest(stepMs)
      host.after(sendNext)
    }
  }

  function sendNext(): void {
    const packet = down?.packets[down.sent]
    if (down === undefined || packet === undefined) return
    host.send({ ...packet, payloadType: down.type })
    down.sent += 1
    if (down.sent === down.packets.length) down = undefined
  }

  function pressTone(digit: string): void {
    host.after(() => (isSounding = true))
    rest(stepMs) // a step is run after the frame that it lies in: the tone begins in the next one
    host.append(keyTone(digit, onMs * samplesPerMs) ?? new Uint8Array())
    rest(offMs - stepMs)
    host.after(quiet)
  }

  return {
    press(keys) {
      const events = host.events()
      rest(stepMs) // so that the first key has its turn, too
      for (const key of keys) {
        if (key === 'w' || key === 'W') rest(key === 'w' ? 500 : 1_000)
        else if (events === undefined) pressTone(key.toUpperCase())
        else pressEvent(key.toUpperCase(), events)
      }
    },
    cut() {
      letGo()
      quiet()
    },
    get isSounding() {
      return isSounding
    },
    get mayEcho() {
      return isSounding || host.nowMs() < echoUntilMs
    },
  }

  function quiet(): void {
    if (isSounding) echoUntilMs = host.nowMs() + echoMs
    isSounding = false
  }

  /** The peer would hold the key down until it gives up waiting. */
  function letGo(): void {
    const { packets = [], sent = 0, type = 0 } = down ?? {}
    down = undefined
    const last = packets[sent - 1]
    const event = last && parseEvent(last.payload)
    if (last === undefined || event === undefined) return
    const payload = serializeEvent({ ...event, end: true }) ?? last.payload
    const left = Math.min(endPackets, packets.length - sent)
    for (let again = 0; again < left; again += 1)
      host.send({ payload, payloadType: type, timestamp: last.timestamp, marker: false })
  }
}

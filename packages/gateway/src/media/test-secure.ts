import { eventSender } from '@voxkeep/wire/dtmf'
import { ULAW_SILENCE, alawToUlaw, decodeUlaw, encodeUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import { bandJoiner } from '@voxkeep/wire/resample'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SecureRoom } from './contract.ts'
import { payloadDecoder, payloadEncoder, type CodecFormat } from './payload-codec.ts'
import { testLegs, type TestLeg } from './test-leg.ts'

/** For tests: a peer that sends keys in every way there is, and what everybody else hears of it. */
export interface SentKey {
  readonly digit: string
  readonly atMs: number
  readonly ms: number
  /**
   * `event`: audio stops meanwhile. `leaky`: 60 ms of tone come before the events and 40 ms after. `both`: tone and events at once.
   * `info`: signalling tells it at its end, and the audio has nothing; `info+tone`: and the audio has the tone.
   */
  readonly way: 'event' | 'leaky' | 'both' | 'tone' | 'info' | 'info+tone'
  readonly dbm0?: number
  readonly twistDb?: number
}

export interface SecureScript {
  readonly lengthMs: number
  readonly keys: readonly SentKey[]
  /** What the peer says, as 16-bit samples at 8 kHz; else silence. */
  readonly speech?: Float64Array
  /** When the room opens and ends. */
  readonly fromMs?: number
  readonly toMs?: number
  readonly room?: Partial<SecureRoom>
  readonly codec?: CodecFormat
  readonly events?: { readonly payloadType: number; readonly clockRateHz: number }
  readonly farCodec?: CodecFormat
  readonly lossPercent?: number
  /** So many of a hundred packets come 30 ms late, after others. */
  readonly latePercent?: number
  /** What is sent meanwhile is held up, and comes at once when it is over. */
  readonly stall?: { readonly fromMs: number; readonly toMs: number }
  readonly seed?: number
}

export interface Overheard {
  /** µ-law on the timeline of the leg, silence where nothing was told. */
  readonly streams: Uint8Array
  readonly recording: Uint8Array
  readonly listening: Uint8Array
  /** What a stream at 16 kHz makes of what it is given, on the same timeline; nothing where no frame had a companion. */
  readonly wide: Int16Array
  /** What the far leg's peer is sent, decoded. */
  readonly far: Uint8Array
  readonly farLeg: TestLeg
  readonly near: TestLeg
  readonly secret: readonly string[]
  readonly plain: readonly string[]
  readonly toldToApp: readonly string[]
  /** Positions as each tap was told them. */
  readonly positions: { readonly streams: number[]; readonly recording: number[] }
}

export const everything: SecureRoom = {
  streams: 'speech',
  recording: 'speech',
  bridge: 'speech',
  listening: 'speech',
  mask: 'silence',
  lookAheadMs: 60,
}
const pcmu: CodecFormat = { codec: 'PCMU', clockRateHz: 8_000 }
const frameMs = 20
const stepMs = 5

interface Packet {
  readonly atMs: number
  readonly payloadType: number
  readonly sequence: number
  readonly timestamp: number
  readonly marker: boolean
  readonly payload: Uint8Array
}

/** Numbers from 0 to 1 that come again with the same seed (Park and Miller's generator). */
export function seeded(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const rows = [697, 770, 852, 941]
const columns = [1_209, 1_336, 1_477, 1_633]
const keypad = ['123A', '456B', '789C', '*0#D']

function addTone(audio: Float64Array, key: SentKey, fromMs: number, toMs: number): void {
  const row = keypad.findIndex((each) => each.includes(key.digit))
  const [low, high] = [rows[row] ?? 0, columns[keypad[row]?.indexOf(key.digit) ?? 0] ?? 0]
  const peak = (db: number) => 22_300 * 10 ** (db / 20)
  const level = key.dbm0 ?? -10
  for (let i = Math.max(0, fromMs * 8); i < Math.min(audio.length, toMs * 8); i += 1) {
    const angle = (2 * Math.PI * i) / 8_000
    const tone =
      peak(level) * Math.sin(low * angle) + peak(level + (key.twistDb ?? 0)) * Math.sin(high * angle + 0.7)
    audio[i] = (audio[i] ?? 0) + tone
  }
}

/** What the peer's phone puts into its audio. */
function audioOf(script: SecureScript): Float64Array {
  const audio = new Float64Array(script.lengthMs * 8)
  if (script.speech !== undefined) audio.set(script.speech.subarray(0, audio.length))
  for (const key of script.keys) {
    const endMs = key.atMs + key.ms
    if (key.way === 'tone' || key.way === 'both' || key.way === 'info+tone')
      addTone(audio, key, key.atMs, endMs)
    if (key.way !== 'leaky') continue
    addTone(audio, key, key.atMs - 60, key.atMs)
    addTone(audio, key, endMs, endMs + 40)
  }
  return audio
}

function ulawOf(audio: Float64Array): Uint8Array {
  const pcm = Int16Array.from(audio, (each) => Math.max(-32_124, Math.min(32_124, Math.round(each))))
  return encodeUlaw(pcm, new Uint8Array(pcm.length))
}

/** Encodes one frame at a time, G.711 included. */
function frameEncoder(format: CodecFormat): (ulaw: Uint8Array) => Uint8Array {
  const encoder = payloadEncoder(format)
  const out = new Uint8Array(2_000)
  return (ulaw) => {
    if (encoder !== undefined) return out.slice(0, encoder.encode(ulaw, out))
    return format.codec === 'PCMA' ? ulaw.map((code) => alaw[code] ?? 0) : ulaw.slice()
  }
}

const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
const alaw = ulawToAlaw(codes, new Uint8Array(256))

export async function overhear(script: SecureScript): Promise<Overheard> {
  const { codec = pcmu, farCodec = pcmu, events, lossPercent = 0, latePercent = 0, seed = 1 } = script
  const { clock, leg } = testLegs()
  const withEvents = events && {
    dtmf: {
      sendPayloadType: events.payloadType,
      receivePayloadType: events.payloadType,
      clockRateHz: events.clockRateHz,
    },
  }
  const audioType = codec.codec === 'PCMU' ? 0 : 109
  const nearAudio: Partial<NegotiatedAudio> = {
    ...codec,
    sendPayloadType: audioType,
    receivePayloadType: audioType,
    ...withEvents,
  }
  const near = leg('near', nearAudio)
  const farType = farCodec.codec === 'PCMU' ? 0 : 109
  const far = leg('far', { ...farCodec, sendPayloadType: farType, receivePayloadType: farType })
  if (events === undefined) {
    const { dtmf, ...without } = near.audio
    if (dtmf !== undefined) near.leg.connect(without)
  }
  near.leg.bridge(far.leg)
  const overheard = tap(near, script.lengthMs)
  const encode = frameEncoder(codec)
  await new Promise<void>((resolve) => void setImmediate(resolve)) // Opus is ready then

  const next = seeded(seed)
  const packets = packetsOf(script, encode, audioType)
  const arrivals = packets
    .filter(() => next() * 100 >= lossPercent)
    .map(({ atMs, ...packet }) => ({
      datagram: near.seal(packet),
      atMs: atMs + (next() * 100 < latePercent ? 30 : 0),
    }))
    .map(({ datagram, atMs }) => ({ datagram, atMs: heldUp(script, atMs) }))
    .toSorted((a, b) => a.atMs - b.atMs)
  const room = { ...everything, ...script.room }
  let sent = 0
  for (let nowMs = 0; nowMs < script.lengthMs + 300; nowMs += stepMs) {
    if (nowMs === (script.fromMs ?? 0)) near.leg.keys.secure(room)
    if (nowMs === script.toMs) near.leg.keys.secure(null)
    for (let next = arrivals[sent]; next !== undefined && next.atMs <= nowMs; next = arrivals[sent]) {
      near.receive(next.datagram)
      sent += 1
    }
    for (const { way, digit, atMs, ms } of script.keys) {
      if (way.startsWith('info') && atMs + ms <= nowMs && nowMs < atMs + ms + stepMs)
        near.leg.keys.pressed('info', { digit, durationMs: ms })
    }
    clock.advance(stepMs)
  }
  const told = (kind: 'dtmf' | 'secure.digit') =>
    near.events.flatMap((event) => (event.kind === kind ? [event.digit] : []))
  return {
    ...overheard,
    wide: overheard.wide,
    far: decoded(far, farCodec, script.lengthMs),
    farLeg: far,
    near,
    secret: told('secure.digit'),
    plain: told('dtmf'),
  }
}

function heldUp({ stall }: SecureScript, atMs: number): number {
  return stall !== undefined && stall.fromMs <= atMs && atMs < stall.toMs ? stall.toMs : atMs
}

/** What the peer sends, a packet every 20 ms, and the ends of events three times. */
function packetsOf(
  script: SecureScript,
  encode: (ulaw: Uint8Array) => Uint8Array,
  audioType: number,
): Packet[] {
  const { codec = pcmu, events } = script
  const ulaw = ulawOf(audioOf(script))
  const unitsPerMs = codec.clockRateHz / 1_000
  const packets: Packet[] = []
  let sequence = 100
  const add = (packet: Omit<Packet, 'sequence'>) => {
    packets.push({ ...packet, sequence: sequence & 0xffff })
    sequence += 1
  }
  for (let atMs = 0; atMs < script.lengthMs; atMs += frameMs) {
    const payload = encode(ulaw.subarray(atMs * 8, (atMs + frameMs) * 8))
    const isEvent = ({ way }: SentKey) => way === 'event' || way === 'leaky' || way === 'both'
    const key = script.keys.find(
      (each) => isEvent(each) && each.atMs <= atMs && atMs < each.atMs + Math.ceil(each.ms / 20) * 20,
    )
    if (key !== undefined && events !== undefined) {
      const timestamp = 5_000 + key.atMs * unitsPerMs
      const all = eventSender(key.digit, key.ms, { timestamp, clockRateHz: events.clockRateHz }) ?? []
      const at = (atMs - key.atMs) / frameMs
      const isLast = atMs + frameMs >= key.atMs + key.ms
      for (const { marker, payload: event } of isLast ? all.slice(at) : all.slice(at, at + 1))
        add({ atMs: atMs + frameMs, payloadType: events.payloadType, timestamp, marker, payload: event })
      if (key.way !== 'both') continue
    }
    const timestamp = 5_000 + atMs * unitsPerMs
    add({ atMs: atMs + frameMs, payloadType: audioType, timestamp, marker: false, payload })
  }
  return packets
}

/** Lays what the taps are told on timelines. */
function tap(near: TestLeg, lengthMs: number) {
  const make = () => new Uint8Array((lengthMs + 500) * 8).fill(ULAW_SILENCE)
  const taps = { streams: make(), recording: make(), listening: make() }
  const positions = { streams: [] as number[], recording: [] as number[] }
  const toldToApp: string[] = []
  const joiner = bandJoiner(16_000)
  const wideline = new Int16Array((lengthMs + 500) * 16)
  let hasCompanions = false
  const { streams, recording, listener } = near.leg
  const before = {
    inbound: streams.inbound.bind(streams),
    digit: streams.digit.bind(streams),
    write: recording.write,
    frame: listener.frame,
  }
  streams.inbound = (ulaw, position, wide) => {
    taps.streams.set(ulaw, position)
    positions.streams.push(position)
    hasCompanions ||= wide !== undefined
    const narrow = decodeUlaw(ulaw, new Int16Array(ulaw.length))
    wideline.set(joiner.process(narrow, wide, new Int16Array(2 * ulaw.length)), 2 * position)
    before.inbound(ulaw, position, wide)
  }
  streams.digit = (digit, durationMs) => {
    toldToApp.push(digit)
    before.digit(digit, durationMs)
  }
  recording.write = (channel, position, ulaw) => {
    if (channel === 0) taps.recording.set(ulaw, position)
    if (channel === 0) positions.recording.push(position)
    before.write(channel, position, ulaw)
  }
  listener.frame = (channel, position, ulaw) => {
    if (channel === 0) taps.listening.set(ulaw, position)
    before.frame(channel, position, ulaw)
  }
  return {
    ...taps,
    positions,
    toldToApp,
    get wide() {
      return hasCompanions ? wideline : new Int16Array(0)
    },
  }
}

function decoded(far: TestLeg, format: CodecFormat, lengthMs: number): Uint8Array {
  const out = new Uint8Array((lengthMs + 1_000) * 8).fill(ULAW_SILENCE)
  const decoder = payloadDecoder(format)
  const packets = far.heard().filter(({ payloadType }) => payloadType !== 101)
  const first = packets[0]?.timestamp ?? 0
  for (const { timestamp, payload } of packets) {
    const at = Math.round((((timestamp - first) >>> 0) * 8_000) / format.clockRateHz)
    const g711 = format.codec === 'PCMA' ? alawToUlaw(payload, payload.slice()) : payload
    const ulaw = decoder === undefined ? g711 : decoder.decode(payload)?.ulaw
    if (ulaw !== undefined && at + ulaw.length <= out.length) out.set(ulaw, at)
  }
  return out
}

/** The loudest any of the eight tones is in any 20 ms of the audio, in dBm0. */
export function loudestTone(ulaw: Uint8Array, fromMs = 0, toMs = ulaw.length / 8): number {
  return loudestIn(decodeUlaw(ulaw, new Int16Array(ulaw.length)), 8, fromMs, toMs)
}

/** The same of audio at 16 kHz. */
export function loudestWideTone(wide: Int16Array, fromMs = 0, toMs = wide.length / 16): number {
  return loudestIn(wide, 16, fromMs, toMs)
}

function loudestIn(samples: Int16Array, perMs: number, fromMs: number, toMs: number): number {
  let loudest = -120
  for (let at = fromMs * perMs; at + 20 * perMs <= toMs * perMs; at += 10 * perMs) {
    const part = samples.subarray(at, at + 20 * perMs)
    for (const hz of [...rows, ...columns]) loudest = Math.max(loudest, sampledLevel(part, hz, perMs * 1_000))
  }
  return loudest
}

/** Level of one tone in dBm0. */
export function toneLevel(ulaw: Uint8Array, hz: number): number {
  return sampledLevel(decodeUlaw(ulaw, new Int16Array(ulaw.length)), hz, 8_000)
}

/** The same of samples at any rate. */
export function sampledLevel(samples: Int16Array, hz: number, rateHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
  let [a, b] = [0, 0]
  for (const sample of samples) [a, b] = [sample + coefficient * a - b, a]
  const power = a * a + b * b - coefficient * a * b
  return 10 * Math.log10((4 * power) / samples.length ** 2 / 22_300 ** 2 + 1e-12)
}

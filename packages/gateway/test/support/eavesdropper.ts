import { decodeAlaw, decodeUlaw } from '@voxkeep/wire/g711'
import { parseRtp, type RtpPacket } from '@voxkeep/wire/rtp'
import type { Flow } from './capture.ts'
import { matchSpeech } from './speech.ts'

/** The flows in which signalling, HTTP or JSON can be read by anyone on the path. */
export function readableFlows(flows: readonly Flow[]): string[] {
  return flows.filter((flow) => words.test(textOf(flow))).map(({ from, to }) => `${from} to ${to}`)
}

const words = /SIP\/2\.0|HTTP\/1\.[01]|a=crypto|m=audio|"event":|"call_id"/

/** How much (0 to 1) of the spoken can be heard by whoever plays the RTP payloads of a flow, taken as either G.711 law. */
export function overhear(flow: Flow, spoken: Int16Array): number {
  const packets = flow.payloads.map(parseRtp).filter((packet) => packet !== undefined)
  const codes = inTime(packets)
  const heard = [decodeUlaw, decodeAlaw].map((decode) => decode(codes, new Int16Array(codes.length)))
  return Math.max(...heard.map((samples) => matchSpeech(spoken, samples).heard))
}

/** Payloads where their timestamps put them, so that what follows the audio, such as an SRTP tag, is written over. */
function inTime(packets: readonly RtpPacket[]): Uint8Array {
  const first = packets[0]?.timestamp ?? 0
  const placed = packets.map(({ payload, timestamp }) => ({ payload, at: (timestamp - first) >>> 0 }))
  const near = placed.filter(({ at }) => at < maxSamples)
  const end = Math.max(0, ...near.map(({ at, payload }) => at + payload.length))
  const out = new Uint8Array(end).fill(0xff)
  for (const { at, payload } of near) out.set(payload, at)
  return out
}

const maxSamples = 8_000 * 120

/**
 * Whether a flow is TLS records from beginning to end (RFC 8446 §5.1: a type, a version, a length). A capture may begin and end
 * in the middle of a connection, between records.
 */
export function isTls(flow: Flow): boolean {
  const bytes = Buffer.concat(flow.payloads)
  let at = 0
  while (at + 5 <= bytes.length) {
    const known = (bytes[at] ?? 0) >= 20 && (bytes[at] ?? 0) <= 23 && bytes[at + 1] === 3
    if (!known) return false
    at += 5 + bytes.readUInt16BE(at + 3)
  }
  return bytes.length > 0 && at === bytes.length
}

function textOf(flow: Flow): string {
  return Buffer.concat(flow.payloads).toString('latin1')
}

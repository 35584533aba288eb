import { eventSender, type DtmfDigit, type EventPacket } from '@voxkeep/wire/dtmf'
import { encodeAlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { writeRtpHeader } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { keyTone } from './key-tone.ts'
import type { SpeechReader } from './speech.ts'

export interface MediaSender {
  /** The next RTP packet: a key that is being pressed, else speech, else silence. Valid until the next call. */
  next(): Uint8Array
  /** Presses a key once the ones before it are released. Nothing happens when telephone events were not agreed. */
  press(digit: DtmfDigit, durationMs: number): void
  /** Plays a key's tones in place of speech, once the ones before it are over, with a pause after them. */
  pressAloud(digit: DtmfDigit, durationMs: number): void
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  /** RTP timestamp of the packet that comes next. */
  readonly timestamp: number
}

const headerBytes = 12
const samplesPerMs = 8
const pauseSamples = 80 * samplesPerMs

/** The outgoing RTP stream of one call, unencrypted. A re-negotiated format goes on under the same SSRC and numbers. */
export function mediaSender(speech: SpeechReader, audio: () => NegotiatedAudio): MediaSender {
  const random = new DataView(nodeRandomBytes(12).buffer)
  const ssrc = random.getUint32(0)
  const buffer = new Uint8Array(headerBytes + 2_000)
  const keys: { readonly digit: DtmfDigit; readonly durationMs: number }[] = []
  let pressing: EventPacket[] = []
  let aloud: Int16Array = new Int16Array(0)
  let sequence = random.getUint16(4)
  let timestamp = random.getUint32(8)
  let [packets, octets] = [0, 0]

  const pressNext = (): void => {
    const key = keys.shift()
    const { ptimeMs } = audio()
    if (key !== undefined) pressing = eventSender(key.digit, key.durationMs, { timestamp, ptimeMs }) ?? []
  }
  const packet = (payloadType: number, marker: boolean, at: number, length: number): Uint8Array => {
    writeRtpHeader(buffer, { payloadType, marker, sequence, timestamp: at, ssrc })
    sequence += 1
    packets += 1
    octets += length
    return buffer.subarray(0, headerBytes + length)
  }
  return {
    next() {
      const { codec, sendPayloadType, dtmf, ptimeMs } = audio()
      const samples = new Int16Array(ptimeMs * samplesPerMs)
      speech.read(samples) // goes on while a key is pressed, as a caller's voice would
      if (aloud.length > 0) {
        samples.fill(0)
        samples.set(aloud.subarray(0, samples.length))
        aloud = aloud.slice(samples.length)
      }
      if (pressing.length === 0) pressNext()
      const key = pressing.shift()
      const startedAt = timestamp
      timestamp = (timestamp + samples.length) >>> 0
      if (key !== undefined && dtmf !== undefined) {
        buffer.set(key.payload, headerBytes)
        return packet(dtmf.sendPayloadType, key.marker, key.timestamp, key.payload.length)
      }
      const encode = codec === 'PCMU' ? encodeUlaw : encodeAlaw
      encode(samples, buffer.subarray(headerBytes))
      return packet(sendPayloadType, packets === 0, startedAt, samples.length)
    },
    pressAloud(digit, durationMs) {
      const tone = keyTone(digit, durationMs)
      const more = new Int16Array(aloud.length + tone.length + pauseSamples)
      more.set(aloud)
      more.set(tone, aloud.length)
      aloud = more
    },
    press(digit, durationMs) {
      if (audio().dtmf !== undefined) keys.push({ digit, durationMs })
    },
    ssrc,
    get packets() {
      return packets
    },
    get octets() {
      return octets
    },
    get timestamp() {
      return timestamp
    },
  }
}

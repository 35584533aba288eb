import { decodeAlaw, decodeUlaw } from '@voxkeep/wire/g711'
import { playoutBuffer, plc } from '@voxkeep/wire/jitter'
import { parseRtp, receptionStats, type ReceptionStats } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'

export interface MediaReceiver {
  /** Takes one authentic RTP packet. */
  push(packet: Uint8Array, nowMs: number): void
  /** The next 20 ms that the phone plays, or `undefined` while there is nothing to hear. */
  pull(): Int16Array | undefined
  readonly reception: ReceptionStats
  /** SSRC of the newest packet. */
  readonly ssrc: number | undefined
  readonly packets: number
  readonly framesConcealed: number
}

export const playedFrameMs = 20
const frameSamples = 160
const clockRateHz = 8_000

/** The incoming RTP stream of one call: jitter buffer, decoder, concealment. */
export function mediaReceiver(audio: () => NegotiatedAudio): MediaReceiver {
  const playout = playoutBuffer({ clockRateHz, ptimeMs: playedFrameMs })
  const concealer = plc()
  const reception = receptionStats(clockRateHz)
  let ssrc: number | undefined
  let [packets, framesConcealed] = [0, 0]

  const concealed = (): Int16Array => {
    const samples = new Int16Array(frameSamples)
    concealer.conceal(samples)
    framesConcealed += 1
    return samples
  }
  const decoded = (payload: Uint8Array): Int16Array => {
    const samples = new Int16Array(payload.length)
    const decode = audio().codec === 'PCMU' ? decodeUlaw : decodeAlaw
    decode(payload, samples)
    concealer.good(samples)
    return samples
  }
  return {
    push(packet, nowMs) {
      const rtp = parseRtp(packet)
      if (rtp === undefined) return
      reception.receive(rtp.sequence, rtp.timestamp, nowMs)
      ssrc = rtp.ssrc
      if (rtp.payloadType !== audio().receivePayloadType) return
      packets += 1
      playout.push(rtp.timestamp, rtp.payload, nowMs)
    },
    pull() {
      const item = playout.pull()
      switch (item.kind) {
        case 'frame':
          return decoded(item.payload)
        case 'conceal':
          return concealed()
        case 'silence':
          return undefined
      }
    },
    reception,
    get ssrc() {
      return ssrc
    },
    get packets() {
      return packets
    },
    get framesConcealed() {
      return framesConcealed
    },
  }
}

import { fakeClock, type LegId } from '#kernel'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import {
  classify,
  parseRtcp,
  parseRtp,
  serializeRtcp,
  serializeRtp,
  type RtcpPacket,
  type RtpPacket,
} from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { srtpReceiver, srtpSender, type SrtpMaster } from '@voxkeep/wire/srtp'
import type { FromMedia, RecordingSpec } from './contract.ts'
import type { MediaWorkerDeps } from './deps.ts'
import { Leg, type SharedByLegs } from './leg.ts'
import { packetMemory } from './packet-memory.ts'
import { scheduler } from './scheduler.ts'

/** For tests: legs under a clock that the test moves, with lists for sockets and for what is recorded. */
export interface TestLegs {
  readonly clock: ReturnType<typeof fakeClock>
  /** A leg that is connected; `more` changes what was agreed. */
  leg(name: string, more?: Partial<NegotiatedAudio>): TestLeg
}

export interface RecordedFrame {
  readonly channel: 0 | 1
  readonly position: number
  readonly first: number
  readonly ulaw: Uint8Array
}

export interface TestLeg {
  readonly leg: Leg
  readonly audio: NegotiatedAudio
  /** What the peer seals its packets with, and what the gateway seals its own with. */
  readonly keys: { readonly peer: SrtpMaster; readonly gateway: SrtpMaster }
  /** Every datagram that left, RTCP too. */
  readonly sent: Uint8Array[]
  /** Those that open under `keys.gateway` and are RTP, with when they left. */
  heard(): readonly (RtpPacket & { readonly atMs: number })[]
  reports(): readonly RtcpPacket[]
  /** A packet of the peer comes in. */
  say(packet: Partial<RtpPacket> & { readonly sequence: number; readonly timestamp: number }): void
  /** The same packet, to come in later. */
  seal(packet: Partial<RtpPacket> & { readonly sequence: number; readonly timestamp: number }): Uint8Array
  report(packets: readonly RtcpPacket[]): void
  /** Bytes come in, from the address of the SDP or from elsewhere. */
  receive(datagram: Uint8Array, address?: string, port?: number): void
  readonly events: FromMedia[]
  /** What was recorded; `ulaw` is borrowed, and keeps its content until the next frame only. */
  readonly recorded: RecordedFrame[]
}

const suite = 'AES_CM_128_HMAC_SHA1_80'

export const agreed: NegotiatedAudio = {
  remote: { address: '192.0.2.1', port: 4_000, rtcpPort: 4_001, rtcpMux: true },
  codec: 'PCMU',
  clockRateHz: 8_000,
  sendPayloadType: 0,
  receivePayloadType: 0,
  dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8_000 },
  ptimeMs: 20,
  direction: 'sendrecv',
  silenceSuppression: false,
}

export function testLegs(deps: Partial<MediaWorkerDeps> = {}): TestLegs {
  const clock = fakeClock()
  const shared = { scheduler: scheduler(clock), memory: packetMemory() }
  return { clock, leg: (name, more = {}) => testLeg(clock, { shared, deps }, name, more) }
}

function testLeg(
  clock: TestLegs['clock'],
  { shared, deps }: { readonly shared: SharedByLegs; readonly deps: Partial<MediaWorkerDeps> },
  name: string,
  more: Partial<NegotiatedAudio>,
): TestLeg {
  const events: FromMedia[] = []
  const recorded: TestLeg['recorded'] = []
  const sent: Uint8Array[] = []
  const rtp: (RtpPacket & { atMs: number })[] = []
  const rtcp: RtcpPacket[] = []
  const keys = { peer: { keyAndSalt: nodeRandomBytes(30) }, gateway: { keyAndSalt: nodeRandomBytes(30) } }
  const srtp = { suite, tag: 1, send: keys.gateway, receive: [keys.peer] } as const
  const audio: NegotiatedAudio = { ...agreed, srtp, ...more }
  const opener = srtpReceiver(nodeSrtpCrypto, suite, [keys.gateway])
  const sealer = srtpSender(nodeSrtpCrypto, suite, keys.peer)
  const unread: { readonly datagram: Uint8Array; readonly atMs: number }[] = []
  const out = (datagram: Uint8Array): void => {
    const copy = datagram.slice()
    sent.push(copy)
    unread.push({ datagram: copy, atMs: clock.monotonicMs() })
  }
  /** Opens what has left since the last look: an hour's worth costs seconds, and not every test looks. */
  const read = (): void => {
    for (const { datagram, atMs } of unread.splice(0)) {
      const copy = datagram.slice()
      if (classify(copy) === 'rtcp') {
        const opened = opener.openRtcp(copy)
        if (opened.ok) rtcp.push(...(parseRtcp(opened.packet) ?? []))
        continue
      }
      const opened = opener.openRtp(copy)
      const packet = opened.ok ? parseRtp(opened.packet) : undefined
      if (packet !== undefined) rtp.push({ ...packet, atMs })
    }
  }
  const leg = new Leg(name as LegId, { ...depsOf(clock, events, recorded), ...deps }, shared, () => {})
  leg.channel.bind({ rtpPort: 2, sendRtp: out, sendRtcp: out, close: () => {} })
  leg.connect(audio)
  const receive = (datagram: Uint8Array, address = audio.remote.address, port = audio.remote.port) =>
    leg.channel.rtp(Buffer.from(datagram), address, port) // as a socket does, whose `slice` is a view
  const sealed = (bytes: Uint8Array | undefined): Uint8Array => {
    if (bytes === undefined) throw new Error('the key is used up')
    return bytes.slice()
  }
  const seal: TestLeg['seal'] = (packet) => {
    const whole = serializeRtp({ ...plain, ...packet, sequence: packet.sequence & 0xffff })
    return sealed(sealer.sealRtp(whole, new Uint8Array(whole.length + 200)))
  }
  return {
    leg,
    audio,
    keys,
    sent,
    events,
    recorded,
    heard: () => (read(), rtp),
    reports: () => (read(), rtcp),
    receive,
    seal,
    say: (packet) => receive(seal(packet)),
    report(packets) {
      const whole = serializeRtcp(packets)
      receive(sealed(sealer.sealRtcp(whole, new Uint8Array(whole.length + 200))))
    },
  }
}

const plain: RtpPacket = {
  version: 2,
  padding: false,
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 77,
  csrc: [],
  payload: new Uint8Array(160).fill(0x55),
}

function depsOf(
  clock: TestLegs['clock'],
  events: FromMedia[],
  recorded: TestLeg['recorded'],
): MediaWorkerDeps {
  return {
    config: {
      host: '127.0.0.1',
      portMin: 2,
      portMax: 3,
      portDrainMs: 0,
      silenceTimeoutMs: 10_000,
      reorderMs: 60,
    },
    clock,
    random: { bytes: nodeRandomBytes },
    srtpCrypto: nodeSrtpCrypto,
    post: (message) => events.push(message),
    openStream: () => ({
      counts: { framesIn: 0, framesDropped: 0 },
      sendAudio() {},
      sendDtmf() {},
      sendMark() {},
      tell() {},
      resume() {},
      close() {},
    }),
    openRecorder: () => ({
      ready: Promise.resolve(),
      write: (channel, position, ulaw) => recorded.push({ channel, position, first: ulaw[0] ?? -1, ulaw }),
      redact() {},
      judged() {},
      mark() {},
      pause() {},
      resume() {},
      finish: () => Promise.resolve({ bytes: 0, segments: 0, durationMs: 0, sha256: '', marks: [] }),
    }),
  }
}

export const recordingSpec: RecordingSpec = {
  id: 'rec_1' as RecordingSpec['id'],
  path: '',
  header: new Uint8Array(),
  dataKey: new Uint8Array(),
  fsyncMs: 1_000,
}

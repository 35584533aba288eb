import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { systemClock } from '#kernel'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import {
  classify,
  parseRtcp,
  parseRtp,
  serializeRtp,
  type RtcpPacket,
  type RtpPacket,
} from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { keyLengths, srtpReceiver, srtpSender, type SrtpSuite } from '@voxkeep/wire/srtp'

/** A caller for tests: one UDP socket on loopback that speaks SRTP with a leg. */
export interface TestCaller extends AsyncDisposable {
  readonly port: number
  /** What the gateway's side of the SDP agreed, for this caller. */
  readonly audio: NegotiatedAudio
  /** Seals one 20 ms packet, or more of them; the sequence goes on by itself. */
  seal(payload: Uint8Array, o?: { payloadType?: number; marker?: boolean; advance?: number }): Uint8Array
  /** Sends bytes from this socket, or from `from`. */
  send(datagram: Uint8Array, toPort: number, from?: Socket): void
  /** Calls back for each packet from the gateway that opens. */
  onPacket(listener: (packet: RtpPacket, atMs: number) => void): void
  /** The next packet that `matches`. */
  nextPacket(matches?: (packet: RtpPacket) => boolean): Promise<RtpPacket>
  nextRtcp(): Promise<RtcpPacket[]>
  /** Packets of the gateway that did not open. */
  readonly failures: number
}

export async function testCaller(suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'): Promise<TestCaller> {
  const socket = await udpSocket()
  const { port } = socket.address()
  const { keyBytes, saltBytes } = keyLengths(suite)
  const ours = { keyAndSalt: nodeRandomBytes(keyBytes + saltBytes) }
  const theirs = { keyAndSalt: nodeRandomBytes(keyBytes + saltBytes) }
  const sender = srtpSender(nodeSrtpCrypto, suite, ours)
  const receiver = srtpReceiver(nodeSrtpCrypto, suite, [theirs])
  const listeners: ((packet: RtpPacket, atMs: number) => void)[] = []
  const rtcpListeners: ((packets: RtcpPacket[]) => void)[] = []
  let sequence = 100
  let timestamp = 5_000
  let failures = 0

  socket.on('message', (data) => {
    const rtcp = classify(data) === 'rtcp'
    const opened = rtcp ? receiver.openRtcp(data) : receiver.openRtp(data)
    if (!opened.ok) {
      failures += 1
      return
    }
    if (rtcp) for (const listener of rtcpListeners.splice(0)) listener(parseRtcp(opened.packet) ?? [])
    const packet = rtcp ? undefined : parseRtp(opened.packet)
    if (packet !== undefined)
      for (const listener of listeners.slice()) listener(packet, systemClock.monotonicMs())
  })

  return {
    port,
    audio: {
      remote: { address: '127.0.0.1', port, rtcpPort: port, rtcpMux: true },
      codec: 'PCMU',
      clockRateHz: 8_000,
      sendPayloadType: 0,
      receivePayloadType: 0,
      dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8_000 },
      ptimeMs: 20,
      direction: 'sendrecv',
      srtp: { suite, tag: 1, send: theirs, receive: [ours] },
      silenceSuppression: false,
    },
    seal(payload, o = {}) {
      const { payloadType = 0, marker = false, advance = payload.length } = o
      const packet = serializeRtp({
        version: 2,
        padding: false,
        marker,
        payloadType,
        sequence: sequence & 0xffff,
        timestamp: timestamp >>> 0,
        ssrc: 77,
        csrc: [],
        payload,
      })
      sequence += 1
      timestamp += advance
      const sealed = sender.sealRtp(packet, new Uint8Array(packet.length + 200))
      if (sealed === undefined) throw new Error('the key is used up')
      return sealed.slice()
    },
    send(datagram, toPort, from = socket) {
      from.send(datagram, toPort, '127.0.0.1')
    },
    onPacket: (listener) => void listeners.push(listener),
    nextPacket(matches = () => true) {
      return new Promise((resolve) => {
        const listener = (packet: RtpPacket) => {
          if (!matches(packet)) return
          listeners.splice(listeners.indexOf(listener), 1)
          resolve(packet)
        }
        listeners.push(listener)
      })
    },
    nextRtcp: () => new Promise((resolve) => void rtcpListeners.push(resolve)),
    get failures() {
      return failures
    },
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

export async function udpSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

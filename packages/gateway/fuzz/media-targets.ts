import { eventReceiver, parseEvent } from '@voxkeep/wire/dtmf'
import { reorderBuffer } from '@voxkeep/wire/jitter'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import {
  classify,
  parseRtcp,
  parseRtp,
  rtpHeaderLength,
  serializeRtcp,
  serializeRtp,
} from '@voxkeep/wire/rtp'
import { keyLengths, srtpReceiver, srtpSender, type SrtpSuite } from '@voxkeep/wire/srtp'
import { parseWav, serializeWav, toMono8k } from '@voxkeep/wire/wav'
import { promise, type Target } from './target.ts'

const packet = (sequence: number, payload: Uint8Array) =>
  serializeRtp({
    version: 2,
    padding: false,
    marker: false,
    payloadType: 0,
    sequence,
    timestamp: sequence * 160,
    ssrc: 0x1234_5678,
    csrc: [],
    payload,
  })

const voice = () => packet(7, new Uint8Array(160).fill(0x55))
/** A sender's report, then a receiver's with one block. */
const report = () =>
  new Uint8Array(
    Buffer.concat([
      Buffer.from('80c8000600001234e1d2c3b4a5968778000003e80000006400003e80', 'hex'),
      Buffer.from('81c9000700001234aabbccdd00000000000000640000000a0000000000000000', 'hex'),
    ]),
  )

export const rtp: Target = {
  name: 'rtp',
  seeds: () => [
    voice(),
    new Uint8Array(Buffer.from('90e500010000000100000002bede0001100000000a8a00a0', 'hex')),
  ],
  words: ['\x80', '\x90', '\xbe\xde', '\x00\x00'],
  maxBytes: 1_500,
  take(input) {
    classify(input)
    const length = rtpHeaderLength(input)
    promise(length === undefined || length <= input.length, 'a header ends within its packet')
    const parsed = parseRtp(input)
    parseEvent(input)
    const events = eventReceiver({ clockRateHz: 8_000 })
    const reorder = reorderBuffer({
      clockRateHz: 8_000,
      maxDelayMs: 60,
      maxPackets: 32,
      samplesOf: (payload) => payload.length,
    })
    let nowMs = 0
    for (let at = 0; at + 8 <= input.length; at += 8) {
      const view = new DataView(input.buffer, input.byteOffset + at, 8)
      nowMs += view.getUint8(7) & 31
      reorder.push(view.getUint16(0), view.getUint32(2), input.subarray(at, at + 8), nowMs, false, 0)
      reorder.poll(nowMs)
      events.push(view.getUint32(2), input.subarray(at, at + 4))
    }
    if (parsed !== undefined) parseRtp(serializeRtp(parsed))
  },
}

export const rtcp: Target = {
  name: 'rtcp',
  seeds: () => [report()],
  words: ['\x80\xc8', '\x81\xc9', '\x81\xca', '\x81\xcb', '\x80\xcf', '\x01\x08'],
  maxBytes: 1_500,
  take(input) {
    const parsed = parseRtcp(input)
    if (parsed !== undefined && parsed.length > 0) parseRtcp(serializeRtcp(parsed))
  },
}

const suites: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM']
const masters = suites.map((suite) => {
  const { keyBytes, saltBytes } = keyLengths(suite)
  return { suite, keyAndSalt: new Uint8Array(keyBytes + saltBytes).fill(9), mki: new Uint8Array([1, 2]) }
})

/** Forged packets are dropped and change nothing: the true ones around them are opened all the same. */
export const srtp: Target = {
  name: 'srtp',
  seeds: () => [sealed(0, 7), sealed(1, 7), report()],
  words: ['\x80\x00', '\x01\x02', '\xff\xff\xff\xff'],
  maxBytes: 1_500,
  take(input) {
    for (const [index, { suite, keyAndSalt, mki }] of masters.entries()) {
      const receiver = srtpReceiver(nodeSrtpCrypto, suite, [{ keyAndSalt, mki }])
      promise(receiver.openRtp(sealed(index, 100)).ok, 'a true packet is opened')
      const isForged = ![7, 100, 101].some((each) => Buffer.compare(sealed(index, each), input) === 0)
      for (let times = 0; times < 3; times += 1) {
        const opened = receiver.openRtp(input.slice())
        promise(!opened.ok || !isForged, 'a forged packet is not opened')
        receiver.openRtcp(input.slice())
      }
      promise(receiver.openRtp(sealed(index, 101)).ok, 'the next true packet is opened')
      promise(!receiver.openRtp(sealed(index, 101)).ok, 'and no second time')
    }
  },
}

function sealed(index: number, sequence: number): Uint8Array {
  const { suite, keyAndSalt, mki } = masters[index] as (typeof masters)[number]
  const sender = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt, mki })
  const plain = packet(sequence, new Uint8Array(20))
  return (sender.sealRtp(plain, new Uint8Array(256)) ?? new Uint8Array(0)).slice()
}

export const wav: Target = {
  name: 'wav',
  seeds: () => [
    serializeWav({ format: 'pcm16', sampleRateHz: 16_000, channels: 2, data: new Uint8Array(64) }),
    serializeWav({ format: 'ulaw', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(16) }),
  ],
  words: ['RIFF', 'WAVE', 'fmt ', 'data', 'LIST', 'RF64', 'ds64'],
  maxBytes: 4_096,
  take(input) {
    const parsed = parseWav(input)
    if ('error' in parsed) return
    promise(toMono8k(parsed).length <= 8_000 * 600, 'what a small file unpacks to is bounded')
  },
}

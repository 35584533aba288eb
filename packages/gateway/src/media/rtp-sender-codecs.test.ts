import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { parseRtp, type RtpPacket } from '@voxkeep/wire/rtp'
import { srtpReceiver, srtpSender, type SrtpSender } from '@voxkeep/wire/srtp'
import { loadOpus } from './opus-codec.ts'
import { packetMemory } from './packet-memory.ts'
import { payloadDecoder, type CodecFormat } from './payload-codec.ts'
import { rtpSender, type RtpSender } from './rtp-sender.ts'

before(loadOpus)

const random = { bytes: nodeRandomBytes }
const opus = {
  codec: 'OPUS',
  clockRateHz: 48_000,
  opus: { fec: true, cbr: false, maxPlaybackRateHz: 48_000 },
} as const
const g722 = { codec: 'G722', clockRateHz: 8_000 } as const
const l16 = { codec: 'L16', clockRateHz: 8_000 } as const
const wideL16 = { codec: 'L16', clockRateHz: 16_000 } as const
const pcmu = { codec: 'PCMU', clockRateHz: 8_000 } as const

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

async function sender(format: CodecFormat, ptimeMs: number): Promise<RtpSender> {
  const made = rtpSender(random, packetMemory())
  made.configure({ ...format, sendPayloadType: 96, ptimeMs }, false)
  await settled()
  return made
}

const tone = encodeUlaw(
  Int16Array.from({ length: 4_800 }, (_, i) => 9_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000)),
  new Uint8Array(4_800),
)

/** The packets of 30 frames of a tone. */
function sent(rtp: RtpSender, srtp?: SrtpSender): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let frame = 0; frame < 30; frame += 1) {
    rtp.frame.set(tone.subarray(160 * frame, 160 * (frame + 1)))
    rtp.load()
    for (let sealed = rtp.seal(srtp); sealed !== undefined; sealed = rtp.seal(srtp))
      packets.push(sealed.slice())
  }
  return packets
}

const parsed = (packets: readonly Uint8Array[]): RtpPacket[] =>
  packets.map((each) => {
    const packet = parseRtp(each)
    assert.ok(packet !== undefined)
    return packet
  })

async function heard(format: CodecFormat, packets: readonly RtpPacket[]): Promise<Int16Array> {
  const decoder = payloadDecoder(format)
  await settled()
  const ulaw = Uint8Array.from(packets.flatMap(({ payload }) => [...(decoder?.decode(payload)?.ulaw ?? [])]))
  decoder?.close()
  return decodeUlaw(ulaw, new Int16Array(ulaw.length))
}

/** Share of the power that is the tone of 440 Hz. */
function toneShare(samples: Int16Array): number {
  let [sine, cosine, all] = [0, 0, 0]
  for (const [i, sample] of samples.entries()) {
    sine += sample * Math.sin((2 * Math.PI * 440 * i) / 8_000)
    cosine += sample * Math.cos((2 * Math.PI * 440 * i) / 8_000)
    all += sample ** 2
  }
  return (2 * (sine ** 2 + cosine ** 2)) / (samples.length * all)
}

for (const [format, lengthsMs] of [
  [g722, [10, 20, 30, 40, 60]],
  [l16, [10, 20, 30, 40, 60]],
  [wideL16, [10, 20, 30, 40]],
  [opus, [10, 20, 40, 60]],
] as const) {
  for (const ptimeMs of lengthsMs) {
    test(`interop 16: rtpSender() makes ${format.codec} on ${format.clockRateHz} Hz in packets of ${ptimeMs} ms, on its clock`, async () => {
      const rtp = await sender(format, ptimeMs)
      const packets = parsed(sent(rtp))
      assert.equal(packets.length, 600 / ptimeMs)
      const [first] = packets
      assert.ok(first !== undefined)
      for (const [i, packet] of packets.entries()) {
        assert.equal(packet.payloadType, 96)
        assert.equal(packet.sequence, (first.sequence + i) & 0xffff)
        assert.equal(packet.timestamp, (first.timestamp + (i * ptimeMs * format.clockRateHz) / 1_000) >>> 0)
        assert.equal(packet.marker, i === 0)
      }
      assert.equal(rtp.timestamp, (first.timestamp + (600 * format.clockRateHz) / 1_000) >>> 0)
      assert.equal(rtp.clockRateHz, format.clockRateHz)
      assert.equal(
        rtp.octets,
        packets.reduce((sum, { payload }) => sum + payload.length, 0),
      )
      const samples = await heard(format, packets)
      assert.equal(samples.length, 4_800)
      assert.ok(toneShare(samples.subarray(800)) > 0.95)
      rtp.close()
    })
  }
}

test('rtpSender() seals the longest packets for a peer that opens, and keeps them intact for many more', async () => {
  const suite = 'AES_CM_128_HMAC_SHA1_80'
  const keyAndSalt = nodeRandomBytes(30)
  const srtp = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt })
  const peer = srtpReceiver(nodeSrtpCrypto, suite, [{ keyAndSalt }])
  const rtp = await sender(wideL16, 40)
  const [first] = sent(rtp, srtp)
  assert.equal(first?.length, 12 + 1_280 + 10)
  assert.ok(first !== undefined && peer.openRtp(first).ok)
  rtp.load()
  rtp.load()
  const kept = rtp.seal(undefined)
  const copy = kept?.slice()
  for (let i = 0; i < 3; i += 1) sent(rtp)
  assert.deepEqual(kept, copy)
})

test('rtpSender() lets time pass in the clock of the codec', async () => {
  for (const [format, units] of [
    [g722, 160],
    [wideL16, 320],
    [opus, 960],
  ] as const) {
    const rtp = await sender(format, 20)
    const before = rtp.timestamp
    rtp.skip()
    assert.equal(rtp.timestamp, (before + units) >>> 0)
    rtp.close()
  }
})

test('interop 17: rtpSender() goes on under its numbers when the codec changes, and marks the first packet', async () => {
  const rtp = await sender(pcmu, 20)
  const before = parsed(sent(rtp)).at(-1)
  const { ssrc } = rtp
  rtp.configure({ ...opus, sendPayloadType: 111, ptimeMs: 20 }, false)
  await settled()
  const [first, second] = parsed(sent(rtp))
  assert.ok(before !== undefined && first !== undefined && second !== undefined)
  assert.equal(first.ssrc, ssrc)
  assert.equal(first.payloadType, 111)
  assert.equal(first.sequence, (before.sequence + 1) & 0xffff)
  assert.equal(first.timestamp, (before.timestamp + 160) >>> 0)
  assert.equal(second.timestamp, (first.timestamp + 960) >>> 0)
  assert.deepEqual([first.marker, second.marker], [true, false])
  rtp.configure({ ...pcmu, sendPayloadType: 0, ptimeMs: 20 }, false)
  const [plain] = parsed(sent(rtp))
  assert.equal(plain?.payloadType, 0)
  assert.deepEqual([...plain.payload], [...tone.subarray(0, 160)])
  rtp.close()
})

test('rtpSender() keeps its encoder over a re-INVITE that changes nothing of the codec', async () => {
  const rtp = await sender(opus, 20)
  sent(rtp)
  rtp.configure({ ...opus, sendPayloadType: 111, ptimeMs: 20 }, false)
  // A new encoder would not be there before the event loop has turned.
  assert.equal(sent(rtp).length, 30)
  rtp.close()
})

test('rtpSender() lets the time of what its codec cannot encode pass', async () => {
  const rtp = rtpSender(random, packetMemory())
  rtp.configure({ ...opus, sendPayloadType: 96, ptimeMs: 30 }, false)
  await settled()
  const before = rtp.timestamp
  assert.deepEqual(sent(rtp), [])
  assert.equal(rtp.timestamp, (before + 600 * 48) >>> 0)
  rtp.configure({ ...opus, sendPayloadType: 96, ptimeMs: 20 }, false)
  assert.equal(parsed(sent(rtp))[0]?.marker, true)
  rtp.close()
})

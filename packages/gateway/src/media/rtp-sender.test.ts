import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { parseRtp, type RtpPacket } from '@voxkeep/wire/rtp'
import { srtpReceiver, srtpSender } from '@voxkeep/wire/srtp'
import { packetMemory } from './packet-memory.ts'
import { rtpSender, type RtpSender } from './rtp-sender.ts'

const pcmu = { codec: 'PCMU', clockRateHz: 8_000, sendPayloadType: 0, ptimeMs: 20 } as const
const pcma = { codec: 'PCMA', clockRateHz: 8_000, sendPayloadType: 8, ptimeMs: 20 } as const
const random = { bytes: nodeRandomBytes }

function next(sender: RtpSender): RtpPacket {
  sender.load()
  const datagram = sender.seal(undefined)
  assert.ok(datagram !== undefined)
  const packet = parseRtp(datagram.slice())
  assert.ok(packet !== undefined)
  return packet
}

test('rtpSender() numbers packets without a hole and marks the first', () => {
  const sender = rtpSender(random, packetMemory())
  sender.configure(pcmu, false)
  const packets = [next(sender), next(sender), next(sender)]
  assert.deepEqual(
    packets.map(({ marker }) => marker),
    [true, false, false],
  )
  for (const [i, packet] of packets.entries()) {
    const first = packets[0]
    assert.ok(first !== undefined)
    assert.equal(packet.ssrc, sender.ssrc)
    assert.equal(packet.sequence, (first.sequence + i) & 0xffff)
    assert.equal(packet.timestamp, (first.timestamp + 160 * i) >>> 0)
  }
  assert.deepEqual([sender.packets, sender.octets], [3, 480])
})

test('rtpSender() lets time pass for a skipped frame and marks the next packet', () => {
  const sender = rtpSender(random, packetMemory())
  const first = next(sender)
  sender.skip()
  const second = next(sender)
  assert.equal(second.timestamp, (first.timestamp + 320) >>> 0)
  assert.equal(second.sequence, (first.sequence + 1) & 0xffff)
  assert.equal(second.marker, true)
})

test('C9: rtpSender() sends A-law where that was agreed', () => {
  const sender = rtpSender(random, packetMemory())
  sender.configure(pcma, false)
  sender.frame.fill(0xff)
  const packet = next(sender)
  assert.equal(packet.payloadType, 8)
  assert.ok(packet.payload.every((code) => code === 0xd5))
})

test('interop 10: rtpSender() takes a new SSRC with a new key and keeps it otherwise', () => {
  const sender = rtpSender(random, packetMemory())
  const { ssrc } = sender
  next(sender)
  sender.configure(pcma, false)
  assert.equal(sender.ssrc, ssrc)
  sender.configure(pcmu, true)
  assert.notEqual(sender.ssrc, ssrc)
  assert.equal(sender.packets, 0)
  assert.equal(next(sender).marker, true)
})

test('interop 7: rtpSender() seals for a peer that opens, over a wrap of the sequence number', () => {
  const suite = 'AES_CM_128_HMAC_SHA1_80'
  const keyAndSalt = nodeRandomBytes(30)
  const srtp = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt })
  const peer = srtpReceiver(nodeSrtpCrypto, suite, [{ keyAndSalt }])
  const sender = rtpSender(random, packetMemory())
  for (let i = 0; i < 0x10100; i += 1) {
    sender.frame.fill(i & 0xff)
    sender.load()
    const sealed = sender.seal(srtp)
    assert.ok(sealed !== undefined)
    if (i % 100 !== 0 && i < 0xff00) continue
    const opened = peer.openRtp(sealed.slice())
    assert.ok(opened.ok)
    assert.equal(opened.packet.at(-1), i & 0xff)
  }
})

test('rtpSender() keeps a datagram intact for many more', () => {
  const sender = rtpSender(random, packetMemory())
  sender.load()
  const datagram = sender.seal(undefined)
  assert.ok(datagram !== undefined)
  const copy = datagram.slice()
  for (let i = 0; i < 60; i += 1) next(sender)
  assert.deepEqual(datagram, copy)
})

test('interop 2: rtpSender() sends nothing more once the key is used up', () => {
  const srtp = srtpSender(nodeSrtpCrypto, 'AES_CM_128_HMAC_SHA1_80', {
    keyAndSalt: nodeRandomBytes(30),
    lifetime: 1n,
  })
  const sender = rtpSender(random, packetMemory())
  sender.load()
  assert.ok(sender.seal(srtp) !== undefined)
  assert.equal(sender.usedUp, false)
  sender.load()
  assert.equal(sender.seal(srtp), undefined)
  assert.equal(sender.usedUp, true)
})

for (const ptimeMs of [10, 20, 30, 40, 60]) {
  test(`interop 16: rtpSender() makes packets of ${ptimeMs} ms where the peer asked for them`, () => {
    const sender = rtpSender(random, packetMemory())
    sender.configure({ ...pcmu, ptimeMs }, false)
    const packets: RtpPacket[] = []
    for (let frame = 0; frame < 12; frame += 1) {
      sender.frame.fill(frame)
      sender.load()
      for (let sealed = sender.seal(undefined); sealed !== undefined; sealed = sender.seal(undefined)) {
        const packet = parseRtp(sealed.slice())
        assert.ok(packet !== undefined)
        packets.push(packet)
      }
    }
    assert.equal(packets.length, 240 / ptimeMs)
    const samples = packets.flatMap(({ payload }) => [...payload])
    assert.deepEqual(
      samples,
      Array.from({ length: 12 * 160 }, (_, i) => Math.floor(i / 160)),
    )
    packets.forEach((packet, i) => {
      assert.equal(packet.timestamp, ((packets[0]?.timestamp ?? 0) + i * ptimeMs * 8) >>> 0)
    })
  })
}

test('rtpSender() lets the time of an incomplete packet pass when it skips', () => {
  const sender = rtpSender(random, packetMemory())
  sender.configure({ ...pcmu, ptimeMs: 40 }, false)
  sender.load()
  const before = sender.timestamp
  sender.skip()
  assert.equal(sender.timestamp, (before + 160) >>> 0)
  sender.load()
  assert.equal(sender.seal(undefined), undefined)
  sender.load()
  assert.ok(sender.seal(undefined) !== undefined)
})

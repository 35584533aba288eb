import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { parseRtp, type RtpPacket } from '@voxkeep/wire/rtp'
import { srtpReceiver, srtpSender } from '@voxkeep/wire/srtp'
import { rtpSender, type RtpSender } from './rtp-sender.ts'

const random = { bytes: nodeRandomBytes }

function next(sender: RtpSender): RtpPacket {
  const datagram = sender.seal(undefined)
  assert.ok(datagram !== undefined)
  const packet = parseRtp(datagram.slice())
  assert.ok(packet !== undefined)
  return packet
}

test('rtpSender() numbers packets without a hole and marks the first', () => {
  const sender = rtpSender(random)
  sender.configure('PCMU', 0, false)
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
  const sender = rtpSender(random)
  const first = next(sender)
  sender.skip()
  const second = next(sender)
  assert.equal(second.timestamp, (first.timestamp + 320) >>> 0)
  assert.equal(second.sequence, (first.sequence + 1) & 0xffff)
  assert.equal(second.marker, true)
})

test('C9: rtpSender() sends A-law where that was agreed', () => {
  const sender = rtpSender(random)
  sender.configure('PCMA', 8, false)
  sender.frame.fill(0xff)
  const packet = next(sender)
  assert.equal(packet.payloadType, 8)
  assert.ok(packet.payload.every((code) => code === 0xd5))
})

test('rtpSender() takes a new SSRC with a new key and keeps it otherwise', () => {
  const sender = rtpSender(random)
  const { ssrc } = sender
  next(sender)
  sender.configure('PCMA', 8, false)
  assert.equal(sender.ssrc, ssrc)
  sender.configure('PCMU', 0, true)
  assert.notEqual(sender.ssrc, ssrc)
  assert.equal(sender.packets, 0)
  assert.equal(next(sender).marker, true)
})

test('rtpSender() seals for a peer that opens, over a wrap of the sequence number', () => {
  const suite = 'AES_CM_128_HMAC_SHA1_80'
  const keyAndSalt = nodeRandomBytes(30)
  const srtp = srtpSender(nodeSrtpCrypto, suite, { keyAndSalt })
  const peer = srtpReceiver(nodeSrtpCrypto, suite, [{ keyAndSalt }])
  const sender = rtpSender(random)
  for (let i = 0; i < 0x10100; i += 1) {
    sender.frame.fill(i & 0xff)
    const sealed = sender.seal(srtp)
    assert.ok(sealed !== undefined)
    if (i % 100 !== 0 && i < 0xff00) continue
    const opened = peer.openRtp(sealed.slice())
    assert.ok(opened.ok)
    assert.equal(opened.packet.at(-1), i & 0xff)
  }
})

test('rtpSender() keeps a datagram intact for seven more frames', () => {
  const sender = rtpSender(random)
  const datagram = sender.seal(undefined)
  assert.ok(datagram !== undefined)
  const copy = datagram.slice()
  for (let i = 0; i < 7; i += 1) sender.seal(undefined)
  assert.deepEqual(datagram, copy)
})

test('rtpSender() sends nothing more once the key is used up', () => {
  const srtp = srtpSender(nodeSrtpCrypto, 'AES_CM_128_HMAC_SHA1_80', {
    keyAndSalt: nodeRandomBytes(30),
    lifetime: 1n,
  })
  const sender = rtpSender(random)
  assert.ok(sender.seal(srtp) !== undefined)
  assert.equal(sender.seal(srtp), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rtpHeaderLength, writeRtpHeader } from './header.ts'
import { parseRtp, serializeRtp, type RtpPacket } from './packet.ts'

const uint32 = fc.nat({ max: 0xffffffff })
const words = (maxWords: number) =>
  fc.nat({ max: maxWords }).chain((n) => fc.uint8Array({ minLength: 4 * n, maxLength: 4 * n }))

const extension = fc.tuple(fc.nat({ max: 0xffff }), words(5)).map(([profile, data]) => ({ profile, data }))

const rtp: fc.Arbitrary<RtpPacket> = fc
  .record({
    version: fc.constant(2 as const),
    padding: fc.boolean(),
    marker: fc.boolean(),
    payloadType: fc.nat({ max: 127 }),
    sequence: fc.nat({ max: 0xffff }),
    timestamp: uint32,
    ssrc: uint32,
    csrc: fc.array(uint32, { maxLength: 15 }),
    extension: fc.option(extension, { nil: undefined }),
    payload: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ extension, ...packet }) => (extension === undefined ? packet : { ...packet, extension }))

test('parseRtp() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1_500 }), (bytes) => void parseRtp(bytes)))
})

test('parseRtp() undoes serializeRtp()', () => {
  fc.assert(fc.property(rtp, (packet) => assert.deepEqual(parseRtp(serializeRtp(packet)), packet)))
})

test('parseRtp() refuses a packet cut anywhere in its header', () => {
  const whole = serializeRtp({
    version: 2,
    padding: false,
    marker: false,
    payloadType: 0,
    sequence: 1,
    timestamp: 2,
    ssrc: 3,
    csrc: [4],
    extension: { profile: 5, data: new Uint8Array(8) },
    payload: new Uint8Array(0),
  })
  for (let length = 0; length < whole.length; length += 1) {
    assert.equal(parseRtp(whole.subarray(0, length)), undefined, `${length} bytes`)
    assert.equal(rtpHeaderLength(whole.subarray(0, length)), undefined, `${length} bytes`)
  }
  assert.equal(rtpHeaderLength(whole), whole.length)
})

test('parseRtp() refuses version 1, no padding where some is declared, and more padding than payload', () => {
  const packet = new Uint8Array(14)
  packet[0] = 0x40
  assert.equal(parseRtp(packet), undefined)
  packet[0] = 0xa0
  assert.equal(parseRtp(packet), undefined)
  packet[13] = 3
  assert.equal(parseRtp(packet), undefined)
  packet[13] = 2
  assert.equal(parseRtp(packet)?.payload.length, 0)
})

test('parseRtp() returns a payload that aliases the datagram', () => {
  const datagram = new Uint8Array(20)
  datagram[0] = 0x80
  const packet = parseRtp(datagram)
  datagram[12] = 7
  assert.equal(packet?.payload[0], 7)
})

test('writeRtpHeader() reduces counters to the width of their fields', () => {
  const out = new Uint8Array(12)
  const fields = { payloadType: 8, marker: true, sequence: 0x10001, timestamp: 2 ** 32 + 5, ssrc: 0xdeadbeef }
  assert.equal(writeRtpHeader(out, fields), 12)
  const { sequence, timestamp, ssrc, payloadType, marker } = parseRtp(out) ?? {}
  assert.deepEqual([sequence, timestamp, ssrc, payloadType, marker], [1, 5, 0xdeadbeef, 8, true])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ReportBlock, RtcpPacket } from './rtcp-packet.ts'
import { parseRtcp } from './rtcp-parse.ts'
import { serializeRtcp } from './rtcp-serialize.ts'

// fast-check's own records have no prototype, which deepEqual tells apart.
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })
const uint32 = fc.nat({ max: 0xffffffff })
const report: fc.Arbitrary<ReportBlock> = record({
  ssrc: uint32,
  fractionLost: fc.nat({ max: 255 }),
  cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  extendedHighestSequence: uint32,
  jitter: uint32,
  lastSr: uint32,
  delaySinceLastSr: uint32,
})
const reports = fc.array(report, { maxLength: 31 })
const text = fc.uint8Array({ maxLength: 255 })
const item = record({ type: fc.integer({ min: 1, max: 255 }), value: text })
const chunk = record({ ssrc: uint32, items: fc.array(item, { maxLength: 3 }) })
const body = fc
  .nat({ max: 8 })
  .chain((words) => fc.uint8Array({ minLength: 4 * words, maxLength: 4 * words }))

const packet: fc.Arbitrary<RtcpPacket> = fc.oneof(
  record({
    kind: fc.constant('sr' as const),
    ssrc: uint32,
    ntpSeconds: uint32,
    ntpFraction: uint32,
    rtpTimestamp: uint32,
    packetCount: uint32,
    octetCount: uint32,
    reports,
  }),
  record({ kind: fc.constant('rr' as const), ssrc: uint32, reports }),
  record({ kind: fc.constant('sdes' as const), chunks: fc.array(chunk, { maxLength: 4 }) }),
  record({ kind: fc.constant('bye' as const), ssrcs: fc.array(uint32, { maxLength: 31 }) }),
  record({
    kind: fc.constant('bye' as const),
    ssrcs: fc.array(uint32, { maxLength: 31 }),
    reason: text,
  }),
  record({
    kind: fc.constant('other' as const),
    packetType: fc.integer({ min: 204, max: 223 }),
    count: fc.nat({ max: 31 }),
    body,
  }),
)

test('parseRtcp() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseRtcp(bytes)))
})

test('parseRtcp() never throws, whatever follows a valid header', () => {
  const headed = fc
    .tuple(fc.nat({ max: 31 }), fc.integer({ min: 200, max: 207 }), body)
    .map(([count, type, rest]) => Uint8Array.of(0x80 | count, type, 0, rest.length / 4, ...rest))
  fc.assert(fc.property(headed, (bytes) => void parseRtcp(bytes)))
})

test('parseRtcp() undoes serializeRtcp()', () => {
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (packets) =>
      assert.deepEqual(parseRtcp(serializeRtcp(packets)), packets),
    ),
  )
})

test('parseRtcp() refuses a compound packet cut anywhere', () => {
  const whole = serializeRtcp([
    { kind: 'rr', ssrc: 1, reports: [] },
    { kind: 'sdes', chunks: [{ ssrc: 1, items: [{ type: 1, value: Uint8Array.of(97, 98) }] }] },
  ])
  for (let length = 0; length < whole.length; length += 1) {
    if (length === 8) continue // the first packet stands alone
    assert.equal(parseRtcp(whole.subarray(0, length)), undefined, `${length} bytes`)
  }
})

test('parseRtcp() leaves padding out and refuses more of it than there is body', () => {
  const padded = Uint8Array.of(0xa0, 201, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4)
  assert.deepEqual(parseRtcp(padded), [{ kind: 'rr', ssrc: 9, reports: [] }])
  padded[11] = 9
  assert.equal(parseRtcp(padded), undefined)
})

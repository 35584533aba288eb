import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { extendedReportType, parseVoipMetrics, type VoipMetrics } from './extended-report.ts'
import { parseRtcp } from './rtcp-parse.ts'
import { serializeRtcp } from './rtcp-serialize.ts'

/** One VoIP Metrics block, as a peer would write it. */
function block(metrics: VoipMetrics): Uint8Array {
  const out = new Uint8Array(36)
  const view = new DataView(out.buffer)
  view.setUint8(0, 7)
  view.setUint16(2, 8)
  view.setUint32(4, metrics.ssrc)
  view.setUint8(8, metrics.lossFraction * 256)
  view.setUint8(9, metrics.discardFraction * 256)
  view.setUint16(16, metrics.roundTripMs)
  view.setUint16(18, metrics.endSystemMs)
  view.setUint8(24, metrics.rating ?? 127)
  view.setUint8(26, 127)
  view.setUint8(27, metrics.mos === undefined ? 127 : Math.round(metrics.mos * 10))
  return out
}

/** A report of its blocks, with a statistics summary (RFC 3611 §4.6) before them. */
function report(blocks: readonly Uint8Array[]): Uint8Array {
  const other = Uint8Array.of(6, 0, 0, 1, 9, 9, 9, 9)
  return new Uint8Array(Buffer.concat([Uint8Array.of(0, 0, 0, 1), other, ...blocks]))
}

const metrics: fc.Arbitrary<VoipMetrics> = fc
  .record({
    ssrc: fc.nat({ max: 0xffffffff }),
    lossFraction: fc.nat(255).map((n) => n / 256),
    discardFraction: fc.nat(255).map((n) => n / 256),
    roundTripMs: fc.nat(0xffff),
    endSystemMs: fc.nat(0xffff),
    rating: fc.option(fc.nat(100), { nil: undefined }),
    mos: fc.option(
      fc.integer({ min: 10, max: 50 }).map((n) => n / 10),
      { nil: undefined },
    ),
  })
  .map(({ rating, mos, ...rest }) => ({
    ...rest,
    ...(rating !== undefined && { rating }),
    ...(mos !== undefined && { mos }),
  }))

test('parseVoipMetrics() undoes what a peer writes, among blocks of other kinds and through parseRtcp()', () => {
  fc.assert(
    fc.property(fc.array(metrics, { maxLength: 5 }), (all) => {
      const compound = serializeRtcp([
        { kind: 'rr', ssrc: 1, reports: [] },
        { kind: 'other', packetType: extendedReportType, count: 0, body: report(all.map(block)) },
      ])
      const [, other] = parseRtcp(compound) ?? []
      assert.ok(other?.kind === 'other')
      assert.deepEqual(parseVoipMetrics(other.body), all)
    }),
  )
})

test('parseVoipMetrics() survives any bytes, and any cut', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void parseVoipMetrics(bytes)))
  fc.assert(
    fc.property(metrics, fc.nat(48), (one, cut) => {
      assert.ok(parseVoipMetrics(report([block(one)]).subarray(0, cut)).length <= 1)
    }),
  )
})

test('parseVoipMetrics() takes no rating or score that is none', () => {
  const odd = block({ ssrc: 1, lossFraction: 0, discardFraction: 0, roundTripMs: 0, endSystemMs: 0 })
  odd[24] = 101
  odd[27] = 9
  const [found] = parseVoipMetrics(report([odd]))
  assert.equal(found?.rating, undefined)
  assert.equal(found?.mos, undefined)
})

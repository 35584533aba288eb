import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { compactNtp, ntpTime, parseRtcp, serializeRtcp } from '@voxkeep/wire/rtp'
import { rtcpSession, type Sent } from './rtcp-session.ts'

const sent: Sent = { ssrc: 7, packets: 100, octets: 16_000, timestamp: 5_000 }

test('rtcpSession() reports about every five seconds, the first time after half of that', () => {
  const session = rtcpSession(fakeClock(), 'name')
  const times: number[] = []
  for (let ms = 0; ms <= 20_000; ms += 500) if (session.due(ms, () => sent) !== undefined) times.push(ms)
  assert.deepEqual(times, [2_500, 7_500, 12_500, 17_500])
})

test('rtcpSession() sends a sender report with a reception block and a CNAME', () => {
  const clock = fakeClock()
  const session = rtcpSession(clock, 'name')
  session.received(9, 1, 0, 0)
  session.received(9, 3, 320, 40) // one lost
  session.due(0, () => sent)
  const compound = session.due(2_500, () => sent)
  assert.ok(compound !== undefined)
  const [report, description] = parseRtcp(compound) ?? []
  assert.ok(report?.kind === 'sr')
  assert.deepEqual(
    [report.ssrc, report.packetCount, report.octetCount, report.rtpTimestamp],
    [7, 100, 16_000, 5_000],
  )
  assert.equal(report.reports[0]?.ssrc, 9)
  assert.equal(report.reports[0]?.cumulativeLost, 1)
  assert.ok(description?.kind === 'sdes')
  assert.equal(new TextDecoder().decode(description.chunks[0]?.items[0]?.value), 'name')
  assert.equal(session.lost, 1)
})

test('rtcpSession() sends a receiver report before it has sent audio', () => {
  const session = rtcpSession(fakeClock(), 'name')
  session.due(0, () => sent)
  const compound = session.due(2_500, () => ({ ...sent, packets: 0 }))
  assert.equal(parseRtcp(compound ?? new Uint8Array())?.[0]?.kind, 'rr')
})

test('rtcpSession() measures the round trip from blocks about its own SSRC alone', () => {
  const clock = fakeClock()
  const session = rtcpSession(clock, 'name')
  const lastSr = compactNtp(ntpTime(clock.now()))
  clock.advance(150)
  const block = {
    fractionLost: 0,
    cumulativeLost: 0,
    extendedHighestSequence: 0,
    jitter: 0,
    lastSr,
    delaySinceLastSr: 65_536 / 10, // 100 ms
  }
  session.receive(serializeRtcp([{ kind: 'rr', ssrc: 9, reports: [{ ...block, ssrc: 8 }] }]), 7, 0)
  assert.equal(session.rttMs, undefined)
  session.receive(serializeRtcp([{ kind: 'rr', ssrc: 9, reports: [{ ...block, ssrc: 7 }] }]), 7, 0)
  assert.ok(session.rttMs !== undefined && Math.abs(session.rttMs - 50) < 1)
})

test('rtcpSession() survives a compound packet that is none', () => {
  const session = rtcpSession(fakeClock(), 'name')
  session.receive(Uint8Array.of(1, 2, 3), 7, 0)
  assert.equal(session.rttMs, undefined)
})

test('rtcpSession() says goodbye', () => {
  const packets = parseRtcp(rtcpSession(fakeClock(), 'name').goodbye(sent, 0)) ?? []
  assert.deepEqual(packets.at(-1), { kind: 'bye', ssrcs: [7] })
})

test('rtcpSession() starts new statistics for a new source and keeps the old losses', () => {
  const session = rtcpSession(fakeClock(), 'name')
  session.received(1, 10, 0, 0)
  session.received(1, 15, 800, 100)
  session.received(2, 60_000, 0, 120)
  session.received(2, 60_001, 160, 140)
  assert.equal(session.lost, 4)
})

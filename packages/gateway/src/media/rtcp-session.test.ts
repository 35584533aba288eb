import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { compactNtp, ntpTime, parseRtcp, serializeRtcp } from '@voxkeep/wire/rtp'
import { hearingWatch } from './hearing-watch.ts'
import { rtcpSession, type Sent } from './rtcp-session.ts'

const start = (clock = fakeClock()) => rtcpSession({ clock, cname: 'name', hearing: hearingWatch() })
const sent: Sent = { ssrc: 7, packets: 100, octets: 16_000, timestamp: 5_000 }

test('rtcpSession() reports about every five seconds, the first time after half of that', () => {
  const session = start()
  const times: number[] = []
  for (let ms = 0; ms <= 20_000; ms += 500) if (session.due(ms, () => sent) !== undefined) times.push(ms)
  assert.deepEqual(times, [2_500, 7_500, 12_500, 17_500])
})

test('rtcpSession() sends a sender report with a reception block and a CNAME', () => {
  const clock = fakeClock()
  const session = start(clock)
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
  const session = start()
  session.due(0, () => sent)
  const compound = session.due(2_500, () => ({ ...sent, packets: 0 }))
  assert.equal(parseRtcp(compound ?? new Uint8Array())?.[0]?.kind, 'rr')
})

test('rtcpSession() measures the round trip from blocks about its own SSRC alone', () => {
  const clock = fakeClock()
  const session = start(clock)
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
  session.receive(serializeRtcp([{ kind: 'rr', ssrc: 9, reports: [{ ...block, ssrc: 8 }] }]), sent, 0)
  assert.equal(session.rttMs, undefined)
  session.receive(serializeRtcp([{ kind: 'rr', ssrc: 9, reports: [{ ...block, ssrc: 7 }] }]), sent, 0)
  assert.ok(session.rttMs !== undefined && Math.abs(session.rttMs - 50) < 1)
})

test('rtcpSession() survives a compound packet that is none', () => {
  const session = start()
  session.receive(Uint8Array.of(1, 2, 3), sent, 0)
  assert.equal(session.rttMs, undefined)
})

test('rtcpSession() says goodbye', () => {
  const packets = parseRtcp(start().goodbye(sent, 0)) ?? []
  assert.deepEqual(packets.at(-1), { kind: 'bye', ssrcs: [7] })
})

test('rtcpSession() starts new statistics for a new source and keeps the old losses', () => {
  const session = start()
  session.received(1, 10, 0, 0)
  session.received(1, 15, 800, 100)
  session.received(2, 60_000, 0, 120)
  session.received(2, 60_001, 160, 140)
  assert.equal(session.lost, 4)
})

test('rtcpSession() measures jitter in the clock of the codec', () => {
  const jitterAt = (clockRateHz: number): number => {
    const session = start()
    session.configure(clockRateHz)
    for (let i = 0; i < 200; i += 1) {
      session.received(5, i, (i * clockRateHz) / 50, i * 20 + (i % 2) * 4)
    }
    return session.jitterMs
  }
  assert.ok(Math.abs(jitterAt(48_000) - jitterAt(8_000)) < 0.01)
  assert.ok(jitterAt(48_000) > 3)
})

const block = { ssrc: 7, fractionLost: 0, extendedHighestSequence: 0, lastSr: 0, delaySinceLastSr: 0 }

test('rtcpSession() tells what the peer reports of what it hears', () => {
  const session = start()
  const peer = () => session.peer
  assert.equal(peer(), undefined)
  const report = (cumulativeLost: number) =>
    serializeRtcp([{ kind: 'rr', ssrc: 9, reports: [{ ...block, cumulativeLost, jitter: 80 }] }])
  session.receive(report(0), sent, 0)
  const clean = peer()?.mos ?? 0
  assert.deepEqual(peer(), { lostFraction: 0, jitterMs: 10, mos: clean })
  assert.ok(clean > 4.3, `${clean}`)
  session.receive(report(10), sent, 0) // of the hundred sent
  assert.equal(peer()?.lostFraction, 0.1)
  assert.ok((peer()?.mos ?? 5) < clean - 0.5)
})

test('rtcpSession() believes the peer that measured its own score (RFC 3611)', () => {
  const session = start()
  const metrics = new Uint8Array(4 + 36)
  const view = new DataView(metrics.buffer)
  view.setUint8(4, 7)
  view.setUint16(6, 8)
  view.setUint32(8, 7) // our SSRC
  view.setUint8(28, 127)
  view.setUint8(31, 21) // MOS-CQ 2.1
  const reports = [{ ...block, cumulativeLost: 0, jitter: 0 }]
  const extended = { kind: 'other', packetType: 207, count: 0, body: metrics } as const
  session.receive(serializeRtcp([{ kind: 'rr', ssrc: 9, reports }, extended]), sent, 0)
  assert.equal(session.peer?.mos, 2.1)
  view.setUint32(8, 8) // of somebody else's stream
  view.setUint8(31, 50)
  session.receive(serializeRtcp([extended]), sent, 0)
  assert.equal(session.peer?.mos, 2.1)
})

test('rtcpSession() counts what came and in how many holes it went missing, over all sources', () => {
  const session = start()
  for (const sequence of [1, 2, 5, 6, 9]) session.received(9, sequence, sequence * 160, sequence * 20)
  session.received(10, 100, 0, 300)
  session.received(10, 102, 320, 340)
  assert.deepEqual([session.packetsIn, session.lost, session.holes], [5 + 2, 4 + 1, 3])
})

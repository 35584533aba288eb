import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { ntpTime, parseRtp, serializeRtp, type ReportBlock, type RtcpPacket } from '@voxkeep/wire/rtp'
import { srtpReceiver, srtpSender, type SrtpMaster } from '@voxkeep/wire/srtp'
import { testLegs, type TestLeg } from './test-leg.ts'

const suite = 'AES_CM_128_HMAC_SHA1_80'
const ssrc = 77
const key = (more: Partial<SrtpMaster> = {}): SrtpMaster => ({ keyAndSalt: nodeRandomBytes(30), ...more })

/** A leg that was connected a moment ago. */
function connected() {
  const { clock, leg } = testLegs()
  const one = leg('a')
  const rekey = (send: SrtpMaster, receive: readonly SrtpMaster[], rollover?: 'auto' | 'keep' | 'reset') =>
    one.leg.connect({ ...one.audio, srtp: { suite, tag: 1, send, receive } }, rollover && { rollover })
  return { clock, one, rekey }
}

/** Seals for the gateway under a key of the test's own. */
function sealer(master: SrtpMaster) {
  const sender = srtpSender(nodeSrtpCrypto, suite, master)
  return (sequence: number, source = ssrc): Uint8Array => {
    const header = { version: 2, padding: false, marker: false, payloadType: 0, csrc: [] } as const
    const payload = new Uint8Array(160).fill(0x55)
    const timestamp = (sequence * 160) >>> 0
    const packet = serializeRtp({ ...header, sequence: sequence & 0xffff, timestamp, ssrc: source, payload })
    return sender.sealRtp(packet, new Uint8Array(400))?.slice() ?? fail()
  }
}

function fail(): never {
  throw new Error('the key is used up')
}

const warned = (one: TestLeg) => one.events.flatMap((event) => (event.kind === 'warning' ? [event.code] : []))

test('interop 7: a leg goes on through several wraps of the peer’s sequence numbers', () => {
  const { clock, one } = connected()
  let sent = 0
  for (let index = 100; index < 5 * 0x10000; index += 0x3fff) {
    for (let i = 0; i < 3; i += 1) one.say({ sequence: index + i, timestamp: ((index + i) * 160) >>> 0 })
    clock.advance(60)
    sent += 3
  }
  assert.equal(one.leg.stats().packetsIn, sent)
  assert.deepEqual(
    Object.entries(one.leg.stats().dropped).filter(([reason, count]) => reason === 'auth' && count > 0),
    [],
  )
})

test('interop 7: what a leg sends opens at the peer through two wraps of its own', () => {
  const { clock, one } = connected()
  clock.advance(2.2 * 0x10000 * 20)
  const opener = srtpReceiver(nodeSrtpCrypto, suite, [one.keys.gateway])
  let last = -1
  for (const datagram of one.sent) {
    const opened = (datagram[1] ?? 0) === 200 ? undefined : opener.openRtp(datagram)
    if (opened === undefined) continue
    assert.ok(opened.ok)
    if (last >= 0) assert.equal(opened.index, last + 1)
    last = opened.index
  }
  assert.ok(last > 2 * 0x10000, `${last}`)
})

test('interop 2: a leg says in time that its key wears out, sends nothing past its lifetime, and goes on with a new one', () => {
  const { clock, one, rekey } = connected()
  const receive = [one.keys.peer]
  rekey(key({ lifetime: 500n }), receive)
  const before = one.sent.length
  clock.advance(9_400)
  assert.ok(warned(one).includes('srtp-rekey-due'))
  assert.equal(warned(one).includes('srtp-key-used-up'), false)
  clock.advance(5_000)
  assert.ok(warned(one).includes('srtp-key-used-up'))
  const { length } = one.sent
  assert.ok(length - before <= 500 + 5, 'reports have a count of their own')
  clock.advance(5_000)
  assert.ok(one.sent.length - length <= 1)
  const fresh = key()
  rekey(fresh, receive)
  const from = one.sent.length
  clock.advance(1_000)
  const opener = srtpReceiver(nodeSrtpCrypto, suite, [fresh])
  const opened = one.sent.slice(from).filter((datagram) => opener.openRtp(datagram.slice()).ok)
  assert.ok(opened.length >= 49, `${opened.length}`)
})

test('interop 2: a leg opens nothing past the lifetime of the peer’s key, and says so', () => {
  const { clock, one, rekey } = connected()
  const limited = key({ lifetime: 20n })
  rekey(one.keys.gateway, [limited])
  const seal = sealer({ keyAndSalt: limited.keyAndSalt })
  for (let sequence = 1; sequence <= 30; sequence += 1) one.receive(seal(sequence))
  clock.advance(1_500)
  const { packetsIn, dropped } = one.leg.stats()
  assert.deepEqual([packetsIn, dropped['lifetime']], [20, 10])
  assert.ok(warned(one).includes('srtp-peer-key-used-up'))
})

test('interop 4, 5: a leg is re-keyed both ways in the middle of a call, and loses nothing that was on its way', () => {
  const { clock, one, rekey } = connected()
  const before = sealer(one.keys.peer)
  for (let index = 0; index <= 0x20000; index += 0x4000) one.receive(before(index))
  const [ours, theirs] = [key(), key()]
  const from = one.sent.length
  rekey(ours, [theirs])
  const after = sealer(theirs)
  const late = before(0x20001)
  one.receive(after(2))
  one.receive(late)
  one.receive(after(3))
  assert.equal(one.leg.stats().packetsIn, 9 + 3)
  clock.advance(2_100)
  one.receive(before(0x20009))
  assert.equal(one.leg.stats().packetsIn, 9 + 3)
  assert.equal(one.leg.stats().dropped['auth'], 1)
  const opener = srtpReceiver(nodeSrtpCrypto, suite, [ours])
  const sources = new Set<number>()
  for (const datagram of one.sent.slice(from)) {
    const opened = opener.openRtp(datagram)
    const packet = opened.ok ? parseRtp(opened.packet) : undefined
    if (packet !== undefined && (packet.payloadType & 0x7f) === 0) sources.add(packet.ssrc)
  }
  assert.equal(sources.size, 1)
  assert.equal(
    sources.has(one.heard()[0]?.ssrc ?? 0),
    false,
    'a new key has a new SSRC, whose counter begins at 0',
  )
})

for (const [rollover, peerKeeps, opens] of [
  ['keep', true, true],
  ['keep', false, false],
  ['reset', false, true],
  ['reset', true, false],
  ['auto', true, true],
  ['auto', false, true],
] as const) {
  test(`interop 4: with rollover "${rollover}" a peer that ${peerKeeps ? 'keeps' : 'resets'} its counter is ${opens ? 'heard' : 'not heard'} after a re-key`, () => {
    const { one, rekey } = connected()
    const theirs = key()
    const [before, after] = [sealer(one.keys.peer), sealer(theirs)]
    for (let index = 0; index <= 0x20000; index += 0x4000) {
      one.receive(before(index))
      if (peerKeeps) after(index)
    }
    const heard = one.leg.stats().packetsIn
    rekey(one.keys.gateway, [theirs], rollover)
    one.receive(after(peerKeeps ? 0x20010 : 0x10))
    one.receive(after(peerKeeps ? 0x20011 : 0x11))
    assert.equal(one.leg.stats().packetsIn - heard, opens ? 2 : 0)
    assert.equal(one.leg.stats().dropped['auth'] ?? 0, opens ? 0 : 2)
  })
}

test('interop 6: a leg follows SSRCs that change from early media to the answer and with each transfer', () => {
  const { clock, one } = connected()
  for (let source = 1; source <= 40; source += 1) {
    for (let i = 0; i < 5; i += 1) {
      one.say({ ssrc: source, sequence: 50 * source + i, timestamp: i * 160 })
      clock.advance(20)
    }
    one.report([{ kind: 'rr', ssrc: source, reports: [] }])
  }
  const { packetsIn, lost, dropped } = one.leg.stats()
  assert.deepEqual([packetsIn, lost, dropped['ssrc-limit']], [200, 0, undefined])
})

const reportOn = (block: Partial<ReportBlock>): ReportBlock => ({
  ssrc: 0,
  fractionLost: 0,
  cumulativeLost: 0,
  extendedHighestSequence: 0,
  jitter: 0,
  lastSr: 0,
  delaySinceLastSr: 0,
  ...block,
})

test('a leg rates what it hears, and tells what its peer says that it hears', () => {
  const { clock, one } = connected()
  for (let i = 0; i < 500; i += 1) {
    if (i % 50 !== 7) one.say({ sequence: i, timestamp: i * 160 })
    clock.advance(20)
  }
  const ours = one.heard()[0]?.ssrc ?? 0
  one.report([{ kind: 'rr', ssrc, reports: [reportOn({ ssrc: ours, cumulativeLost: 25, jitter: 40 })] }])
  const { mos, peer, lost } = one.leg.stats()
  assert.equal(lost, 10)
  assert.ok(mos !== undefined && mos > 3 && mos < 3.6, `${mos}`)
  assert.equal(peer?.jitterMs, 5)
  assert.ok(Math.abs((peer?.lostFraction ?? 0) - 0.05) < 0.005)
  assert.ok((peer?.mos ?? 0) > 3.5 && (peer?.mos ?? 5) < 4.2)
})

test('a leg has no score before there is audio', () => {
  const { one } = connected()
  assert.equal(one.leg.stats().mos, undefined)
  assert.equal(one.leg.stats().peer, undefined)
})

test('a leg reports to its peer what it hears of it, about every five seconds', () => {
  const { clock, one } = connected()
  for (let i = 0; i < 500; i += 1) {
    if (i !== 100) one.say({ sequence: i, timestamp: i * 160 })
    clock.advance(20)
  }
  const reports = one.reports().flatMap((packet) => (packet.kind === 'sr' ? [packet] : []))
  assert.equal(reports.length, 2)
  assert.deepEqual(
    reports.map(({ reports: [block] }) => [block?.ssrc, block?.cumulativeLost]),
    [
      [ssrc, 1],
      [ssrc, 1],
    ],
  )
})

const conditions = (one: TestLeg) =>
  one.events.flatMap((event) => (event.kind === 'media.condition' ? [event.condition] : []))

test('a leg tells audio that goes one way: the peer sends, and nothing of it comes', () => {
  const { clock, one } = connected()
  const sends = (packetCount: number): RtcpPacket => ({
    kind: 'sr',
    ssrc,
    ...ntpTime(clock.now()),
    rtpTimestamp: 0,
    packetCount,
    octetCount: 0,
    reports: [reportOn({ ssrc: one.heard()[0]?.ssrc ?? 0, extendedHighestSequence: packetCount })],
  })
  for (let i = 1; i <= 3; i += 1) {
    one.report([sends(250 * i)])
    clock.advance(2_500)
  }
  assert.deepEqual(conditions(one), ['one-way'])
  for (let i = 1; i <= 600; i += 1) {
    if (i % 250 === 0) one.report([sends(750 + i)])
    one.say({ sequence: i, timestamp: i * 160, payload: new Uint8Array(160).map((_, at) => at + i) })
    clock.advance(20)
  }
  assert.deepEqual(conditions(one), ['one-way', 'fine'])
})

test('a leg tells audio that goes one way: the peer reports that it hears nothing', () => {
  const { clock, one } = connected()
  for (let i = 0; i < 4; i += 1) {
    clock.advance(5_000)
    one.report([{ kind: 'rr', ssrc, reports: [] }])
  }
  clock.advance(1_000)
  assert.deepEqual(conditions(one), ['one-way'])
})

const silences = (one: TestLeg) => one.events.filter(({ kind }) => kind === 'media.silent').length

test('interop 14: a leg’s silence time-out rests on hold, and begins anew after it', () => {
  const { clock, one } = connected()
  one.say({ sequence: 1, timestamp: 160 })
  for (const direction of ['sendonly', 'recvonly', 'inactive'] as const) {
    one.leg.connect({ ...one.audio, direction })
    clock.advance(60_000)
    one.leg.connect(one.audio)
    clock.advance(9_000)
    assert.equal(silences(one), 0)
  }
  clock.advance(2_000)
  assert.equal(silences(one), 1)
})

test('interop 14: a peer that pauses by agreement (DTX) lives as long as it reports', () => {
  const { clock, one } = connected()
  one.leg.connect({ ...one.audio, silenceSuppression: true })
  one.say({ sequence: 1, timestamp: 160 })
  for (let i = 0; i < 20; i += 1) {
    clock.advance(5_000)
    one.report([{ kind: 'rr', ssrc, reports: [] }])
  }
  assert.equal(silences(one), 0)
  clock.advance(11_000)
  assert.equal(silences(one), 1)
})

test('interop 14: reports alone do not keep a peer alive that should speak', () => {
  const { clock, one } = connected()
  one.say({ sequence: 1, timestamp: 160 })
  for (let i = 0; i < 3; i += 1) {
    clock.advance(5_000)
    one.report([{ kind: 'rr', ssrc, reports: [] }])
  }
  assert.equal(silences(one), 1)
})

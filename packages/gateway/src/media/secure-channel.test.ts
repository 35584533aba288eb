import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { serializeRtcp, serializeRtp } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { srtpSender } from '@voxkeep/wire/srtp'
import { packetMemory } from './packet-memory.ts'
import { rtpSender } from './rtp-sender.ts'
import { SecureChannel } from './secure-channel.ts'

const suite = 'AES_CM_128_HMAC_SHA1_80' as const
const [ours, theirs] = [{ keyAndSalt: nodeRandomBytes(30) }, { keyAndSalt: nodeRandomBytes(30) }]
const agreed: NegotiatedAudio = {
  remote: { address: '192.0.2.1', port: 4_000, rtcpPort: 4_001, rtcpMux: false },
  codec: 'PCMU',
  clockRateHz: 8_000,
  sendPayloadType: 0,
  receivePayloadType: 0,
  ptimeMs: 20,
  direction: 'sendrecv',
  srtp: { suite, tag: 1, send: ours, receive: [theirs] },
  silenceSuppression: false,
}
const { srtp: _, ...plain } = agreed

/** A channel whose sockets are lists. */
function run() {
  let nowMs = 0
  const received: number[] = []
  const reports: number[] = []
  const sent: string[] = []
  const channel = new SecureChannel(nodeSrtpCrypto, () => nowMs, {
    rtp: (_packet, header) => received.push(header.sequence),
    rtcp: (compound) => reports.push(compound.length),
    peerKeyUsedUp: () => {},
    broken: () => {},
  })
  channel.bind({
    rtpPort: 1,
    sendRtp: (_datagram, port, address) => sent.push(`rtp ${address}:${port}`),
    sendRtcp: (_datagram, port, address) => sent.push(`rtcp ${address}:${port}`),
    close: () => sent.push('close'),
  })
  const caller = srtpSender(nodeSrtpCrypto, suite, theirs)
  const seal = (sequence: number) => caller.sealRtp(packet(sequence), new Uint8Array(300))?.slice() ?? fail()
  const sealRtcp = () => caller.sealRtcp(report, new Uint8Array(300))?.slice() ?? fail()
  const rtp = rtpSender({ bytes: nodeRandomBytes }, packetMemory())
  return { channel, received, reports, sent, seal, sealRtcp, rtp }
}

function fail(): never {
  throw new Error('the key is used up')
}

function packet(sequence: number): Uint8Array {
  const payload = new Uint8Array(160)
  const fields = {
    padding: false,
    marker: false,
    payloadType: 0,
    timestamp: 160 * sequence,
    ssrc: 7,
    csrc: [],
  }
  return serializeRtp({ version: 2, ...fields, sequence, payload })
}
const report = serializeRtcp([{ kind: 'rr', ssrc: 7, reports: [] }])

test('SecureChannel hands on what authenticates and counts the rest by its reason', () => {
  const { channel, received, seal } = run()
  channel.rtp(seal(1), '192.0.2.1', 4_000)
  assert.deepEqual(channel.dropped, { 'not-connected': 1 })
  channel.connect(agreed)
  const genuine = seal(2)
  channel.rtp(genuine.slice(), '192.0.2.1', 4_000)
  channel.rtp(genuine.slice(), '192.0.2.1', 4_000)
  const forged = seal(3)
  forged[20] = (forged[20] ?? 0) ^ 1
  channel.rtp(forged, '192.0.2.1', 4_000)
  channel.rtp(packet(4), '192.0.2.1', 4_000)
  channel.rtp(Uint8Array.of(0x16, 1, 2), '192.0.2.1', 4_000)
  assert.deepEqual(received, [2])
  assert.deepEqual(channel.dropped, { 'not-connected': 1, replay: 1, auth: 2, 'not-rtp': 1 })
  assert.equal(channel.packetsIn, 1)
})

test('interop 12: SecureChannel learns the remote address from authentic packets alone', () => {
  const { channel, sent, seal, rtp } = run()
  channel.connect(agreed)
  for (let i = 0; i < 10; i += 1) channel.rtp(packet(i), '198.51.100.9', 9)
  channel.sendFrame(rtp)
  channel.rtp(seal(1), '203.0.113.4', 61_000)
  channel.sendFrame(rtp)
  assert.deepEqual(sent, ['rtp 192.0.2.1:4000', 'rtp 203.0.113.4:61000'])
  assert.equal(channel.moves, 1)
})

test('interop 12: SecureChannel does not follow a packet that is older than the newest', () => {
  const { channel, sent, seal, rtp } = run()
  channel.connect(agreed)
  const late = [seal(1), seal(2), seal(3), seal(4)]
  channel.rtp(seal(5), '192.0.2.1', 4_000)
  for (const datagram of late) channel.rtp(datagram, '198.51.100.9', 9)
  channel.sendFrame(rtp)
  assert.deepEqual(sent, ['rtp 192.0.2.1:4000'])
})

test('SecureChannel keeps what it learned over a re-offer with the same address, and forgets it with another', () => {
  const { channel, sent, seal, rtp } = run()
  channel.connect(agreed)
  channel.rtp(seal(1), '203.0.113.4', 61_000)
  assert.equal(channel.connect(agreed).newSendKey, false)
  channel.sendFrame(rtp)
  channel.connect({ ...agreed, remote: { ...agreed.remote, port: 4_100 } })
  channel.sendFrame(rtp)
  assert.deepEqual(sent, ['rtp 203.0.113.4:61000', 'rtp 192.0.2.1:4100'])
})

test('interop 12: SecureChannel takes plain RTP from the address of the SDP alone, and learns nothing from it', () => {
  const { channel, received, sent, rtp } = run()
  channel.connect(plain)
  channel.rtp(packet(1), '198.51.100.9', 4_000)
  channel.rtp(packet(2), '192.0.2.1', 61_000)
  channel.sendFrame(rtp)
  assert.deepEqual(received, [2])
  assert.deepEqual(channel.dropped, { 'foreign-source': 1 })
  assert.deepEqual(sent, ['rtp 192.0.2.1:4000'])
})

test('SecureChannel sends nothing on hold, and nothing to an address that is none', () => {
  for (const change of [
    { direction: 'recvonly' },
    { direction: 'inactive' },
    { remote: { ...agreed.remote, address: '0.0.0.0' } },
    { remote: { ...agreed.remote, port: 0 } },
  ] as const) {
    const { channel, sent } = run()
    channel.connect({ ...agreed, ...change })
    assert.equal(channel.sends, false)
    channel.sendRtcp(report)
    assert.deepEqual(sent, [])
  }
})

test('SecureChannel hears nobody while the caller is on hold', () => {
  const { channel, received, seal } = run()
  channel.connect({ ...agreed, direction: 'sendonly' })
  channel.rtp(seal(1), '192.0.2.1', 4_000)
  assert.deepEqual(received, [])
  assert.deepEqual(channel.dropped, { 'on-hold': 1 })
})

test('SecureChannel sends RTCP beside RTP, or with it where that was agreed, and learns where to', () => {
  const { channel, sent, reports, sealRtcp } = run()
  channel.connect(agreed)
  channel.sendRtcp(report)
  channel.rtcp(report.slice(), '198.51.100.9', 9)
  channel.sendRtcp(report)
  channel.rtcp(sealRtcp(), '192.0.2.1', 5_005)
  channel.sendRtcp(report)
  channel.connect({ ...agreed, remote: { ...agreed.remote, rtcpMux: true } })
  channel.rtp(sealRtcp(), '192.0.2.1', 4_000)
  channel.sendRtcp(report)
  assert.deepEqual(sent, [
    'rtcp 192.0.2.1:4001',
    'rtcp 192.0.2.1:4001',
    'rtcp 192.0.2.1:5005',
    'rtp 192.0.2.1:4000',
  ])
  assert.deepEqual(reports, [8, 8])
})

test('interop 12: SecureChannel learns no RTCP address from reports that nobody sealed', () => {
  const { channel, sent, reports } = run()
  channel.connect(plain)
  channel.rtcp(report.slice(), '192.0.2.1', 5_005)
  channel.rtcp(report.slice(), '198.51.100.9', 4_001)
  channel.sendRtcp(report)
  assert.deepEqual(sent, ['rtcp 192.0.2.1:4001'])
  assert.deepEqual(reports, [8])
})

test('interop 12: SecureChannel is not led away by packets that somebody sends on from elsewhere, or sends first', () => {
  const { channel, sent, seal, rtp } = run()
  channel.connect(agreed)
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    const genuine = seal(sequence)
    const copy = genuine.slice()
    // Every third time the copy is faster; it is authentic, and once or twice proves nothing.
    const order = [() => channel.rtp(genuine, '192.0.2.1', 4_000), () => channel.rtp(copy, '198.51.100.9', 9)]
    for (const arrive of sequence % 3 === 0 ? order.toReversed() : order) arrive()
  }
  channel.sendFrame(rtp)
  assert.deepEqual(sent, ['rtp 192.0.2.1:4000'])
  assert.equal(channel.moves, 0)
  assert.equal(channel.dropped['replay'], 30)
})

test('SecureChannel sends no RTCP to a peer without a port for it', () => {
  const { channel, sent } = run()
  channel.connect({ ...agreed, remote: { ...agreed.remote, rtcpPort: 0 } })
  channel.sendRtcp(report)
  assert.deepEqual(sent, [])
})

test('interop 12: SecureChannel is not led away by a former peer whose packets are still on their way', () => {
  const { channel, sent, seal, sealRtcp, rtp } = run()
  channel.connect(agreed)
  channel.rtp(seal(1), '192.0.2.1', 4_000)
  const answering = { keyAndSalt: nodeRandomBytes(30) }
  const remote = { ...agreed.remote, address: '198.51.100.9' }
  channel.connect({ ...agreed, remote, srtp: { suite, tag: 1, send: ours, receive: [answering] } })
  const winner = srtpSender(nodeSrtpCrypto, suite, answering)
  for (let sequence = 2; sequence <= 20; sequence += 1) {
    // The phone that lost the call rings on, with a key that it knows and an answer that nobody wants any more.
    channel.rtp(seal(2 * sequence), '192.0.2.1', 4_000)
    const genuine = packet(sequence)
    genuine[11] = 8 // another SSRC
    channel.rtp(winner.sealRtp(genuine, new Uint8Array(300))?.slice() ?? fail(), '198.51.100.9', 4_000)
    channel.rtp(seal(2 * sequence + 1), '192.0.2.1', 4_000)
  }
  channel.rtcp(sealRtcp(), '192.0.2.1', 4_001)
  channel.sendFrame(rtp)
  channel.sendRtcp(report)
  assert.deepEqual(sent, ['rtp 198.51.100.9:4000', 'rtcp 198.51.100.9:4001'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { serializeRtp, serializeRtcp } from '@voxkeep/wire/rtp'
import {
  keyLengths,
  srtpReceiver,
  srtpSender,
  type Opened,
  type SrtpMaster,
  type SrtpReceiverOptions,
  type SrtpSuite,
} from './index.ts'

const suites: readonly SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
  'AEAD_AES_256_GCM',
]
const cm = 'AES_CM_128_HMAC_SHA1_80'
const ssrc = 0xdecafbad

function masterFor(suite: SrtpSuite): SrtpMaster {
  const { keyBytes, saltBytes } = keyLengths(suite)
  return { keyAndSalt: nodeRandomBytes(keyBytes + saltBytes) }
}

function rtp(sequence: number, source = ssrc, payload: Uint8Array = Uint8Array.of(1, 2, 3, 4)): Uint8Array {
  const header = { marker: false, payloadType: 0, sequence: sequence & 0xffff, timestamp: sequence * 160 }
  return serializeRtp({ version: 2, padding: false, ...header, ssrc: source, csrc: [], payload })
}

function rtcp(source = ssrc): Uint8Array {
  return serializeRtcp([{ kind: 'rr', ssrc: source, reports: [] }])
}

function pair(suite: SrtpSuite, options: SrtpReceiverOptions = {}, master = masterFor(suite)) {
  const sender = srtpSender(nodeSrtpCrypto, suite, master)
  const receiver = srtpReceiver(nodeSrtpCrypto, suite, [master], options)
  const seal = (packet: Uint8Array): Uint8Array => {
    const sealed = sender.sealRtp(packet, new Uint8Array(packet.length + 200))
    assert.ok(sealed)
    return sealed
  }
  const sealRtcp = (packet: Uint8Array): Uint8Array => {
    const sealed = sender.sealRtcp(packet, new Uint8Array(packet.length + 200))
    assert.ok(sealed)
    return sealed
  }
  return { sender, receiver, seal, sealRtcp }
}

function fail(): never {
  throw new Error('there is none')
}

const reasonOf = (opened: Opened): string => (opened.ok ? 'opened' : opened.reason)
const tampered = (sealed: Uint8Array, at: number): Uint8Array => {
  const copy = sealed.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

for (const suite of suites) {
  test(`openRtp() undoes sealRtp() under ${suite}, whatever the packet`, () => {
    const packet = fc.record({
      version: fc.constant(2 as const),
      padding: fc.boolean(),
      marker: fc.boolean(),
      payloadType: fc.nat({ max: 127 }),
      sequence: fc.nat({ max: 0xffff }),
      timestamp: fc.nat({ max: 0xffffffff }),
      ssrc: fc.nat({ max: 0xffffffff }),
      csrc: fc.array(fc.nat({ max: 0xffffffff }), { maxLength: 15 }),
      payload: fc.uint8Array({ maxLength: 400 }),
    })
    fc.assert(
      fc.property(packet, (fields) => {
        const { seal, receiver } = pair(suite)
        const plain = serializeRtp(fields)
        const opened = receiver.openRtp(seal(plain))
        assert.ok(opened.ok)
        assert.deepEqual(opened.packet, plain)
        assert.equal(opened.index, fields.sequence)
      }),
      { numRuns: 30 },
    )
  })

  test(`openRtp() and openRtcp() never throw under ${suite}, whatever the bytes`, () => {
    const { receiver } = pair(suite)
    const datagram = fc.uint8Array({ maxLength: 300 }).map((bytes) => {
      if (bytes.length > 0) bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80
      return bytes
    })
    fc.assert(
      fc.property(datagram, (bytes) => {
        const before = bytes.slice()
        assert.equal(receiver.openRtp(bytes).ok, false)
        assert.equal(receiver.openRtcp(bytes).ok, false)
        assert.deepEqual(bytes, before)
      }),
    )
  })

  test(`openRtp() refuses a packet of which any byte changed, under ${suite}`, () => {
    const { seal, receiver } = pair(suite)
    const sealed = seal(rtp(1))
    for (let at = 0; at < sealed.length; at += 1) {
      assert.equal(receiver.openRtp(tampered(sealed, at)).ok, false, `byte ${at}`)
    }
    assert.equal(reasonOf(receiver.openRtp(sealed)), 'opened')
  })

  test(`openRtcp() undoes sealRtcp() under ${suite}, and refuses a replay`, () => {
    const { sealRtcp, receiver } = pair(suite)
    const first = sealRtcp(rtcp())
    const second = sealRtcp(rtcp())
    const opened = receiver.openRtcp(first.slice())
    assert.ok(opened.ok)
    assert.deepEqual(opened.packet, rtcp())
    assert.equal(opened.index, 0)
    assert.equal(reasonOf(receiver.openRtcp(first)), 'replay')
    for (let at = 0; at < second.length; at += 1) {
      assert.equal(receiver.openRtcp(tampered(second, at)).ok, false, `byte ${at}`)
    }
    const after = receiver.openRtcp(second)
    assert.ok(after.ok)
    assert.equal(after.index, 1)
  })

  test(`interop 6: forged packets move neither rollover counter nor replay window, under ${suite}`, () => {
    const { seal, receiver } = pair(suite)
    assert.ok(receiver.openRtp(seal(rtp(10))).ok)
    const genuine = seal(rtp(11))
    // Each would pull the highest index up to the next wrap if it counted before it authenticated.
    for (const sequence of [0x7000, 0xe000, 0x4000, 0xb000, 11]) {
      const forged = genuine.slice()
      new DataView(forged.buffer, forged.byteOffset).setUint16(2, sequence)
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1
      assert.notEqual(reasonOf(receiver.openRtp(forged)), 'opened')
    }
    const opened = receiver.openRtp(genuine)
    assert.ok(opened.ok)
    assert.equal(opened.index, 11)
  })

  test(`interop 7: openRtp() follows the sequence numbers over two wraps with loss, under ${suite}`, () => {
    const { seal, receiver } = pair(suite)
    const steps = [65_000, 65_535, 65_536, 66_000, 98_000, 130_000, 131_071, 131_072, 131_500]
    for (const index of steps) {
      const opened = receiver.openRtp(seal(rtp(index)))
      assert.ok(opened.ok, `index ${index}`)
      assert.equal(opened.index, index)
    }
  })

  test(`interop 1: openRtp() strips the MKI and picks the key it names, under ${suite}`, () => {
    const masters = [1, 2].map((id) => ({ ...masterFor(suite), mki: Uint8Array.of(0, 0, 0, id) }))
    const receiver = srtpReceiver(nodeSrtpCrypto, suite, masters)
    masters.forEach((master, i) => {
      const { seal, sealRtcp } = pair(suite, {}, master)
      const sealed = seal(rtp(i))
      assert.deepEqual(receiver.openRtp(sealed), { ok: true, packet: rtp(i), index: i })
      assert.equal(receiver.openRtcp(sealRtcp(rtcp(i))).ok, true)
    })
    const stranger = pair(suite, {}, { ...masterFor(suite), mki: Uint8Array.of(9, 9, 9, 9) })
    assert.equal(reasonOf(receiver.openRtp(stranger.seal(rtp(5)))), 'mki')
    assert.equal(reasonOf(receiver.openRtcp(stranger.sealRtcp(rtcp()))), 'mki')
  })
}

test('openRtp() opens packets out of order and refuses them twice', () => {
  const { seal, receiver } = pair(cm)
  const sealed = [1, 2, 3].map((sequence) => seal(rtp(sequence)))
  const order = [2, 0, 1].map((i) => sealed[i]?.slice() ?? new Uint8Array(0))
  for (const datagram of order) assert.equal(reasonOf(receiver.openRtp(datagram)), 'opened')
  for (const datagram of sealed) assert.equal(reasonOf(receiver.openRtp(datagram)), 'replay')
})

test('openRtp() calls a packet old that lies before the replay window', () => {
  const { seal, receiver } = pair(cm, { replayWindow: 64 })
  const early = seal(rtp(1))
  assert.ok(receiver.openRtp(seal(rtp(66))).ok)
  assert.equal(reasonOf(receiver.openRtp(early)), 'old')
})

test('openRtp() says short and malformed for what cannot be SRTP', () => {
  const { receiver } = pair(cm)
  assert.equal(reasonOf(receiver.openRtp(new Uint8Array(11))), 'short')
  assert.equal(reasonOf(receiver.openRtp(rtp(1).subarray(0, 15))), 'short')
  assert.equal(reasonOf(receiver.openRtp(new Uint8Array(40))), 'malformed')
  assert.equal(reasonOf(receiver.openRtcp(new Uint8Array(21))), 'short')
  assert.equal(reasonOf(receiver.openRtcp(new Uint8Array(40))), 'malformed')
})

test('interop 6: openRtcp() keeps one replay window an SSRC', () => {
  const { sealRtcp, receiver } = pair(cm)
  assert.ok(receiver.openRtcp(sealRtcp(rtcp(1))).ok)
  const other = receiver.openRtcp(sealRtcp(rtcp(2)))
  assert.ok(other.ok)
  assert.equal(other.index, 0)
})

test('interop 12: openRtp() and openRtcp() give no forged SSRC a slot, and replace the oldest of authentic ones', () => {
  const { seal, sealRtcp, receiver } = pair(cm, { maxSsrcs: 2 })
  for (let forged = 100; forged < 200; forged += 1) {
    assert.equal(reasonOf(receiver.openRtp(tampered(seal(rtp(1, forged)), 20))), 'auth')
    assert.equal(reasonOf(receiver.openRtcp(tampered(sealRtcp(rtcp(forged)), 8))), 'auth')
  }
  const early = [1, 2, 3].map((source) => seal(rtp(1, source)))
  const reports = [1, 2, 3].map((source) => sealRtcp(rtcp(source)))
  for (const datagram of early) assert.equal(reasonOf(receiver.openRtp(datagram.slice())), 'opened')
  for (const datagram of reports) assert.equal(reasonOf(receiver.openRtcp(datagram.slice())), 'opened')
  // The one that gave way may go on, but nothing of it is taken twice.
  assert.equal(reasonOf(receiver.openRtp(early[0]?.slice() ?? fail())), 'old')
  assert.equal(reasonOf(receiver.openRtcp(reports[0]?.slice() ?? fail())), 'old')
  assert.equal(reasonOf(receiver.openRtp(seal(rtp(2, 1)))), 'opened')
  assert.equal(reasonOf(receiver.openRtcp(sealRtcp(rtcp(1)))), 'opened')
})

test('openRtp() follows a peer through a thousand SSRCs, then takes no more', () => {
  const { seal, receiver } = pair(cm, { maxSsrcs: 2 })
  const opened = Array.from({ length: 1_100 }, (_, source) =>
    reasonOf(receiver.openRtp(seal(rtp(1, source)))),
  )
  assert.equal(opened.indexOf('ssrc-limit'), 1_026)
  assert.equal(reasonOf(receiver.openRtp(seal(rtp(2, 1_025)))), 'opened')
  assert.equal(reasonOf(receiver.openRtp(seal(rtp(2, 0)))), 'opened')
})

/** A peer that re-keys at rollover counter 3 and goes on with counter `roc`, the same SSRC or another. */
function rekeyed(rollover: 'auto' | 'keep' | 'reset', roc: number, source = ssrc) {
  const first = pair(cm)
  for (let index = 0; index < 0x30000; index += 0x4000) {
    assert.ok(first.receiver.openRtp(first.seal(rtp(index))).ok)
  }
  const before = first.receiver.positions()
  const { seal, receiver } = pair(cm, { before, rollover })
  // The sender starts at 0; it is brought to its counter by steps of less than half the sequence space.
  for (let index = 0; index < roc * 0x10000; index += 0x4000) seal(rtp(index, source))
  return { seal, receiver, index: roc * 0x10000 + 77, packet: () => seal(rtp(roc * 0x10000 + 77, source)) }
}

for (const [name, roc] of [
  ['kept', 3], // the last packet before had index 0x2c000, and sequence 77 follows in counter 3
  ['reset to 0', 0],
  ['moved up by one', 4],
  ['moved down by one', 2],
] as const) {
  test(`interop 4: openRtp() follows a peer whose rollover counter was ${name} over a re-key`, () => {
    const { receiver, packet, index } = rekeyed('auto', roc)
    const opened = receiver.openRtp(packet())
    assert.ok(opened.ok)
    assert.equal(opened.index, index)
  })
}

test('interop 4: openRtp() tries nothing but what the policy says', () => {
  const reason = (policy: 'keep' | 'reset', roc: number, source?: number) => {
    const { receiver, packet } = rekeyed(policy, roc, source)
    return reasonOf(receiver.openRtp(packet()))
  }
  assert.equal(reason('keep', 3), 'opened')
  assert.equal(reason('keep', 2), 'auth')
  assert.equal(reason('keep', 0), 'auth')
  assert.equal(reason('keep', 0, 99), 'opened')
  assert.equal(reason('reset', 0), 'opened')
  assert.equal(reason('reset', 3), 'auth')
})

test('interop 4: openRtp() commits a rollover counter only once a packet authenticated under it', () => {
  const { receiver, seal, packet, index } = rekeyed('auto', 2)
  const genuine = packet()
  for (const at of [13, genuine.length - 1])
    assert.equal(reasonOf(receiver.openRtp(tampered(genuine, at))), 'auth')
  assert.deepEqual(receiver.positions().get(ssrc), 0x2c000, 'nothing moved')
  const opened = receiver.openRtp(genuine)
  assert.ok(opened.ok)
  assert.equal(opened.index, index)
  assert.equal(receiver.positions().get(ssrc), Math.max(index, 0x2c000))
  // From here on the counter stands: what fits it opens, and nothing else is tried.
  assert.equal(reasonOf(receiver.openRtp(seal(rtp(index + 1)))), 'opened')
})

test('interop 4: a receiver takes positions over many re-keys without keeping more and more', () => {
  let before: ReadonlyMap<number, number> = new Map()
  for (let key = 0; key < 300; key += 1) {
    const { seal, receiver } = pair(cm, { before })
    for (let source = 0; source < 10; source += 1) receiver.openRtp(seal(rtp(1, key * 10 + source)))
    before = receiver.positions()
  }
  assert.equal(before.size, 1_024)
  assert.equal(before.get(2_999), 1)
})

test('openRtp() follows a peer that goes from one MKI to the next and back, whatever its counter does', () => {
  for (const reset of [true, false]) {
    const masters = [1, 2].map((id) => ({ ...masterFor(cm), mki: Uint8Array.of(id) }))
    const receiver = srtpReceiver(nodeSrtpCrypto, cm, masters)
    const [one, two] = masters.map((master) => pair(cm, {}, master))
    assert.ok(one !== undefined && two !== undefined)
    for (let index = 0; index < 0x30000; index += 0x4000) {
      assert.ok(receiver.openRtp(one.seal(rtp(index))).ok)
      if (!reset) two.seal(rtp(index))
    }
    const at = reset ? 5 : 0x2c005
    const switched = two.seal(rtp(at))
    const opened = receiver.openRtp(switched.slice())
    assert.ok(opened.ok)
    assert.equal(opened.index, at)
    assert.equal(reasonOf(receiver.openRtp(switched)), 'replay')
    const late = one.seal(rtp(0x2c001))
    assert.equal(reasonOf(receiver.openRtp(late.slice())), 'opened', 'still on its way under the old key')
    assert.equal(reasonOf(receiver.openRtp(late)), 'replay')
  }
})

test('srtpReceiver() opens what any of its keys without MKI sealed, one after the other', () => {
  const [before, after] = [masterFor(cm), masterFor(cm)]
  const receiver = srtpReceiver(nodeSrtpCrypto, cm, [after, before])
  assert.equal(reasonOf(receiver.openRtp(pair(cm, {}, before).seal(rtp(1)))), 'opened')
  assert.equal(reasonOf(receiver.openRtp(pair(cm, {}, after).seal(rtp(2)))), 'opened')
  assert.equal(reasonOf(receiver.openRtp(pair(cm).seal(rtp(3)))), 'auth')
})

test('sealRtp() and openRtp() stop when the key lifetime is used up', () => {
  const master = { ...masterFor(cm), lifetime: 2n }
  const { sender, receiver } = pair(cm, {}, master)
  const unlimited = pair(cm, {}, { keyAndSalt: master.keyAndSalt })
  const out = new Uint8Array(100)
  for (const sequence of [1, 2]) {
    assert.ok(sender.sealRtp(rtp(sequence), out))
    assert.equal(reasonOf(receiver.openRtp(unlimited.seal(rtp(sequence)))), 'opened')
  }
  assert.equal(sender.sealRtp(rtp(3), out), undefined)
  assert.equal(reasonOf(receiver.openRtp(unlimited.seal(rtp(3)))), 'lifetime')
})

test('interop 2: sealRtcp() and openRtcp() count their own lifetime', () => {
  const master = { ...masterFor(cm), lifetime: 1n }
  const { sender, receiver } = pair(cm, {}, master)
  const unlimited = pair(cm, {}, { keyAndSalt: master.keyAndSalt })
  const out = new Uint8Array(100)
  assert.ok(sender.sealRtp(rtp(1), out))
  assert.ok(sender.sealRtcp(rtcp(), out))
  assert.equal(sender.sealRtcp(rtcp(), out), undefined)
  assert.equal(reasonOf(receiver.openRtcp(unlimited.sealRtcp(rtcp()))), 'opened')
  assert.equal(reasonOf(receiver.openRtcp(unlimited.sealRtcp(rtcp()))), 'lifetime')
})

test('SrtpSender.left falls from 1 to 0 with what either protocol has used of the lifetime', () => {
  const { sender } = pair(cm, {}, { ...masterFor(cm), lifetime: 4n })
  const out = new Uint8Array(100)
  assert.equal(sender.left, 1)
  sender.sealRtp(rtp(1), out)
  assert.equal(sender.left, 0.75)
  sender.sealRtcp(rtcp(), out)
  sender.sealRtcp(rtcp(), out)
  assert.equal(sender.left, 0.5)
  for (let i = 2; i < 9; i += 1) sender.sealRtp(rtp(i), out)
  assert.equal(sender.left, 0)
})

test('interop 10: sealRtp() refuses to use a packet index twice', () => {
  const { sender } = pair(cm)
  const out = new Uint8Array(100)
  sender.sealRtp(rtp(5), out)
  for (const sequence of [5, 4, 5 + 0x8000]) {
    assert.throws(() => sender.sealRtp(rtp(sequence), out), { code: 'SRTP_INDEX_REUSED' })
  }
  assert.ok(sender.sealRtp(rtp(5 + 0x7fff), out))
})

test('interop 10: sealRtp() counts each SSRC by itself', () => {
  const { sender, receiver } = pair(cm)
  const out = new Uint8Array(100)
  for (const [sequence, source] of [
    [5, 1],
    [5, 2],
    [6, 1],
    [6, 2],
  ] as const) {
    const sealed = sender.sealRtp(rtp(sequence, source), out)
    assert.ok(sealed)
    assert.equal(reasonOf(receiver.openRtp(sealed)), 'opened')
  }
})

test('sealRtp() seals in place when the packet opens the buffer it writes to', () => {
  for (const suite of suites) {
    const { sender, receiver } = pair(suite)
    const buffer = new Uint8Array(100)
    const plain = rtp(1)
    buffer.set(plain)
    const sealed = sender.sealRtp(buffer.subarray(0, plain.length), buffer)
    assert.ok(sealed)
    const opened = receiver.openRtp(sealed)
    assert.ok(opened.ok)
    assert.deepEqual(opened.packet, plain)
  }
})

test('sealRtp() and sealRtcp() leave the packet as it was', () => {
  for (const suite of suites) {
    const { seal, sealRtcp } = pair(suite)
    const [media, control] = [rtp(1), rtcp()]
    seal(media)
    sealRtcp(control)
    assert.deepEqual([media, control], [rtp(1), rtcp()])
  }
})

test('sealRtp() throws for what is no packet and for too little room', () => {
  const { sender } = pair(cm)
  assert.throws(() => sender.sealRtp(new Uint8Array(12), new Uint8Array(100)), { code: 'SRTP_PACKET' })
  assert.throws(() => sender.sealRtp(rtp(1), new Uint8Array(25)), { code: 'SRTP_OUT_TOO_SMALL' })
  assert.throws(() => sender.sealRtcp(new Uint8Array(4), new Uint8Array(100)), { code: 'SRTP_PACKET' })
  assert.throws(() => sender.sealRtcp(rtcp(), new Uint8Array(20)), { code: 'SRTP_OUT_TOO_SMALL' })
})

test('srtpSender() and srtpReceiver() refuse keys that do not fit', () => {
  const keyAndSalt = new Uint8Array(29)
  const good = masterFor(cm)
  const make = (masters: SrtpMaster[]) => () => srtpReceiver(nodeSrtpCrypto, cm, masters)
  assert.throws(() => srtpSender(nodeSrtpCrypto, cm, { keyAndSalt }), { code: 'SRTP_KEY_LENGTH' })
  assert.throws(make([{ keyAndSalt }]), { code: 'SRTP_KEY_LENGTH' })
  assert.throws(make([]), { code: 'SRTP_KEY_LENGTH' })
  assert.throws(make([{ ...good, mki: new Uint8Array(129) }]), { code: 'SRTP_MKI' })
  assert.throws(make([good, { ...good, mki: Uint8Array.of(1) }]), { code: 'SRTP_MKI' })
  assert.throws(make([1, 1].map((id) => ({ ...good, mki: Uint8Array.of(id) }))), { code: 'SRTP_MKI' })
})

test('srtpSender() needs its key no longer once it is made', () => {
  const master = masterFor(cm)
  const receiver = srtpReceiver(nodeSrtpCrypto, cm, [{ keyAndSalt: master.keyAndSalt.slice() }])
  const sender = srtpSender(nodeSrtpCrypto, cm, master)
  master.keyAndSalt.fill(0)
  const sealed = sender.sealRtp(rtp(1), new Uint8Array(100))
  assert.ok(sealed)
  assert.equal(reasonOf(receiver.openRtp(sealed)), 'opened')
})

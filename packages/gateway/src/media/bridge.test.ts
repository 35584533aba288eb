import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { serializeEvent } from '@voxkeep/wire/dtmf'
import { ulawToAlaw } from '@voxkeep/wire/g711'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { srtpReceiver, srtpSender } from '@voxkeep/wire/srtp'
import { agreed, recordingSpec, testLegs, type TestLeg } from './test-leg.ts'

const voice = (value: number) => new Uint8Array(160).fill(value)
const silence = voice(0xff)

/** Two legs that are bridged, each a moment after it began. */
function bridged(a: Partial<NegotiatedAudio> = {}, b: Partial<NegotiatedAudio> = {}) {
  const { clock, leg } = testLegs()
  const [near, far] = [leg('a', a), leg('b', b)]
  clock.advance(1_000)
  near.leg.bridge(far.leg)
  return { clock, near, far }
}

/** One second of a peer who speaks: the frames are numbered from 1 on. */
function speak(clock: ReturnType<typeof testLegs>['clock'], who: TestLeg, from = 1, frames = 50): void {
  for (let i = from; i < from + frames; i += 1) {
    who.say({ sequence: i, timestamp: i * 160, marker: i === 1, payload: voice(i) })
    clock.advance(20)
  }
}

/** What has come out at a leg's peer since the last call, silence left out. */
function listener(who: TestLeg) {
  let seen = who.heard().length
  return () => {
    const news = who.heard().slice(seen)
    seen = who.heard().length
    return news.filter(
      (packet) => !(packet.payloadType === 0 && packet.payload.every((code) => code === 0xff)),
    )
  }
}

test('a bridge passes a packet on in the turn it came in, payload untouched', () => {
  const { near, far, clock } = bridged()
  const heard = listener(far)
  near.say({ sequence: 7, timestamp: 7_000, payload: voice(9) })
  const [packet, ...more] = heard()
  assert.equal(more.length, 0)
  assert.deepEqual(packet?.payload, voice(9))
  assert.equal(packet?.atMs, clock.monotonicMs())
})

test('interop 12: a bridge seals under the key of the leg that it goes out on: nothing else opens it', () => {
  const { near, far } = bridged()
  const before = far.sent.length
  near.say({ sequence: 7, timestamp: 7_000, payload: voice(9) })
  const [datagram, ...more] = far.sent.slice(before)
  assert.ok(datagram !== undefined && more.length === 0)
  const opens = (key: TestLeg['keys']['peer']) =>
    srtpReceiver(nodeSrtpCrypto, 'AES_CM_128_HMAC_SHA1_80', [key]).openRtp(datagram.slice()).ok
  assert.equal(opens(far.keys.gateway), true)
  assert.equal(opens(far.keys.peer), false)
  assert.equal(opens(near.keys.gateway), false)
  assert.equal(opens(near.keys.peer), false)
  assert.equal(Buffer.from(datagram).includes(Buffer.from(voice(9))), false)
})

test('interop 12: a bridge carries what did not authenticate nowhere', () => {
  const { near, far } = bridged()
  const before = far.sent.length
  const stranger = srtpSender(nodeSrtpCrypto, 'AES_CM_128_HMAC_SHA1_80', far.keys.gateway)
  const packet = new Uint8Array(172)
  packet[0] = 0x80
  near.receive(stranger.sealRtp(packet, new Uint8Array(300))?.slice() ?? packet)
  near.receive(packet)
  assert.equal(far.sent.length, before)
})

test('a bridge keeps the distances of timestamps, holes in the sequence and markers, with its own SSRC', () => {
  const { clock, near, far } = bridged({ silenceSuppression: true })
  const before = far.heard().length
  const spoken = [
    { sequence: 65_534, timestamp: 1_000, marker: true },
    { sequence: 65_535, timestamp: 1_160 },
    { sequence: 65_538, timestamp: 1_640 }, // two are lost
    { sequence: 65_539, timestamp: 17_640, marker: true }, // the peer paused for two seconds (DTX)
  ]
  for (const packet of spoken) {
    near.say(packet)
    clock.advance(200) // past the wait for what is lost
  }
  const passed = far.heard().slice(before)
  const [first] = passed
  assert.deepEqual(
    passed.map(({ sequence, timestamp, marker }) => [
      (sequence - (first?.sequence ?? 0)) & 0xffff,
      (timestamp - (first?.timestamp ?? 0)) >>> 0,
      marker,
    ]),
    [
      [0, 0, true],
      [1, 160, false],
      [4, 640, false],
      [5, 16_640, true],
    ],
  )
  assert.ok(passed.every(({ ssrc }) => ssrc !== 77 && ssrc === far.heard()[0]?.ssrc))
})

test('a bridge leaves a hole where packets were lost, so that the far phone conceals it', () => {
  const { clock, near, far } = bridged()
  const heard = listener(far)
  for (const sequence of [1, 2, 3, 6, 7, 8, 9, 10]) {
    near.say({ sequence, timestamp: sequence * 160, payload: voice(sequence) })
    clock.advance(sequence === 3 ? 60 : 20)
  }
  clock.advance(100)
  const passed = heard()
  assert.deepEqual(
    passed.map(({ payload }) => payload[0]),
    [1, 2, 3, 6, 7, 8, 9, 10],
  )
  const [first] = passed
  const offsets = passed.map(({ sequence, timestamp }) => [
    (sequence - (first?.sequence ?? 0)) & 0xffff,
    ((timestamp - (first?.timestamp ?? 0)) >>> 0) / 160,
  ])
  assert.deepEqual(
    offsets,
    [0, 1, 2, 5, 6, 7, 8, 9].map((n) => [n, n]),
  )
})

test('a bridge puts packets in order first, and passes each once', () => {
  const { clock, near, far } = bridged()
  const heard = listener(far)
  const sealed = [1, 2, 3, 4, 5, 6, 7].map((sequence) =>
    near.seal({ sequence, timestamp: sequence * 160, payload: voice(sequence) }),
  )
  for (const index of [0, 2, 1, 1, 3, 5, 4, 6, 0]) {
    near.receive(sealed[index]?.slice() ?? fail())
    clock.advance(10)
  }
  assert.deepEqual(
    heard().map(({ payload }) => payload[0]),
    [1, 2, 3, 4, 5, 6, 7],
  )
})

test('a bridge leaves the pauses of a peer with silence suppression alone, and fills those of any other', () => {
  const packetsIn = (more: Partial<NegotiatedAudio>, pauseMs = 2_000) => {
    const { clock, near, far } = bridged(more)
    speak(clock, near, 1, 10)
    const before = far.sent.length
    clock.advance(pauseMs)
    return far.sent.slice(before).length
  }
  assert.ok(packetsIn({ silenceSuppression: true }) <= 1, 'a report at most')
  assert.ok(packetsIn({ silenceSuppression: true }, 8_000) >= 140, 'a long pause is not the end of the call')
  const filled = packetsIn({})
  assert.ok(filled >= 94 && filled <= 100, `${filled}`)
})

test('a bridge carries no flood from one peer to the other, and goes on after it', () => {
  const { clock, near, far } = bridged()
  const heard = listener(far)
  for (let i = 1; i <= 3_000; i += 1) near.say({ sequence: i, timestamp: i * 160, payload: voice(1) })
  assert.equal(heard().length, 400)
  clock.advance(1_000)
  near.say({ sequence: 3_001, timestamp: 3_001 * 160, payload: voice(1) })
  assert.equal(heard().length, 1)
})

test('a bridge carries both ways at once', () => {
  const { clock, near, far } = bridged()
  const [atNear, atFar] = [listener(near), listener(far)]
  for (let i = 1; i <= 50; i += 1) {
    near.say({ sequence: i, timestamp: i * 160, payload: voice(i) })
    far.say({ sequence: i, timestamp: i * 160, payload: voice(100 + i) })
    clock.advance(20)
  }
  assert.deepEqual(
    atFar().map(({ payload }) => payload[0]),
    Array.from({ length: 50 }, (_, i) => i + 1),
  )
  assert.deepEqual(
    atNear().map(({ payload }) => payload[0]),
    Array.from({ length: 50 }, (_, i) => i + 101),
  )
})

test('a bridge between codecs transcodes through the far leg’s pacer, one packet every 20 ms', () => {
  const { clock, near, far } = bridged({}, { codec: 'PCMA', sendPayloadType: 8, receivePayloadType: 8 })
  const heard = listener(far)
  speak(clock, near)
  const expected = Array.from({ length: 50 }, (_, i) => ulawToAlaw(voice(i + 1), new Uint8Array(160))[0])
  const passed = heard().filter(({ payload }) => expected.includes(payload[0]))
  assert.ok(passed.every(({ payloadType, payload }) => payloadType === 8 && payload.length === 160))
  assert.deepEqual(
    passed.map(({ payload }) => payload[0]),
    expected,
  )
  const steps = passed.map(
    ({ timestamp }, i) => (timestamp - (passed[i - 1]?.timestamp ?? timestamp - 160)) >>> 0,
  )
  assert.deepEqual(new Set(steps), new Set([160]))
  const waits = passed.map(({ atMs }, i) => atMs - (1_000 + 20 * i))
  assert.ok(Math.max(...waits) <= 20, `${Math.max(...waits)} ms`)
})

test('interop 16: a bridge between packet lengths reframes', () => {
  const { clock, near, far } = bridged({}, { ptimeMs: 40 })
  const heard = listener(far)
  speak(clock, near)
  const passed = heard()
  assert.ok(passed.length >= 24 && passed.every(({ payload }) => payload.length === 320))
  const pairs = passed.slice(1, -1).map(({ payload }) => [payload[0] ?? 0, payload[160] ?? 0])
  assert.ok(pairs.every(([one = 0, other], i) => other === one + 1 && one === (pairs[0]?.[0] ?? 0) + 2 * i))
})

/** The packets of one key press: three updates and three ends. */
function press(
  clock: ReturnType<typeof testLegs>['clock'],
  who: TestLeg,
  payloadType = 101,
  unitsPerMs = 8,
): void {
  ;[20, 40, 60, 80, 80, 80].forEach((ms, i) => {
    const payload = serializeEvent({ digit: '5', end: i >= 3, volume: 10, duration: ms * unitsPerMs })
    who.say({
      sequence: 500 + i,
      timestamp: 90_000,
      marker: i === 0,
      payloadType,
      payload: payload ?? fail(),
    })
    clock.advance(20)
  })
}

function fail(): never {
  throw new Error('there is none')
}

test('a bridge relays key presses with the far leg’s payload type', () => {
  const { clock, near, far } = bridged(
    {},
    { dtmf: { sendPayloadType: 96, receivePayloadType: 97, clockRateHz: 8_000 } },
  )
  const heard = listener(far)
  near.say({ sequence: 499, timestamp: 89_840 })
  clock.advance(20)
  press(clock, near)
  const [audio, ...events] = heard()
  assert.equal(events.length, 6)
  assert.ok(events.every(({ payloadType, payload }) => payloadType === 96 && payload[0] === 5))
  assert.equal(new Set(events.map(({ timestamp }) => timestamp)).size, 1)
  assert.equal(((events[0]?.timestamp ?? 0) - (audio?.timestamp ?? 0)) >>> 0, 160)
  assert.deepEqual(
    events.map(({ marker }) => marker),
    [true, false, false, false, false, false],
  )
  assert.deepEqual(
    events.map(({ payload }) => (payload[1] ?? 0) >>> 7),
    [0, 0, 0, 1, 1, 1],
  )
  assert.equal(near.events.filter(({ kind }) => kind === 'dtmf').length, 1)
})

test('interop 19: a bridge relays key presses in the far leg’s clock, whatever the codecs', () => {
  const { clock, near, far } = bridged(
    { dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8_000 } },
    {
      codec: 'PCMA',
      sendPayloadType: 8,
      dtmf: { sendPayloadType: 96, receivePayloadType: 96, clockRateHz: 48_000 },
    },
  )
  press(clock, near)
  const events = far.heard().filter(({ payloadType }) => payloadType === 96)
  assert.deepEqual(
    events.map(({ payload }) => ((payload[2] ?? 0) << 8) | (payload[3] ?? 0)),
    [960, 1_920, 2_880, 3_840, 3_840, 3_840],
  )
  assert.equal(new Set(events.map(({ timestamp }) => timestamp)).size, 1)
})

test('a bridge relays no key press to a leg that agreed to none', () => {
  const { dtmf: _, ...without } = agreed
  const { clock, leg } = testLegs()
  const near = leg('a')
  const far = leg('b')
  far.leg.connect({ ...without, ...(far.audio.srtp && { srtp: far.audio.srtp }) })
  near.leg.bridge(far.leg)
  const heard = listener(far)
  press(clock, near)
  assert.deepEqual(heard(), [])
})

for (const codec of ['PCMU', 'PCMA'] as const) {
  test(`a prompt takes precedence over the other side of a bridge, which is heard again after it (${codec})`, () => {
    const type = codec === 'PCMU' ? 0 : 8
    const { clock, near, far } = bridged({}, { codec, sendPayloadType: type, receivePayloadType: type })
    const word = codec === 'PCMU' ? voice(0x11) : ulawToAlaw(voice(0x11), new Uint8Array(160))
    speak(clock, near, 1, 10)
    const during = far.heard().length
    far.leg.play(1, new Uint8Array(10 * 160).fill(0x11))
    for (let i = 11; i <= 20; i += 1) {
      near.say({ sequence: i, timestamp: i * 160, payload: voice(0x22) })
      clock.advance(20)
    }
    const heard = far
      .heard()
      .slice(during)
      .map(({ payload }) => payload[0])
    assert.equal(heard.filter((first) => first === word[0]).length, 10)
    assert.ok(heard.length <= 12, 'nothing is mixed in')
    clock.advance(40)
    const after = far.heard().length
    speak(clock, near, 23, 10)
    assert.ok(far.heard().slice(after).length >= 10)
    assert.equal(
      far.events.some((event) => event.kind === 'play.done' && event.why === 'finished'),
      true,
    )
    const stamps = far.heard().map(({ timestamp }) => timestamp)
    assert.ok(stamps.every((stamp, i) => i === 0 || ((stamp - (stamps[i - 1] ?? 0)) | 0) > 0))
  })
}

for (const codec of ['PCMU', 'PCMA'] as const) {
  test(`taps of a bridged leg hear its own peer on one side and the other's on the other (${codec})`, async () => {
    const type = codec === 'PCMU' ? 0 : 8
    const { clock, near, far } = bridged({}, { codec, sendPayloadType: type, receivePayloadType: type })
    await near.leg.recording.start(recordingSpec, clock.monotonicMs())
    for (let i = 1; i <= 50; i += 1) {
      near.say({ sequence: i, timestamp: i * 160, payload: voice(1) })
      const theirs = codec === 'PCMU' ? voice(2) : ulawToAlaw(voice(2), new Uint8Array(160))
      far.say({ sequence: i, timestamp: i * 160, payloadType: type, payload: theirs })
      clock.advance(20)
    }
    const of = (channel: 0 | 1) => near.recorded.filter((one) => one.channel === channel)
    assert.ok(of(0).filter(({ first }) => first === 1).length >= 49)
    assert.ok(of(1).filter(({ first }) => first === 2).length >= 48)
    assert.equal(
      of(0).some(({ first }) => first === 2),
      false,
    )
    assert.equal(
      of(1).some(({ first }) => first === 1),
      false,
    )
    const positions = of(1).map(({ position }) => position)
    assert.ok(
      positions.every((at, i) => i === 0 || at >= (positions[i - 1] ?? 0) + 160),
      'no step back',
    )
  })
}

test('unbridge() leaves silence at once on either side', () => {
  for (const codec of ['PCMU', 'PCMA'] as const) {
    const { clock, near, far } = bridged({}, { codec, sendPayloadType: 8, receivePayloadType: 8 })
    speak(clock, near, 1, 10)
    far.leg.unbridge()
    const [atNear, atFar] = [near.heard().length, far.heard().length]
    for (let i = 11; i <= 60; i += 1) {
      near.say({ sequence: i, timestamp: i * 160, payload: voice(1) })
      far.say({ sequence: i, timestamp: i * 160, payload: voice(1) })
      clock.advance(20)
    }
    const quiet = codec === 'PCMU' ? 0xff : ulawToAlaw(silence, new Uint8Array(160))[0]
    for (const [heard, expected] of [
      [near.heard().slice(atNear), 0xff],
      [far.heard().slice(atFar), quiet],
    ] as const) {
      assert.ok(heard.length >= 48)
      assert.ok(heard.every(({ payload }) => payload.every((code) => code === expected)))
    }
  }
})

test('closing a leg unbridges the other, and bridging it anew leaves the former peer alone', async () => {
  const { clock, leg } = testLegs()
  const [a, b, c] = [leg('a'), leg('b'), leg('c')]
  a.leg.bridge(b.leg)
  a.leg.bridge(c.leg)
  const [atB, atC] = [listener(b), listener(c)]
  speak(clock, a, 1, 10)
  assert.equal(atB().length, 0)
  assert.equal(atC().length, 10)
  await a.leg.close()
  c.say({ sequence: 1, timestamp: 160 })
  clock.advance(1_000)
  assert.ok(
    c
      .heard()
      .slice(-40)
      .every(({ payload }) => payload.every((code) => code === 0xff)),
  )
})

test('a bridge that begins before a leg is connected carries from then on', () => {
  const { clock, leg } = testLegs()
  const [near, far] = [leg('a'), leg('b')]
  const { audio } = far
  far.leg.connect({ ...audio, direction: 'inactive' })
  near.leg.bridge(far.leg)
  speak(clock, near, 1, 10)
  const before = far.sent.length
  assert.equal(
    far.heard().some(({ payload }) => payload[0] === 5),
    false,
  )
  far.leg.connect(audio)
  speak(clock, near, 11, 10)
  assert.ok(far.sent.length - before >= 10)
})

test('interop 21: hold while bridged: nothing is sent to who holds, and the other hears silence or what is played', () => {
  const { clock, near, far } = bridged()
  speak(clock, near, 1, 10)
  near.leg.connect({ ...near.audio, direction: 'inactive' })
  const before = near.sent.length
  const heard = far.heard().length
  for (let i = 11; i <= 60; i += 1) {
    near.say({ sequence: i, timestamp: i * 160, payload: voice(3) })
    far.say({ sequence: i, timestamp: i * 160, payload: voice(4) })
    clock.advance(20)
  }
  assert.equal(near.sent.length, before)
  const quiet = far.heard().slice(heard)
  assert.ok(quiet.length >= 48 && quiet.every(({ payload }) => payload.every((code) => code === 0xff)))
  far.leg.play(1, new Uint8Array(1_600).fill(0x33))
  clock.advance(200)
  assert.ok(far.heard().filter(({ payload }) => payload[0] === 0x33).length >= 9)
  near.leg.connect(near.audio)
  clock.advance(100)
  const [atNear, atFar] = [listener(near), listener(far)]
  near.say({ sequence: 100, timestamp: 16_000, payload: voice(5) })
  far.say({ sequence: 100, timestamp: 16_000, payload: voice(6) })
  clock.advance(100) // past the wait for what was said during the hold
  assert.deepEqual(
    atFar().map(({ payload }) => payload[0]),
    [5],
  )
  assert.deepEqual(
    atNear().map(({ payload }) => payload[0]),
    [6],
  )
})

test('interop 21: a peer that holds with music of its own is heard, and hears nothing', () => {
  const { clock, near, far } = bridged()
  near.leg.connect({ ...near.audio, direction: 'recvonly' }) // it sends, and does not listen
  const before = near.sent.length
  const heard = listener(far)
  speak(clock, near, 1, 10)
  assert.equal(heard().length, 10)
  assert.equal(near.sent.length, before)
})

test('a bridge goes on under one SSRC of ours when the peer changes its own', () => {
  const { clock, near, far } = bridged()
  speak(clock, near, 1, 10)
  for (let i = 0; i < 10; i += 1) {
    near.say({ ssrc: 99, sequence: 40_000 + i, timestamp: 3_000_000_000 + i * 160, payload: voice(9) })
    clock.advance(20)
  }
  const heard = far.heard()
  assert.equal(new Set(heard.map(({ ssrc }) => ssrc)).size, 1)
  assert.equal(heard.filter(({ payload }) => payload[0] === 9).length, 11)
  const stamps = heard.map(({ timestamp }) => timestamp)
  const steps = stamps.slice(1).map((stamp, i) => (stamp - (stamps[i] ?? 0)) | 0)
  assert.ok(
    steps.every((step) => step > 0 && step <= 480),
    steps.join(),
  )
})

test('what a leg sends never steps back, whatever comes over the bridge and is played between', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('say' as const),
      lost: fc.nat(3),
      waitMs: fc.constantFrom(0, 20, 20, 20, 90, 300),
    }),
    fc.record({ kind: fc.constant('play' as const), bytes: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({ kind: fc.constant('stop' as const) }),
    fc.record({ kind: fc.constant('part' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(20, 30), (steps, ptimeMs) => {
      const { clock, near, far } = bridged({}, { ptimeMs })
      let sequence = 1
      let atMs = 0
      for (const each of steps) {
        if (each.kind === 'play') far.leg.play(1, new Uint8Array(each.bytes))
        if (each.kind === 'stop') far.leg.stopPlay()
        if (each.kind === 'part') {
          far.leg.unbridge()
          near.leg.bridge(far.leg)
        }
        if (each.kind !== 'say') continue
        sequence += 1 + each.lost
        near.say({ sequence, timestamp: 160 * sequence + 8 * atMs })
        clock.advance(each.waitMs)
        atMs += Math.max(0, each.waitMs - 20)
      }
      clock.advance(200)
      const sent = far.heard()
      for (let i = 1; i < sent.length; i += 1) {
        const [one, next] = [sent[i - 1], sent[i]]
        assert.ok((((next?.sequence ?? 0) - (one?.sequence ?? 0)) & 0xffff) < 0x8000)
        assert.ok((((next?.timestamp ?? 0) - (one?.timestamp ?? 0)) | 0) > 0, `packet ${i}`)
      }
    }),
    { numRuns: 60 },
  )
})

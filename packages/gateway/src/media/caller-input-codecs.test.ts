import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { serializeEvent } from '@voxkeep/wire/dtmf'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { serializeRtp } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { callerInput, readPacketHeader } from './caller-input.ts'
import { callerTrack } from './caller-track.ts'
import { loadOpus } from './opus-codec.ts'
import { payloadEncoder, type CodecFormat } from './payload-codec.ts'

before(loadOpus)

const opus = {
  codec: 'OPUS',
  clockRateHz: 48_000,
  opus: { fec: true, cbr: false, maxPlaybackRateHz: 48_000 },
} as const
const g722 = { codec: 'G722', clockRateHz: 8_000 } as const
const l16 = { codec: 'L16', clockRateHz: 16_000 } as const
const pcmu = { codec: 'PCMU', clockRateHz: 8_000 } as const

const rest = {
  remote: { address: '127.0.0.1', port: 1, rtcpPort: 2, rtcpMux: true },
  sendPayloadType: 96,
  receivePayloadType: 96,
  ptimeMs: 20,
  direction: 'sendrecv',
  silenceSuppression: false,
} as const

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

async function input(format: CodecFormat, more: Partial<NegotiatedAudio> = {}) {
  const frames: { at: number; loud: boolean }[] = []
  const digits: string[] = []
  const delays: number[] = []
  let unknown = 0
  const track = callerTrack({
    epochMs: 0,
    lagMs: 100,
    emit: (ulaw, at) => frames.push({ at, loud: ulaw.some((code) => (code & 0x7f) < 0x60) }),
  })
  const caller = callerInput({
    reorderMs: 60,
    track,
    onDigit: ({ digit, durationMs }) => digits.push(`${digit} ${durationMs}`),
    onUnknownPayload: () => (unknown += 1),
    onDelay: (delayMs) => delays.push(delayMs),
  })
  caller.configure({ ...rest, ...format, ...more })
  await settled()
  const header = { sequence: 0, timestamp: 0, ssrc: 0 }
  return {
    caller,
    track,
    frames,
    digits,
    delays,
    unknown: () => unknown,
    packet(
      sequence: number,
      timestamp: number,
      payload: Uint8Array,
      nowMs: number,
      payloadType = 96,
      ssrc = 5,
    ) {
      const fields = { version: 2, padding: false, marker: false, csrc: [] } as const
      const bytes = serializeRtp({
        ...fields,
        payloadType,
        sequence,
        timestamp: timestamp >>> 0,
        ssrc,
        payload,
      })
      readPacketHeader(bytes, header)
      caller.receive(bytes, header, nowMs)
    },
  }
}

const tone = encodeUlaw(
  Int16Array.from({ length: 32_000 }, (_, i) => 9_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000)),
  new Uint8Array(32_000),
)

/** `count` payloads of a steady tone. */
async function payloadsOf(format: CodecFormat, count: number, lengthMs = 20): Promise<Uint8Array[]> {
  const encoder = payloadEncoder(format)
  await settled()
  return Array.from({ length: count }, (_, i) => {
    const ulaw = tone.subarray(i * lengthMs * 8, (i + 1) * lengthMs * 8)
    const out = new Uint8Array(1_280)
    return encoder === undefined ? ulaw : out.subarray(0, encoder.encode(ulaw, out))
  })
}

for (const format of [opus, g722, l16]) {
  for (const lengthMs of [10, 20, 40]) {
    test(`interop 16: callerInput() lays ${format.codec} in packets of ${lengthMs} ms on the 8 kHz timeline`, async () => {
      const { packet, frames, delays, caller } = await input(format)
      const units = (lengthMs * format.clockRateHz) / 1_000
      const start = 0xffff_ffff - units * 3 // over the wrap of the RTP timestamp
      const payloads = await payloadsOf(format, 400 / lengthMs, lengthMs)
      for (const [i, payload] of payloads.entries()) {
        packet(i, start + i * units, payload, (i + 1) * lengthMs)
      }
      const first = frames[0]?.at ?? 0
      assert.ok(first <= 160, 'the first packet ends when it comes')
      assert.deepEqual(
        frames.map(({ at }) => at - first),
        Array.from({ length: frames.length }, (_, i) => 160 * i),
      )
      assert.equal(frames.length, 20)
      assert.ok(frames.slice(2).every(({ loud }) => loud))
      assert.ok(delays.every((delay) => delay === 0))
      assert.equal(caller.stray + caller.malformed, 0)
      caller.close()
    })
  }
}

test('C6: callerInput() leaves the time of lost G.722 and L16 empty, and never shifts what follows', async () => {
  for (const format of [g722, l16]) {
    const { caller, packet, frames } = await input(format)
    const [one, two] = await payloadsOf(format, 2)
    assert.ok(one !== undefined && two !== undefined)
    const units = format.clockRateHz / 50
    packet(1, 0, one, 20)
    packet(3, 2 * units, two, 60)
    for (let ms = 60; ms <= 120; ms += 20) caller.poll(ms)
    assert.deepEqual(
      frames.map(({ at }) => at),
      [0, 320],
    )
  }
})

test('callerInput() fills what was lost of Opus, in its own place', async () => {
  for (const lost of [1, 3]) {
    const { caller, packet, frames } = await input(opus)
    const payloads = await payloadsOf(opus, 20)
    for (const [i, payload] of payloads.entries()) {
      const nowMs = (i + 1) * 20
      if (i < 10 || i >= 10 + lost) packet(i, i * 960, payload, nowMs)
      caller.poll(nowMs)
    }
    for (let ms = 400; ms <= 480; ms += 20) caller.poll(ms)
    assert.deepEqual(
      frames.map(({ at }) => at),
      Array.from({ length: 20 }, (_, i) => 160 * i),
    )
    assert.ok(
      frames.slice(2, 11).every(({ loud }) => loud),
      'what came, and the first that was lost',
    )
    assert.equal(caller.stray, 0)
    caller.close()
  }
})

test('callerInput() leaves a long loss of Opus empty', async () => {
  const { caller, packet, frames } = await input(opus)
  const payloads = await payloadsOf(opus, 30)
  packet(0, 0, payloads[0] ?? new Uint8Array(1), 20)
  packet(20, 20 * 960, payloads[20] ?? new Uint8Array(1), 420)
  for (let ms = 420; ms <= 500; ms += 20) caller.poll(ms)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 3_200],
  )
  caller.close()
})

test('interop 16: callerInput() takes a pause of an Opus sender (DTX) for silence and keeps the timeline', async () => {
  const { caller, track, packet, frames } = await input(opus)
  const payloads = await payloadsOf(opus, 40)
  for (let i = 0; i < 40; i += 1) {
    const nowMs = (i + 1) * 20
    const paused = i >= 10 && i < 30
    // One empty packet now and then; the sequence goes on as if nothing had been left out.
    if (i === 10) packet(10, 9_600, Uint8Array.of(0x08), nowMs)
    else if (!paused) packet(i < 10 ? i : i - 19, i * 960, payloads[i] ?? new Uint8Array(1), nowMs)
    caller.poll(nowMs)
    track.fill(nowMs)
  }
  const pause = frames.filter(({ at }) => at >= 11 * 160 && at < 30 * 160)
  assert.ok(pause.length >= 14 && pause.every(({ at, loud }) => at % 160 === 0 && !loud))
  const before = frames.filter(({ at, loud }) => at < 10 * 160 && loud)
  const after = frames.filter(({ at, loud }) => at > 30 * 160 && loud)
  assert.ok(before.length >= 8 && after.length >= 8)
  assert.equal(frames.at(-1)?.at, 39 * 160)
  caller.close()
})

test('callerInput() counts payloads that are none of the codec, and their time stays empty', async () => {
  const { caller, packet, frames } = await input(l16)
  const [one, two] = await payloadsOf(l16, 2)
  assert.ok(one !== undefined && two !== undefined)
  packet(1, 0, one, 20)
  packet(2, 320, one.subarray(1), 40)
  packet(3, 640, new Uint8Array(0), 60)
  packet(4, 960, two, 80)
  assert.equal(caller.malformed, 2)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 480],
  )
})

test('interop 17: callerInput() goes on at the true time when a re-INVITE changes the codec and its clock', async () => {
  const { caller, packet, frames, unknown } = await input(pcmu, { receivePayloadType: 0 })
  const plain = await payloadsOf(pcmu, 3)
  plain.forEach((payload, i) => packet(i, i * 160, payload, (i + 1) * 20, 0))
  caller.configure({ ...rest, ...opus })
  await settled()
  packet(3, 480, plain[0] ?? new Uint8Array(1), 80, 0) // sent before its sender knew
  const better = await payloadsOf(opus, 3)
  better.forEach((payload, i) => packet(4 + i, 777_777 + i * 960, payload, (i + 5) * 20))
  assert.equal(unknown(), 1)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 160, 320, 640, 800, 960],
  )
  caller.configure({ ...rest, ...pcmu, receivePayloadType: 0 })
  packet(7, 999, plain[0] ?? new Uint8Array(1), 160, 0)
  assert.equal(frames.at(-1)?.at, 1_120)
  caller.close()
})

test('callerInput() goes on with another source of the same codec', async () => {
  for (const format of [opus, g722, l16]) {
    const { caller, packet, frames } = await input(format)
    const units = format.clockRateHz / 50
    const payloads = await payloadsOf(format, 6)
    payloads.forEach((payload, i) => {
      const other = i >= 3
      packet(
        other ? 9_000 + i : i,
        (other ? 123_456_789 : 0) + i * units,
        payload,
        (i + 1) * 20,
        96,
        other ? 6 : 5,
      )
    })
    assert.deepEqual(
      frames.map(({ at }) => at),
      [0, 160, 320, 480, 640, 800],
    )
    caller.close()
  }
})

const key = (duration: number, end: boolean) => {
  const bytes = serializeEvent({ digit: '5', end, volume: 10, duration })
  assert.ok(bytes !== undefined)
  return bytes
}

const dtmf = {
  sendPayloadType: 110,
  receivePayloadType: 110,
  clockRateHz: 48_000,
  fallback: { receivePayloadType: 101, clockRateHz: 8_000 },
}

for (const [payloadType, rateHz] of [
  [110, 48_000],
  [101, 8_000],
] as const) {
  test(`interop 19: callerInput() hears a key on a clock of ${rateHz} Hz beside Opus`, async () => {
    const { packet, digits, caller } = await input(opus, { dtmf })
    const [one, two] = await payloadsOf(opus, 2)
    assert.ok(one !== undefined && two !== undefined)
    const step = rateHz / 50
    packet(1, 0, one, 20)
    for (let i = 1; i <= 5; i += 1) packet(1 + i, 960, key(step * i, false), 20 + 20 * i, payloadType)
    for (let i = 0; i < 3; i += 1) packet(7 + i, 960, key(step * 6, true), 140, payloadType)
    packet(10, 960 * 7, two, 160)
    assert.deepEqual(digits, ['5 120'])
    caller.close()
  })

  test(`interop 19: callerInput() hears a key on a clock of ${rateHz} Hz whose end was lost, once, while Opus goes on`, async () => {
    const { caller, packet, digits } = await input(opus, { dtmf })
    const payloads = await payloadsOf(opus, 40)
    const step = rateHz / 50
    packet(1, 0, payloads[0] ?? new Uint8Array(1), 20)
    for (let i = 1; i <= 10; i += 1) packet(1 + i, 960, key(step * i, false), 20 + 20 * i, payloadType)
    for (let i = 12; i < 40; i += 1) {
      packet(i, i * 960, payloads[i] ?? new Uint8Array(1), (i + 1) * 20)
      caller.poll((i + 1) * 20)
    }
    assert.deepEqual(digits, ['5 200'])
    caller.close()
  })
}

test('callerInput() follows a sender that goes over to another codec of its answer, and back', async () => {
  const alternatives = [
    { codec: 'PCMA', clockRateHz: 8_000, receivePayloadType: 8 },
    { ...l16, receivePayloadType: 97 },
  ] as const
  const { caller, packet, frames, unknown } = await input(pcmu, { receivePayloadType: 0, alternatives })
  const plain = await payloadsOf(pcmu, 2)
  const wide = await payloadsOf(l16, 2)
  const alaw = new Uint8Array(160).fill(0x2a)
  const sent = [
    [0, plain[0]],
    [8, alaw],
    [97, wide[0]],
    [97, wide[1]],
    [0, plain[1]],
    [96, plain[0]],
  ] as const
  let timestamp = 0
  for (const [i, [payloadType, payload]] of sent.entries()) {
    packet(i, timestamp, payload ?? new Uint8Array(1), (i + 1) * 20, payloadType)
    timestamp += payloadType === 97 ? 320 : 160
  }
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 160, 320, 480, 640],
  )
  assert.ok(frames.every(({ loud }) => loud))
  assert.equal(unknown(), 1)
  assert.equal(caller.malformed, 0)
})

test('callerInput() takes no other codec from a sender that is bound to one', async () => {
  const { packet, frames, unknown } = await input(pcmu, { receivePayloadType: 0 })
  packet(1, 0, new Uint8Array(160), 20, 8)
  assert.deepEqual([frames.length, unknown()], [0, 1])
})

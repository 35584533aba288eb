import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ULAW_SILENCE, encodeUlaw } from '@voxkeep/wire/g711'
import { loadOpus } from './opus-codec.ts'
import type { CodecFormat } from './payload-codec.ts'
import { assertSecret, at8k, eventsAt, found, noise, presses } from './test-secrecy.ts'
import { roomDoor } from './secure-room.ts'
import { everything, loudestTone, loudestWideTone, overhear, toneLevel, type SentKey } from './test-secure.ts'

test('roomDoor() hands on what is no key bit for bit and in its place, every frame once', async () => {
  const speech = noise(1_600, 900)
  const heard = await overhear({ keys: [], speech, lengthMs: 1_600, fromMs: 300, toMs: 1_000 })
  const said = encodeUlaw(Int16Array.from(speech), new Uint8Array(speech.length))
  const shift = heard.streams.findIndex((code) => code !== ULAW_SILENCE)
  assert.ok(shift >= 0 && shift < 200)
  const from = Math.floor(shift / 160) * 160 // the leg's timeline began a frame before the peer's audio, or did not
  for (const tap of ['streams', 'recording', 'listening'] as const)
    assert.ok(Buffer.from(heard[tap].buffer, from, said.length).equals(said), tap)
  for (const positions of Object.values(heard.positions)) {
    const whole = positions.slice(0, 80)
    assert.deepEqual(
      whole,
      whole.map((_, i) => i * 160),
    )
  }
})

test('roomDoor() gives nothing of the peer to whom the room says so', async () => {
  const room = {
    streams: 'nothing',
    recording: 'nothing',
    listening: 'nothing',
    bridge: 'nothing',
  } as const
  const speech = noise(1_600, 900)
  const heard = await overhear({
    keys: presses('12', 'tone'),
    speech,
    lengthMs: 1_600,
    fromMs: 300,
    toMs: 1_000,
    room,
  })
  for (const tap of ['streams', 'recording', 'listening'] as const) {
    assert.ok(
      heard[tap].subarray(300 * 8, 1_000 * 8).every((code) => code === ULAW_SILENCE),
      tap,
    )
    assert.ok(
      heard[tap].subarray(1_200 * 8, 1_500 * 8).some((code) => code !== ULAW_SILENCE),
      tap,
    )
  }
  assert.deepEqual([heard.secret, heard.plain], [['1', '2'], []])
})

test('roomDoor() puts a beep where a key was, when it is told to', async () => {
  const heard = await overhear({ keys: presses('5', 'tone'), lengthMs: 900, room: { mask: 'beep' } })
  const inKey = heard.streams.subarray(420 * 8, 480 * 8)
  assert.ok(toneLevel(inKey, 400) > -25)
  assert.ok(loudestTone(inKey) < -40 && found(heard.streams) === '')
})

test('roomDoor() keeps a key secret that was down when the room opened', async () => {
  const keys = presses('7', 'event', { ms: 200 })
  const heard = await overhear({ keys, lengthMs: 1_200, fromMs: 500, events: at8k })
  assert.deepEqual([heard.secret, heard.plain, heard.toldToApp], [['7'], [], []])
  const last = heard.farLeg.heard().findLast(({ payloadType }) => payloadType === 101)
  assert.ok((last?.atMs ?? 0) < 505) // what it was sent was before
})

for (const way of ['event', 'leaky', 'tone'] as const)
  test(`roomDoor() keeps a key (${way}) secret that is let go, or whose end comes, after the room was to end`, async () => {
    const keys = presses('7', way, { ms: 200 })
    const events = way === 'tone' ? {} : { events: at8k }
    for (const toMs of [410, 610, 640]) {
      const heard = await overhear({ keys, lengthMs: 1_000, toMs, latePercent: 20, ...events })
      assert.deepEqual(heard.secret, ['7'], `${toMs}`)
      assertSecret(heard)
    }
  })

test('roomDoor() tells keys as before once the room has ended, and packets pass untouched again', async () => {
  const speech = noise(2_000, 300)
  const keys: SentKey[] = [...presses('1', 'event'), { digit: '2', atMs: 1_500, ms: 100, way: 'event' }]
  const heard = await overhear({ keys, speech, lengthMs: 2_000, toMs: 800, events: at8k })
  assert.deepEqual([heard.secret, heard.plain, heard.toldToApp], [['1'], ['2'], ['2']])
  assert.ok(eventsAt(heard).length >= 5)
  assert.ok(eventsAt(heard).every(({ payload }) => payload[0] === 2))
  const said = encodeUlaw(Int16Array.from(speech), new Uint8Array(speech.length))
  const packets = heard.farLeg.heard().filter(({ payloadType, atMs }) => payloadType === 0 && atMs > 1_100)
  const untouched = packets.filter(({ payload, atMs }) => {
    const from = (Math.round(atMs / 20) * 20 - 20) * 8
    return payload.every((code, i) => code === said[from + i])
  })
  assert.ok(untouched.length >= 25, `${untouched.length} of ${packets.length}`)
  const times = heard.farLeg
    .heard()
    .filter(({ payloadType }) => payloadType === 0)
    .map(({ timestamp }) => timestamp)
  assert.ok(times.every((time, i) => i === 0 || ((time - (times[i - 1] ?? 0)) | 0) > 0)) // no step back
})

/** A door whose clock the test moves, and the positions of what it lets everybody hear. */
function bench() {
  const heard: number[] = []
  let nowMs = 0
  let isOpen = false
  const none = () => {}
  const listening = (_: Uint8Array, position: number) => void (isOpen && heard.push(position / 8))
  const door = roomDoor({
    taps: { streams: none, recording: none, listening, bridge: none },
    nowSamples: () => nowMs * 8,
    isKeyDown: () => false,
    changed: (room) => void (isOpen = room === undefined),
  })
  const frames = (fromMs: number, toMs: number, made = false) => {
    for (let ms = fromMs; ms < toMs; ms += 20) {
      nowMs = Math.max(nowMs, ms)
      door.frame(new Uint8Array(160), ms * 8, made)
    }
  }
  return { door, heard, frames, setNow: (ms: number) => void (nowMs = ms) }
}

test('roomDoor() keeps secret what was said in the room and comes when a stall of the worker is over', () => {
  const { door, heard, frames, setNow } = bench()
  door.set(everything)
  frames(0, 500)
  setNow(1_500) // what was said for a second waits in the socket
  door.set(null)
  frames(500, 3_000)
  assert.ok((heard[0] ?? 0) >= 1_500, `${heard[0]}`)
  assert.ok((heard[0] ?? Infinity) <= 1_800, `${heard[0]}`)
})

test('roomDoor() keeps secret what was held up on the way when the room was to end', () => {
  const { door, heard, frames } = bench()
  door.set(everything)
  frames(0, 500)
  frames(500, 900, true)
  door.set(null)
  frames(900, 1_400, true)
  assert.deepEqual(heard, [])
  frames(1_400, 1_600) // a burst, laid beyond the clock
  assert.deepEqual(heard, [])
  frames(1_600, 2_000)
  assert.equal(heard[0], 1_660)
})

test('roomDoor() ends a room in the end, whether the peer says nothing any more or in pieces only', () => {
  for (const pieceMs of [0, 100]) {
    const { door, heard, frames } = bench()
    door.set(everything)
    frames(0, 100)
    door.set(null)
    for (let ms = 100; ms < 4_000; ms += 200) {
      frames(ms, ms + 200 - pieceMs, true)
      frames(ms + 200 - pieceMs, ms + 200)
    }
    assert.ok((heard[0] ?? Infinity) < 3_000, `${heard[0]}`)
  }
})

for (const fromMs of [480, 520, 560, 600])
  test(`roomDoor() leaves nothing of a tone that was held up from ${fromMs} ms past the end of its room`, async () => {
    const heard = await overhear({
      keys: [{ digit: '5', atMs: 900, ms: 200, way: 'tone' }],
      lengthMs: 3_000,
      toMs: 1_100,
      stall: { fromMs, toMs: 1_300 },
    })
    assertSecret(heard)
  })

describe('the companion of a frame, which nobody can take a key out of', () => {
  const g722: CodecFormat = { codec: 'G722', clockRateHz: 8_000 }
  const opusFormat: CodecFormat = { codec: 'OPUS', clockRateHz: 48_000 }
  before(loadOpus)

  for (const codec of [g722, opusFormat])
    test(`roomDoor() hands on none while a room is open, and before and after it does: ${codec.codec}`, async () => {
      const keys = presses('12', 'tone')
      const heard = await overhear({ keys, codec, lengthMs: 2_000, fromMs: 300, toMs: 1_000 })
      assert.ok(heard.wide.length > 0)
      assertSecret(heard)
      const withoutRoom = await overhear({ keys, codec, lengthMs: 1_000, fromMs: 5_000 })
      assert.ok(loudestWideTone(withoutRoom.wide) > -16) // what would be heard of them
    })

  test('roomDoor() says nothing at any rate while its streams get nothing', async () => {
    const speech = noise(2_000, 5_000)
    const room = { streams: 'nothing' } as const
    const heard = await overhear({
      keys: [],
      codec: g722,
      speech,
      lengthMs: 2_000,
      fromMs: 300,
      toMs: 1_000,
      room,
    })
    const loudest = (fromMs: number, toMs: number) => Math.max(...heard.wide.subarray(fromMs * 16, toMs * 16))
    assert.equal(loudest(310, 1_000), 0)
    assert.ok(loudest(0, 250) > 1_000 && loudest(1_500, 2_000) > 1_000)
  })

  test('roomDoor() hands a companion on with its own frame only', () => {
    const heard: [number, boolean][] = []
    const none = () => {}
    const door = roomDoor({
      taps: {
        streams: (_, position, wide) => void heard.push([position / 160, wide !== undefined]),
        recording: none,
        listening: none,
        bridge: none,
      },
      nowSamples: () => 0,
      isKeyDown: () => false,
      changed: none,
    })
    const wide = new Int16Array(320)
    for (let at = 0; at < 200; at += 1) {
      if (at === 3) door.set(everything)
      if (at === 20) door.set(null)
      door.frame(new Uint8Array(160), at * 160, false, at === 1 ? undefined : wide)
    }
    const companions = heard.filter(([, isWide]) => isWide).map(([at]) => at)
    const again = companions.find((at) => at > 3) ?? 0
    assert.deepEqual(companions.slice(0, 2), [0, 2])
    assert.ok(again > 20) // what was said in the room, and what waited in its line, has none
    assert.deepEqual(
      heard.map(([at]) => at),
      Array.from({ length: 200 }, (_, at) => at),
    )
  })
})

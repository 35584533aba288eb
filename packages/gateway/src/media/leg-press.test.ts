import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keyTone, parseEvent, toneDetector } from '@voxkeep/wire/dtmf'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { testLegs, type TestLeg } from './test-leg.ts'

/** The packets of events that left, with what they say. */
function eventsOf(one: TestLeg) {
  return one.heard().flatMap(({ payloadType, payload, ...rest }) => {
    const event = payloadType === 101 ? parseEvent(payload) : undefined
    return event === undefined ? [] : [{ ...rest, ...event }]
  })
}

function keysByEvent(one: TestLeg): string {
  const keys: string[] = []
  let last = -1
  for (const { timestamp, digit, end } of eventsOf(one)) {
    if (end && timestamp !== last) keys.push(digit)
    if (end) last = timestamp
  }
  return keys.join('')
}

function keysByTone(frames: readonly Uint8Array[]): string {
  let keys = ''
  const detector = toneDetector({ digit: ({ digit }) => (keys += digit) })
  frames.forEach((frame, index) => detector.push(frame, index * 160))
  return keys
}

/** What SDP agrees without telephone events. */
const tonesOnly = { dtmf: undefined } as unknown as Partial<NegotiatedAudio>

describe('Leg.press()', () => {
  test('E8: sends each key as RFC 4733 events: one timestamp, growing durations, three end packets', () => {
    const { clock, leg } = testLegs()
    const one = leg('a')
    clock.advance(500)
    one.leg.press(7, '5#')
    clock.advance(1_000)
    const packets = eventsOf(one)
    assert.equal(keysByEvent(one), '5#')
    const first = packets.filter(({ digit }) => digit === '5')
    assert.deepEqual(
      first.map(({ duration }) => duration),
      [160, 320, 480, 640, 800, 800, 800],
    )
    assert.deepEqual(
      first.map(({ end }) => end),
      [false, false, false, false, true, true, true],
    )
    assert.deepEqual(
      first.map(({ marker }) => marker),
      [true, false, false, false, false, false, false],
    )
    assert.equal(new Set(first.map(({ timestamp }) => timestamp)).size, 1)
    const [down, next] = [first[0], packets.find(({ digit }) => digit === '#')]
    assert.equal(((next?.timestamp ?? 0) - (down?.timestamp ?? 0)) >>> 0, 1_600) // 100 ms on, 100 ms off
    assert.deepEqual(
      one.events.filter(({ kind }) => kind === 'play.done'),
      [{ kind: 'play.done', leg: 'a', play: 7, why: 'finished' }],
    )
  })

  test('E8: begins an event on the timeline of the audio, whose packets and numbers go on without a step', () => {
    const { clock, leg } = testLegs()
    const one = leg('a', { ptimeMs: 40 })
    clock.advance(500)
    one.leg.press(1, '1')
    clock.advance(600)
    const all = one.heard()
    assert.ok(
      all.every(({ sequence }, i) => i === 0 || sequence === (((all[i - 1]?.sequence ?? 0) + 1) & 0xffff)),
    )
    const audio = all.filter(({ payloadType }) => payloadType === 0)
    const steps = audio.slice(1).map(({ timestamp }, i) => (timestamp - (audio[i]?.timestamp ?? 0)) >>> 0)
    assert.deepEqual([...new Set(steps)], [320])
    const down = eventsOf(one)[0]
    const before = all[all.findIndex(({ payloadType }) => payloadType === 101) - 1]
    const gap = ((down?.timestamp ?? 0) - (before?.timestamp ?? 0)) | 0
    assert.ok(Math.abs(gap) <= 320, `${gap}`)
  })

  test('E8: plays tones where the peer agreed on no events, with the pauses that `w` and `W` ask for', () => {
    const { clock, leg } = testLegs()
    const one = leg('a', tonesOnly)
    clock.advance(500)
    one.leg.press(1, '1wB0W*')
    clock.advance(4_000)
    const frames = one.heard().map(({ payload }) => payload.slice())
    assert.equal(keysByTone(frames), '1B0*')
    assert.equal(eventsOf(one).length, 0)
    const sounding = one.heard().filter(({ payload }) => payload.some((code) => (code | 0x80) !== 0xff))
    const times = sounding.map(({ atMs }) => atMs)
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    assert.deepEqual(
      gaps.filter((gap) => gap > 40).map((gap) => Math.round(gap / 100) * 100),
      [600, 100, 1_100],
    )
  })

  test('E8: waits for what is played, and a stop brings up the key that is down', () => {
    const { clock, leg } = testLegs()
    const one = leg('a')
    clock.advance(500)
    one.leg.play(1, new Uint8Array(8_000).fill(0x90))
    one.leg.press(2, '12')
    clock.advance(900)
    assert.equal(eventsOf(one).length, 0)
    clock.advance(200)
    one.leg.stopPlay()
    clock.advance(500)
    const packets = eventsOf(one)
    assert.ok(packets.every(({ digit }) => digit === '1'))
    assert.equal(packets.filter(({ end }) => end).length, 3)
    assert.equal(new Set(packets.map(({ timestamp }) => timestamp)).size, 1)
  })

  test('keeps each tone whole out of what the leg’s own taps hear, whatever was played before', () => {
    for (const played of [0, 1_000, 8_005, 8_080]) {
      const { clock, leg } = testLegs()
      const one = leg('a', tonesOnly)
      const tapped: Uint8Array[] = []
      one.leg.streams.outbound = (ulaw) => void tapped.push(ulaw.slice())
      clock.advance(500)
      one.leg.play(1, new Uint8Array(played).fill(0x90))
      one.leg.press(2, '4w7W1#')
      clock.advance(5_000)
      const sounds = tapped.flatMap((ulaw) => [...ulaw]).filter((code) => (code | 0x80) !== 0xff)
      assert.equal(sounds.length, played, 'nothing but what was played is heard')
    }
  })

  test('keeps tones out of what the leg’s own taps hear, and an echo of them is no key of the peer', () => {
    const { clock, leg } = testLegs()
    const one = leg('a', tonesOnly)
    const tapped: Uint8Array[] = []
    one.leg.streams.outbound = (ulaw) => void tapped.push(ulaw.slice())
    clock.advance(500)
    one.leg.press(1, '9')
    const tone = keyTone('9', 800) ?? new Uint8Array()
    const say = (from: number) => {
      for (let i = 0; i < 10; i += 1) {
        const payload = i < 5 ? tone.subarray(i * 160, i * 160 + 160) : new Uint8Array(160).fill(0xff)
        one.say({ sequence: from + i, timestamp: (from + i) * 160, payload })
        clock.advance(20)
      }
    }
    clock.advance(60)
    say(1)
    clock.advance(200)
    assert.equal(keysByTone(tapped), '')
    assert.deepEqual(
      one.events.filter(({ kind }) => kind === 'dtmf'),
      [],
    )
    clock.advance(1_000)
    say(71) // nobody pressed anything on our side by now
    clock.advance(300)
    assert.partialDeepStrictEqual(
      one.events.filter(({ kind }) => kind === 'dtmf'),
      [{ digit: '9' }],
    )
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testLegs, type TestLeg } from './test-leg.ts'
import { toneLevel } from './test-secure.ts'

const voice = (value: number) => new Uint8Array(160).fill(value)
const beepHz = 1_400

/** What a leg's own taps are told that it hears, frame by frame. */
function tapped(who: TestLeg): { streams: Uint8Array[]; recording: Uint8Array[] } {
  const taps = { streams: [] as Uint8Array[], recording: [] as Uint8Array[] }
  const { streams, recording } = who.leg
  const write = recording.write
  streams.outbound = (ulaw) => void taps.streams.push(ulaw.slice())
  recording.write = (channel, position, ulaw) => {
    if (channel === 1) taps.recording.push(ulaw.slice())
    write(channel, position, ulaw)
  }
  return taps
}

const beeping = (frames: readonly Uint8Array[]) =>
  frames.filter((frame) => toneLevel(frame, beepHz) > -25).length

test('Leg.beep() sounds for 200 ms over silence and over a queue, on the wire and in every tap of what the leg hears', () => {
  for (const isQueued of [false, true]) {
    const { clock, leg } = testLegs()
    const one = leg('a')
    const taps = tapped(one)
    clock.advance(500)
    if (isQueued) one.leg.play(1, new Uint8Array(8_000).fill(0xf0))
    clock.advance(100)
    one.leg.beep()
    clock.advance(600)
    const sent = one.heard().map(({ payload }) => payload)
    for (const frames of [sent, taps.streams, taps.recording]) assert.equal(beeping(frames), 10)
  }
})

test('Leg.beep() is mixed into a bridge whose packets pass, which pass untouched before and after, without a step in time', () => {
  const { clock, leg } = testLegs()
  const [near, far] = [leg('a'), leg('b')]
  const taps = tapped(far)
  clock.advance(1_000)
  near.leg.bridge(far.leg)
  for (let i = 1; i <= 100; i += 1) {
    if (i === 40) far.leg.beep()
    near.say({ sequence: i, timestamp: i * 160, payload: voice(0x80 + (i % 100)) })
    clock.advance(20)
  }
  const sent = far.heard().filter(({ atMs }) => atMs >= 1_000)
  assert.equal(beeping(sent.map(({ payload }) => payload)), 10)
  for (const frames of [taps.streams, taps.recording]) assert.equal(beeping(frames), 10)
  const passed = sent.filter(({ payload }) => payload.every((code) => code === payload[0] && code !== 0xff))
  assert.ok(passed.length >= 85, `${passed.length} passed`)
  const numbers = passed.map(({ payload }) => (payload[0] ?? 0) - 0x80)
  assert.deepEqual(numbers, [...new Set(numbers)]) // nothing is heard twice
  const steps = sent.slice(1).map(({ timestamp }, i) => (timestamp - (sent[i]?.timestamp ?? 0)) | 0)
  assert.ok(
    steps.every((step) => step > 0 && step <= 320),
    steps.filter((step) => step <= 0 || step > 320).join(' '),
  )
})

test('Leg.beep() sounds while the other side of a bridge says nothing', () => {
  const { clock, leg } = testLegs()
  const [near, far] = [leg('a', { silenceSuppression: true }), leg('b')]
  near.leg.bridge(far.leg)
  near.say({ sequence: 1, timestamp: 160, payload: voice(0x90) })
  clock.advance(500)
  far.leg.beep()
  clock.advance(500)
  assert.equal(beeping(far.heard().map(({ payload }) => payload)), 10)
})

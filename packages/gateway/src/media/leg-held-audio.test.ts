import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { keptUnjudged } from './contract.ts'
import { heldAudio, type HeldGap, type HeldTrack } from './leg-held-audio.ts'

const frame = 160
const silence = 0xff
const hold = { maxMs: 2_500, mask: 'silence' } as const
const holdSamples = 20_000

/** What a track says at a sample: never silence. */
const codeAt = (track: HeldTrack, at: number) => ((at * 7 + track * 101) % 250) + 1
const frameAt = (track: HeldTrack, position: number) =>
  Uint8Array.from({ length: frame }, (_, at) => codeAt(track, position + at))

function start(wanted: { readonly maxMs: number; readonly mask: 'silence' | 'tone' } = hold) {
  const heard: [Map<number, number>, Map<number, number>] = [new Map(), new Map()]
  const order: [number[], number[]] = [[], []]
  const gaps: HeldGap[] = []
  const held = heldAudio({
    emit(track, ulaw, position) {
      order[track].push(position)
      for (const [at, code] of ulaw.entries()) heard[track].set(position + at, code)
    },
    overwritten: (gap) => gaps.push(gap),
  })
  held.hold(wanted)
  const say = (track: HeldTrack, from: number, to: number) => {
    for (let at = from; at < to; at += frame) held.push(track, at, frameAt(track, at))
  }
  return { held, heard, order, gaps, say }
}

test('heldAudio() lets nothing be heard before it was judged, and then all of it as it was, at its own place', () => {
  const { held, heard, order, say } = start()
  say(0, 0, 8_000)
  assert.equal(heard[0].size, 0)
  held.judged(0, 4_005)
  assert.equal(heard[0].size, 4_000, 'whole frames')
  held.judged(0, 8_000)
  assert.deepEqual(
    order[0],
    Array.from({ length: 50 }, (_, n) => n * frame),
  )
  for (const [at, code] of heard[0]) assert.equal(code, codeAt(0, at))
})

test('heldAudio() overwrites what was found, to the sample, and nothing else', () => {
  const { held, heard, gaps, say } = start()
  say(0, 0, 16_000)
  held.redact(0, 3_003, 7_007, 'card')
  held.judged(0, 16_000)
  for (const [at, code] of heard[0]) assert.equal(code, at >= 3_003 && at < 7_007 ? silence : codeAt(0, at))
  assert.deepEqual(gaps, [{ track: 0, fromSamples: 3_003, toSamples: 7_007, why: 'card' }])
})

test('heldAudio() lets nothing be heard that came when its time was judged already', () => {
  const { held, heard, gaps, say } = start()
  held.judged(0, 3_600)
  say(0, 160, 4_800)
  held.judged(0, 4_800)
  assert.ok([...heard[0]].every(([at, code]) => (at < 3_600 ? code === silence : code === codeAt(0, at))))
  assert.equal(heard[0].size, 4_640)
  assert.deepEqual(gaps, [{ track: 0, fromSamples: 160, toSamples: 3_600, why: 'unjudged' }])
})

test('heldAudio() makes silence of what nobody judged in time, on a track of its own', () => {
  const { held, heard, gaps, say } = start()
  for (const [from, to] of [
    [0, holdSamples],
    [holdSamples, holdSamples + 1_600],
  ] as const) {
    say(1, from, to)
    held.judged(1, to)
  }
  assert.equal(heard[1].size, holdSamples + 1_600, 'the other track is not late for it')
  say(0, 0, holdSamples + 1_600)
  assert.equal(heard[0].size, 1_600)
  assert.ok([...heard[0].values()].every((code) => code === silence))
  held.judged(0, 30_000)
  assert.deepEqual(gaps, [{ track: 0, fromSamples: 0, toSamples: 1_600, why: 'unjudged' }])
  assert.equal(heard[0].get(1_600), codeAt(0, 1_600))
})

test('heldAudio() takes what a recording keeps though nobody judges it any more for what nobody judged', () => {
  const { held, heard, gaps, say } = start()
  held.judged(0, keptUnjudged)
  say(0, 0, holdSamples + 1_600)
  assert.equal(heard[0].size, 1_600)
  assert.ok([...heard[0].values()].every((code) => code === silence))
  held.judged(0, 30_000)
  assert.deepEqual(gaps, [{ track: 0, fromSamples: 0, toSamples: 1_600, why: 'unjudged' }])
})

test('heldAudio() keeps of a frame that was judged in part what was judged, when its time is over', () => {
  const { held, heard, say } = start({ maxMs: 40, mask: 'silence' })
  say(0, 0, 160)
  held.judged(0, 100)
  say(0, 160, 640)
  for (let at = 0; at < 160; at++) assert.equal(heard[0].get(at), at < 100 ? codeAt(0, at) : silence)
})

test('heldAudio() plays a tone where the policy wants one', () => {
  const { held, heard, say } = start({ ...hold, mask: 'tone' })
  say(0, 0, 1_600)
  held.redact(0, 320, 960, 'card')
  held.judged(0, 1_600)
  const inside = [...heard[0]].filter(([at]) => at >= 320 && at < 960).map(([, code]) => code)
  assert.equal(new Set(inside).size, 5)
  assert.deepEqual(inside.slice(0, 8), inside.slice(8, 16))
})

test('heldAudio() overwrites what is found before it was said', () => {
  const { held, heard, say } = start()
  held.redact(0, 800, 1_200, 'unheard')
  say(0, 0, 1_600)
  held.judged(0, 10_000)
  for (const [at, code] of heard[0]) assert.equal(code, at >= 800 && at < 1_200 ? silence : codeAt(0, at))
})

test('heldAudio() holds nothing, and emits nothing, when no stream waits', () => {
  const { held, heard, say } = start()
  say(0, 0, 3_200)
  held.drop()
  held.judged(0, 6_400)
  say(0, 3_200, 6_400)
  assert.equal(heard[0].size, 0)
  held.hold(hold)
  say(0, 6_400, 8_000)
  held.judged(0, 8_000)
  assert.equal(heard[0].size, 1_600)
})

test('heldAudio() keeps the longer of two holds', () => {
  const { held, heard, say } = start()
  held.hold({ maxMs: 100, mask: 'silence' })
  say(0, 0, 8_000)
  assert.equal(heard[0].size, 0)
})

test('heldAudio() never lets a sample be heard that was found or not judged, nor loses or moves one, whatever comes when', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), frames: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant('judge' as const), by: fc.integer({ min: 0, max: 3_000 }) }),
    fc.record({
      kind: fc.constant('find' as const),
      ahead: fc.nat(2_000),
      length: fc.integer({ min: 1, max: 1_500 }),
    }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { held, heard, order, say } = start({ maxMs: 200, mask: 'silence' })
      let [said, judged] = [0, 0]
      const judgedWhenSaid: number[] = []
      const judgedWhenHeard = new Map<number, number>()
      const found: [number, number][] = []
      for (const one of acts) {
        if (one.kind === 'say') {
          say(0, said, said + one.frames * frame)
          judgedWhenSaid.push(...Array.from({ length: one.frames }, () => judged))
          said += one.frames * frame
        } else if (one.kind === 'judge') {
          judged += one.by
          held.judged(0, judged)
        } else {
          // Whoever judges finds it before it says that it was judged.
          found.push([judged + one.ahead, judged + one.ahead + one.length])
          held.redact(0, judged + one.ahead, judged + one.ahead + one.length, 'card')
        }
        for (const at of heard[0].keys()) if (!judgedWhenHeard.has(at)) judgedWhenHeard.set(at, judged)
      }
      assert.deepEqual(
        order[0],
        order[0].toSorted((a, b) => a - b),
      )
      for (const [at, code] of heard[0]) {
        if (code !== silence) {
          assert.equal(code, codeAt(0, at))
          assert.ok(at < (judgedWhenHeard.get(at) ?? 0))
          assert.ok(at >= (judgedWhenSaid[Math.floor(at / frame)] ?? 0), 'it was there to be judged')
          assert.ok(found.every(([from, to]) => at < from || at >= to))
        }
      }
      const waiting = said - heard[0].size
      assert.ok(waiting <= 200 * 8 + frame)
    }),
  )
})

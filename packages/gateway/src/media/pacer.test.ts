import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { pacer } from './pacer.ts'

const unlimited = Number.MAX_SAFE_INTEGER
const audio = (bytes: number, value = 1) => new Uint8Array(bytes).fill(value)

/** A pacer under a clock that ticks it as the scheduler would. */
function run() {
  const sent: { at: number; nowMs: number; first: number; last: number; audible: boolean }[] = []
  const reached: { label: string; nowMs: number }[] = []
  const frame = new Uint8Array(160)
  let passed = 0
  let nowMs = 0
  let nextTickMs = 20
  const paced = pacer<string>({
    frame,
    send: (at, audible) => sent.push({ at, nowMs, first: frame[0] ?? -1, last: frame.at(-1) ?? -1, audible }),
    pass: () => void (passed += 1),
    reached: (label) => reached.push({ label, nowMs }),
  })
  paced.start(0)
  return {
    paced,
    sent,
    reached,
    /** Moves time on, ticking on the way. */
    until(ms: number) {
      while (nextTickMs <= ms) {
        nowMs = nextTickMs
        nextTickMs += 20
        paced.tick(nowMs)
      }
      nowMs = ms
    },
    /** Lets ticks fall out, as a stalled worker does. */
    stall(ms: number) {
      nowMs = ms
      nextTickMs = ms
    },
    append: (bytes: Uint8Array, limit = unlimited) => paced.append(bytes, limit, nowMs),
    passed: () => passed,
    audible: () => sent.filter((frame) => frame.audible),
  }
}

test('D19: pacer() sends one frame of silence every 20 ms while nobody speaks', () => {
  const { sent, until } = run()
  until(200)
  assert.equal(sent.length, 10)
  assert.ok(sent.every(({ first, last, audible }) => first === 0xff && last === 0xff && !audible))
  assert.deepEqual(
    sent.map(({ at }) => at),
    [20, 40, 60, 80, 100, 120, 140, 160, 180, 200],
  )
})

test('pacer() sends audio that meets an empty queue at once', () => {
  const { sent, until, append } = run()
  until(107)
  append(audio(160))
  assert.deepEqual(sent.at(-1), { at: 120, nowMs: 107, first: 1, last: 1, audible: true })
})

test('D2: pacer() plays a long burst in real time', () => {
  const { until, append, audible } = run()
  until(100)
  append(audio(20 * 8_000))
  until(100 + 19_900)
  assert.ok(audible().length < 1_000)
  until(100 + 20_020)
  assert.equal(audible().length, 1_000)
  const [first] = audible()
  const last = audible().at(-1)
  assert.ok(first !== undefined && last !== undefined)
  assert.ok(Math.abs(last.nowMs - first.nowMs - 19_980) <= 20)
})

test('pacer() holds an echoing app at next to no pacing delay, whatever the phase and its jitter', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 100, maxLength: 100 })
  fc.assert(
    fc.property(fc.nat(19), arrivals, (phase, jitters) => {
      const { until, append, sent, audible } = run()
      const arrivedAt = jitters.map((jitter, i) => 200 + phase + 20 * i + jitter)
      for (const atMs of arrivedAt) {
        until(atMs)
        append(audio(160))
      }
      until(2_400)
      const waits = audible().map(({ nowMs }, i) => nowMs - (arrivedAt[i] ?? 0))
      assert.equal(waits.length, 100)
      assert.ok(waits.every((wait) => wait <= 20))
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / 100
      assert.ok(mean < 3, `a mean of ${mean} ms`)
      assert.ok(sent.every(({ nowMs, audible }) => audible || nowMs <= 240 || nowMs >= 2_180))
    }),
  )
})

test('pacer() puts no silence into speech that comes up to 60 ms late, and keeps its timestamps', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 100, maxLength: 100 })
  fc.assert(
    fc.property(arrivals, (jitters) => {
      const { until, append, sent, audible } = run()
      let atMs = 0
      jitters.forEach((jitter, i) => {
        atMs = Math.max(atMs, 205 + 20 * i + jitter) // a connection keeps the order
        until(atMs)
        append(audio(160))
      })
      until(2_600)
      const speech = audible()
      assert.equal(speech.length, 100)
      const first = sent.indexOf(speech[0] as (typeof sent)[number])
      assert.deepEqual(sent.slice(first, first + 100), speech)
    }),
  )
})

test('pacer() goes over to silence when speech does not go on, in the time that has passed', () => {
  const { until, append, sent, passed } = run()
  until(105)
  append(audio(160))
  until(400)
  const after = sent.slice(sent.findIndex(({ audible }) => audible) + 1)
  const [first] = after
  assert.ok(first !== undefined && first.nowMs >= 180 && first.nowMs <= 220)
  assert.ok(Math.abs(first.at - first.nowMs) <= 20)
  assert.ok(passed() >= 2)
})

test('pacer() goes over to silence at once after speech that a label ends', () => {
  const { paced, until, append, sent, passed } = run()
  until(105)
  append(audio(480))
  paced.label('end')
  until(400)
  assert.equal(passed(), 0)
  assert.equal(sent.length, 20)
})

test('pacer() sends audio at once however soon after the tick it comes', () => {
  for (const phase of [0.1, 1, 5, 10, 15, 19, 19.9]) {
    const { until, append, sent } = run()
    for (let i = 0; i < 20; i += 1) {
      until(200 + phase + 20 * i)
      append(audio(160))
      assert.equal(sent.at(-1)?.nowMs, 200 + phase + 20 * i)
    }
  }
})

test('D19: pacer() timestamps never overlap, and leave out nothing but silence, however audio comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ waitMs: fc.nat(100), bytes: fc.nat(2_000) }), { maxLength: 40 }),
      (steps) => {
        const { paced, until, append, sent } = run()
        let atMs = 0
        for (const { waitMs, bytes } of steps) {
          until((atMs += waitMs))
          append(audio(bytes))
        }
        until(atMs + 200)
        fc.pre(paced.resyncs === 0)
        sent.forEach(({ at, nowMs }, i) => {
          const before = sent[i - 1]?.at ?? 0
          assert.ok(at >= before + 20 && at % 20 === 0)
          assert.ok(at === before + 20 || !sent[i]?.audible, 'only silence is ever left out')
          assert.ok(at - nowMs < 40, 'never far ahead of real time')
          assert.ok(nowMs - at <= 320, 'never far behind it')
        })
      },
    ),
  )
})

test('D3: pacer() puts no padding between messages of odd sizes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 100, max: 300 }), { minLength: 20, maxLength: 60 }), (sizes) => {
      const { until, append, sent } = run()
      until(100)
      const total = sizes.reduce((sum, size) => sum + size, 0)
      for (const size of sizes) append(audio(size))
      until(100 + total / 8 + 100)
      const speech = sent.filter((frame) => frame.audible)
      assert.ok(speech.slice(0, -1).every(({ first, last }) => first === 1 && last === 1))
      assert.equal(speech.length, Math.ceil(total / 160))
    }),
  )
})

test('D3: pacer() waits for the rest of a frame that comes a moment later', () => {
  const { until, append, audible } = run()
  until(105)
  append(audio(260))
  until(122)
  append(audio(60))
  until(200)
  assert.deepEqual(
    audible().map(({ first, last, nowMs }) => [first, last, nowMs]),
    [
      [1, 1, 105],
      [1, 1, 122],
    ],
  )
})

test('pacer() completes the last frame with silence', () => {
  const { until, append, audible } = run()
  until(100)
  append(audio(200))
  until(300)
  assert.deepEqual(
    audible().map(({ first, last }) => [first, last]),
    [
      [1, 1],
      [1, 0xff],
    ],
  )
})

test('D5: pacer() reports a label once the audio before it was sent', () => {
  const { paced, until, append, reached, sent } = run()
  until(100)
  append(audio(800))
  paced.label('end')
  assert.equal(reached.length, 0)
  until(300)
  const lastAudible = sent.findLast((frame) => frame.audible)
  assert.equal(reached.length, 1)
  assert.equal(reached[0]?.nowMs, lastAudible?.nowMs)
})

test('D6: pacer() reports a label at once when nothing is queued', () => {
  const { paced, reached } = run()
  paced.label('now')
  assert.deepEqual(reached, [{ label: 'now', nowMs: 0 }])
})

test('pacer() does not keep a label waiting for a frame that nobody completes', () => {
  const { paced, until, append, reached } = run()
  until(100)
  append(audio(170))
  paced.label('end')
  until(140)
  assert.equal(reached.length, 1)
})

test('D9, D10, interop 37: pacer() is silent within 40 ms of clear, and gives the labels back', () => {
  const { paced, until, append, sent, reached } = run()
  until(100)
  append(audio(8_000))
  paced.label('a')
  append(audio(8_000))
  paced.label('b')
  until(200)
  assert.deepEqual(paced.clear(), ['a', 'b'])
  const count = sent.length
  until(400)
  assert.ok(sent.slice(count).every((frame) => !frame.audible))
  const lastAudible = sent.findLast((frame) => frame.audible)
  assert.ok(lastAudible !== undefined && lastAudible.at + 20 - 200 <= 40)
  assert.equal(reached.length, 0)
})

test('D12: pacer() clears an empty queue without anything to give back, and goes on', () => {
  const { paced, until, append, audible } = run()
  until(100)
  assert.deepEqual(paced.clear(), [])
  append(audio(160))
  until(200)
  assert.equal(audible().length, 1)
})

test('D10, D13: pacer() gives each label back once, in order, however audio, labels, time and clear come', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('audio' as const), bytes: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({ kind: fc.constant('label' as const) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ kind: fc.constant('clear' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { paced, until, append, reached } = run()
      const back: string[] = []
      let told = 0
      let nowMs = 0
      let labels = 0
      const take = () => {
        for (; told < reached.length; told += 1) back.push(reached[told]?.label ?? '')
      }
      for (const each of steps) {
        if (each.kind === 'audio') append(audio(each.bytes))
        if (each.kind === 'label') paced.label(String(labels++))
        if (each.kind === 'wait') until((nowMs += each.ms))
        take()
        if (each.kind === 'clear') back.push(...paced.clear())
      }
      until(nowMs + 30_000)
      take()
      assert.deepEqual(
        back,
        Array.from({ length: labels }, (_, index) => String(index)),
      )
    }),
    { numRuns: 60 },
  )
})

test('pacer() sends what a short stall missed, and keeps the call in its time', () => {
  const { paced, until, append, stall, sent } = run()
  until(100)
  append(audio(80_000))
  stall(300)
  for (let i = 0; i < 10; i += 1) paced.tick(300)
  until(500)
  assert.equal(paced.resyncs, 0)
  const last = sent.at(-1)
  assert.ok(last !== undefined && last.at >= last.nowMs - 20)
})

test('pacer() goes on from where it was after a long stall, and counts it', () => {
  const { paced, until, append, stall, sent } = run()
  until(100)
  append(audio(80_000))
  stall(1_000)
  until(1_100)
  assert.equal(paced.resyncs, 1)
  assert.ok(
    sent.filter((frame) => frame.nowMs >= 1_000).length <= 8,
    'what was missed is not sent in a burst',
  )
})

test('pacer() sends no silence that a stall missed', () => {
  const { until, stall, sent, passed } = run()
  until(100)
  stall(300)
  until(400)
  assert.ok(sent.filter((frame) => frame.nowMs >= 300).length <= 7)
  assert.ok(passed() >= 8)
  const last = sent.at(-1)
  assert.ok(last !== undefined && Math.abs(last.at - last.nowMs) <= 20)
})

test('pacer() refuses audio past the limit', () => {
  const { append } = run()
  assert.equal(append(audio(500), 300), 300)
})

/** A pacer with live audio, one value a frame, besides its queue. */
function withLive() {
  const live: number[] = []
  const sent: { first: number; nowMs: number }[] = []
  const frame = new Uint8Array(160)
  let nowMs = 0
  let carried = false
  let passed = 0
  const paced = pacer<string>({
    frame,
    send: () => sent.push({ first: frame[0] ?? -1, nowMs }),
    pass: () => void (passed += 1),
    live() {
      const next = live.shift()
      if (next !== undefined) frame.fill(next)
      return next !== undefined
    },
    carried: () => carried,
    reached: () => {},
  })
  paced.start(0)
  return {
    paced,
    sent,
    passed: () => passed,
    carry: (value: boolean) => (carried = value),
    say(value: number) {
      live.push(value)
      paced.liveCame(nowMs)
    },
    until(ms: number) {
      while (nowMs < ms) paced.tick((nowMs += 20))
    },
    append: (bytes: Uint8Array) => paced.append(bytes, unlimited, nowMs),
  }
}

test('pacer() sends live audio as it comes, and no silence into it', () => {
  const { say, until, sent } = withLive()
  until(100)
  const before = sent.length
  for (let i = 1; i <= 20; i += 1) {
    say(i)
    until(100 + 20 * i)
  }
  assert.deepEqual(
    sent.slice(before).map(({ first }) => first),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  assert.ok(sent.slice(before).every(({ nowMs }, i) => nowMs <= 100 + 20 * (i + 1)))
})

test('pacer() gives queued audio the floor, and live audio after it', () => {
  const { paced, say, until, sent, append } = withLive()
  until(100)
  append(audio(1_600, 200))
  assert.equal(paced.busy, true)
  say(7)
  paced.label('end')
  until(280)
  assert.equal(
    sent.some(({ first }) => first === 7),
    false,
  )
  until(360)
  assert.equal(paced.busy, false)
  assert.equal(sent.filter(({ first }) => first === 200).length, 10)
  assert.equal(sent.filter(({ first }) => first === 7).length, 1)
})

test('pacer() lets silence in at once when live audio is over', () => {
  const { paced, say, until, sent } = withLive()
  until(100)
  say(7)
  paced.liveOver()
  until(140)
  assert.deepEqual(
    sent.slice(-2).map(({ first }) => first),
    [7, 0xff],
  )
})

test('pacer() lets time pass while somebody else’s packets carry the call', () => {
  const { paced, until, sent, carry, passed } = withLive()
  until(100)
  const before = sent.length
  carry(true)
  until(1_100)
  assert.equal(sent.length, before)
  assert.ok(passed() >= 49 && passed() <= 51)
  assert.ok(paced.sentUntilMs >= 1_100)
  carry(false)
  until(1_200)
  assert.equal(sent.length, before + 5)
})

test('pacer() sends the companion of a frame with it, and none with what has none', () => {
  const sent: [first: number, wide: number | undefined][] = []
  const [frame, wide] = [new Uint8Array(160), new Int16Array(320)]
  const paced = pacer<string>({
    frame,
    wide,
    send: (_, __, isWide) => sent.push([frame[0] ?? -1, isWide ? wide[0] : undefined]),
    pass: () => {},
    reached: () => {},
  })
  paced.start(0)
  const say = (value: number, bytes: number, isWide: boolean) =>
    paced.append(
      audio(bytes, value),
      unlimited,
      0,
      isWide ? new Int16Array(2 * bytes).fill(8 * value) : undefined,
    )
  say(1, 320, true)
  say(2, 160, false)
  say(3, 240, true) // and half a frame of it at the end
  paced.label('end')
  for (let ms = 20; ms <= 140; ms += 20) paced.tick(ms)
  assert.deepEqual(sent.slice(0, 6), [
    [1, 8],
    [1, 8],
    [2, undefined],
    [3, 24],
    [3, undefined],
    [255, undefined],
  ])
})

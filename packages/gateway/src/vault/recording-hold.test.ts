import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Mask } from './mask.ts'
import { recordingTimeline, samplesPerChunk, type TimelineHold } from './recording-timeline.ts'
import { audioAt } from './test-keys.ts'

const late = 2_000
const maxSamples = 24_000
const silence = 0xff

type Op =
  | { readonly op: 'write'; readonly channel: 0 | 1; readonly ahead: number; readonly length: number }
  | { readonly op: 'redact'; readonly channel: 0 | 1; readonly back: number; readonly length: number }
  | { readonly op: 'judged'; readonly channel: 0 | 1; readonly back: number }

const channel = fc.constantFrom<(0 | 1)[]>(0, 1)
const ops = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        op: fc.constant('write' as const),
        channel,
        ahead: fc.integer({ min: -3_000, max: 6_000 }),
        length: fc.integer({ min: 0, max: 4_000 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constant('redact' as const),
        channel,
        back: fc.integer({ min: -5_000, max: 40_000 }),
        length: fc.integer({ min: 0, max: 6_000 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constant('judged' as const),
        channel,
        back: fc.integer({ min: -1_000, max: 20_000 }),
      }),
    },
  ),
  { minLength: 20, maxLength: 90 },
)

interface Run {
  readonly sealed: Uint8Array
  /** What a sample must be, by `2 * position + channel`; undefined when it must be overwritten. */
  readonly expected: (at: number) => number | undefined
}

/** Runs the operations, and beside them a model that knows nothing of rings and chunks. */
function run(
  steps: readonly Op[],
  hold: TimelineHold,
  mask: Mask,
  say: (channel: 0 | 1, at: number) => number,
): Run {
  const chunks: Uint8Array[] = []
  const unjudged = new Set<number>()
  const line = recordingTimeline({
    lateSamples: late,
    hold,
    mask,
    onChunk: (chunk) => chunks.push(chunk.slice()),
    onUnjudged: (channel, { from, to }) => {
      for (let at = from; at < to; at++) unjudged.add(2 * at + channel)
    },
  })
  const said = new Map<number, number>()
  const redacted = new Set<number>()
  const written = [0, 0]
  const judged = [0, 0]
  const passed = [0, 0]
  const sealedTo = () => chunks.length * samplesPerChunk
  for (const step of steps) {
    const of = step.channel
    if (step.op === 'write') {
      const from = Math.max(0, line.newest + step.ahead)
      const before = sealedTo()
      line.write(
        of,
        from,
        Uint8Array.from({ length: step.length }, (_, at) => say(of, from + at)),
      )
      for (let at = Math.max(from, before, passed[of] as number); at < from + step.length; at++)
        said.set(2 * at + of, say(of, at))
      written[of] = Math.max(written[of] as number, from + step.length)
    } else if (step.op === 'redact') {
      const from = Math.max(0, line.newest - step.back)
      const missed = line.redact(of, from, from + step.length)
      const lateOnes = new Set(
        missed.flatMap((span) => [...Array(span.to - span.from).keys()].map((at) => at + span.from)),
      )
      for (let at = from; at < from + step.length; at++) if (!lateOnes.has(at)) redacted.add(2 * at + of)
      for (const at of lateOnes) assert.ok(at < sealedTo(), 'what is not sealed is never missed')
    } else {
      const through = line.newest - step.back
      line.judged(of, through)
      if (through <= (judged[of] as number)) continue
      judged[of] = through
      passed[of] = Math.min(through, written[of] as number)
    }
  }
  const rest = line.finish(line.newest).slice()
  const gone = (at: number) => redacted.has(at) || (hold.unjudged !== 'keep' && unjudged.has(at))
  return {
    sealed: new Uint8Array(Buffer.concat([...chunks, rest])),
    expected: (at) => (gone(at) ? undefined : (said.get(at) ?? silence)),
  }
}

const policies = fc.record({
  unjudged: fc.constantFrom<TimelineHold['unjudged'][]>('silence', 'tone', 'keep'),
  mask: fc.constantFrom<Mask[]>('silence', 'tone'),
})

test('recordingTimeline() with a hold seals every sample that may be heard as it was said', () => {
  fc.assert(
    fc.property(ops, policies, (steps, { unjudged, mask }) => {
      const { sealed, expected } = run(steps, { maxSamples, unjudged }, mask, audioAt)
      assert.ok(sealed.every((code, at) => code === (expected(at) ?? code)))
    }),
    { numRuns: 25 },
  )
})

test('recordingTimeline() with a hold seals nothing that depends on what may not be heard', () => {
  fc.assert(
    fc.property(ops, policies, (steps, { unjudged, mask }) => {
      const hold = { maxSamples, unjudged }
      const { sealed, expected } = run(steps, hold, mask, audioAt)
      const otherwise = (of: 0 | 1, at: number) =>
        expected(2 * at + of) === audioAt(of, at) ? audioAt(of, at) : ((audioAt(of, at) + 57) % 120) + 1
      const other = run(steps, hold, mask, otherwise)
      assert.ok(Buffer.from(sealed).equals(Buffer.from(other.sealed)))
    }),
    { numRuns: 25 },
  )
})

function held(hold: Partial<TimelineHold> = {}) {
  const chunks: Uint8Array[] = []
  const unjudged: string[] = []
  const line = recordingTimeline({
    lateSamples: late,
    hold: { maxSamples, unjudged: 'silence', ...hold },
    mask: 'silence',
    onChunk: (chunk) => chunks.push(chunk.slice()),
    onUnjudged: (channel, { from, to }) => unjudged.push(`${channel} ${from}-${to}`),
  })
  const speak = (channel: 0 | 1, from: number, to: number) => {
    for (let at = from; at < to; at += 160)
      line.write(
        channel,
        at,
        Uint8Array.from({ length: Math.min(160, to - at) }, (_, i) => audioAt(channel, at + i)),
      )
  }
  return { chunks, unjudged, line, speak }
}

test('recordingTimeline() with a hold hands a chunk out when both channels are judged past its end', () => {
  const { chunks, unjudged, line, speak } = held()
  speak(0, 0, samplesPerChunk + late)
  line.judged(0, samplesPerChunk)
  line.judged(1, samplesPerChunk - 1)
  assert.equal(chunks.length, 0)
  line.judged(1, samplesPerChunk)
  assert.equal(chunks.length, 1)
  assert.deepEqual(unjudged, [])
})

test('recordingTimeline() with a hold hands a chunk out at its deadline, and says what of it nobody judged', () => {
  const { chunks, unjudged, line, speak } = held()
  line.judged(0, 5_000)
  speak(0, 0, samplesPerChunk + maxSamples - 1)
  assert.equal(chunks.length, 0)
  speak(0, samplesPerChunk + maxSamples - 1, samplesPerChunk + maxSamples)
  assert.deepEqual(unjudged, [`0 5000-${samplesPerChunk}`], 'what nobody said needs no judgement')
  const caller = chunks[0]?.filter((_, at) => at % 2 === 0) ?? new Uint8Array()
  assert.ok(caller.subarray(0, 5_000).every((code, at) => code === audioAt(0, at)))
  assert.ok(caller.subarray(5_008).every((code) => code === silence))
})

test('recordingTimeline().judged() ahead of time lets audio through as it comes, but none that comes behind judged audio', () => {
  const { line, speak } = held()
  line.judged(0, 10_000)
  speak(0, 320, 640)
  line.judged(0, 20_000)
  assert.equal(line.write(0, 0, new Uint8Array(160)), false)
  assert.equal(line.write(0, 640, new Uint8Array(160)), true)
})

test('recordingTimeline().redact() gives back what was handed out as it was said, and nothing that was silenced then', () => {
  const { line, speak } = held()
  line.judged(0, 4_000)
  speak(0, 0, 5_000)
  line.redact(0, 1_000, 2_000)
  line.advance(samplesPerChunk + maxSamples)
  assert.deepEqual(line.redact(0, 500, 6_000), [
    { from: 500, to: 1_000 },
    { from: 2_000, to: 4_000 },
  ])
})

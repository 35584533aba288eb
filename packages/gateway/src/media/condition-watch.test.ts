import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { conditionWatch, type Symptoms } from './condition-watch.ts'

const healthy: Symptoms = { oneWay: false, muteMs: 0, recentMos: 4.3 }

/** What is told, with when, while the symptoms last for so long each, looked at twice a second. */
function told(phases: readonly (readonly [seconds: number, Partial<Symptoms>])[]): string[] {
  const watch = conditionWatch()
  const heard: string[] = []
  let nowMs = 0
  for (const [seconds, symptoms] of phases) {
    for (const endMs = nowMs + seconds * 1_000; nowMs < endMs; nowMs += 500) {
      const condition = watch.check({ ...healthy, ...symptoms }, nowMs)
      if (condition !== undefined) heard.push(`${nowMs / 1_000} ${condition}`)
    }
  }
  return heard
}

test('conditionWatch() says nothing of a call that is well', () => {
  assert.deepEqual(told([[600, {}]]), [])
})

test('conditionWatch() tells a bad line after ten seconds, and a good one after five', () => {
  assert.deepEqual(
    told([
      [20, { recentMos: 2.5 }],
      [20, {}],
    ]),
    ['10 poor', '25 fine'],
  )
})

test('conditionWatch() tells no dip, and does not flap on the edge', () => {
  assert.deepEqual(
    told([
      [10, {}],
      [9, { recentMos: 1 }],
      [30, {}],
    ]),
    [],
  )
  const edge = Array.from({ length: 20 }, (_, i) => [10, { recentMos: i % 2 ? 3.1 : 2.9 }] as const)
  assert.deepEqual(told(edge), [])
  assert.deepEqual(told([[20, { recentMos: 2.9 }], ...edge]), ['10 poor'])
})

test('conditionWatch() tells mute after ten seconds of it, one-way at once, and the worse first', () => {
  assert.deepEqual(
    told([
      [5, { muteMs: 9_999 }],
      [5, { muteMs: 10_000 }],
    ]),
    ['5 mute'],
  )
  assert.deepEqual(
    told([
      [5, { oneWay: true, muteMs: 60_000, recentMos: 1 }],
      [10, {}],
    ]),
    ['0 one-way', '10 fine'],
  )
})

test('conditionWatch() keeps what it told while nothing comes at all', () => {
  assert.deepEqual(
    told([
      [20, { recentMos: 2 }],
      [60, { recentMos: undefined }],
    ]),
    ['10 poor'],
  )
})

test('conditionWatch() never tells the same twice in a row, whatever it sees', () => {
  const phase = fc.tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.record({
      oneWay: fc.boolean(),
      muteMs: fc.constantFrom(0, 20_000),
      recentMos: fc.constantFrom(1, 2.9, 3.2, 4.4, undefined),
    }),
  )
  fc.assert(
    fc.property(fc.array(phase, { maxLength: 30 }), (phases) => {
      const conditions = ['0 fine', ...told(phases)].map((line) => line.split(' ')[1])
      assert.ok(conditions.every((one, i) => one !== conditions[i - 1]))
    }),
  )
})

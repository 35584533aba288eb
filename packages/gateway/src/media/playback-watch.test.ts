import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playbackWatch } from './playback-watch.ts'

test('playbackWatch() tells when a bound is passed, when half of it is left, and when all was played', () => {
  const told: string[] = []
  const watch = playbackWatch({ high_ms: 1_000 }, ({ state, bufferedMs }) =>
    told.push(`${state} ${bufferedMs}`),
  )
  assert.ok(watch)
  watch.played(0)
  watch.queued(900)
  watch.queued(1_100)
  watch.queued(1_400)
  for (const waiting of [1_380, 700, 500, 480, 20, 0, 0]) watch.played(waiting)
  watch.queued(40)
  watch.played(0)
  assert.deepEqual(told, ['high 1100', 'ok 500', 'drained 0', 'drained 0'])
})

test('playbackWatch() tells an app that was high and is cleared only that all is gone', () => {
  const told: string[] = []
  const watch = playbackWatch({ high_ms: 1_000 }, ({ state }) => told.push(state))
  watch?.queued(5_000)
  watch?.played(0)
  assert.deepEqual(told, ['high', 'drained'])
})

test('playbackWatch() tells nobody without a bound', () => {
  assert.equal(
    playbackWatch({}, () => assert.fail()),
    undefined,
  )
  assert.equal(
    playbackWatch(undefined, () => assert.fail()),
    undefined,
  )
})

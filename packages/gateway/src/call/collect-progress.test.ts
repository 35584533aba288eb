import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { collectProgress } from './collect-progress.ts'

function bench() {
  const clock = fakeClock()
  const told: string[] = []
  const progress = collectProgress(clock, ({ name, step, keys }) => void told.push(`${name} ${step} ${keys}`))
  const keys = (count: number) =>
    progress.tell('pin', { step: 'keys', keys: count, attempt: 1, masked: '*'.repeat(count) })
  return { clock, told, progress, keys }
}

test('collectProgress() tells the latest number of keys, twice a second at most', () => {
  const { clock, told, keys } = bench()
  for (const count of [1, 2, 3, 4]) {
    keys(count)
    clock.advance(100)
  }
  clock.advance(1_000)
  assert.deepEqual(told, ['pin keys 1', 'pin keys 4'])
  assert.equal(clock.timers, 0)
})

test('collectProgress() tells anything else at once, and the keys before it no more', () => {
  const { clock, told, progress, keys } = bench()
  keys(1)
  keys(2)
  progress.tell('pin', { step: 'fault', keys: 0, attempt: 1, masked: '', fault: 'timeout' })
  clock.advance(1_000)
  assert.deepEqual(told, ['pin keys 1', 'pin fault 0'])
})

test('collectProgress() tells nothing once it is closed', () => {
  const { clock, told, progress, keys } = bench()
  keys(1)
  keys(2)
  progress.close()
  clock.advance(1_000)
  assert.deepEqual([told, clock.timers], [['pin keys 1'], 0])
})

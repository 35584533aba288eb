import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warnings } from './warnings.ts'

test('warnings() tells each kind at most once a second, with its count', () => {
  const told: [string, number][] = []
  const gathered = warnings((code, count) => told.push([code, count]))
  gathered.count('a')
  gathered.count('a')
  gathered.count('b')
  gathered.flush(0)
  gathered.count('a')
  gathered.flush(500)
  assert.deepEqual(told, [
    ['a', 2],
    ['b', 1],
  ])
  gathered.flush(1_000)
  gathered.flush(5_000)
  assert.deepEqual(told.slice(2), [['a', 1]])
})

test('flushAll() tells what waits, once', () => {
  const told: [string, number][] = []
  const gathered = warnings((code, count) => told.push([code, count]))
  gathered.count('a')
  gathered.flush(0)
  gathered.count('a')
  gathered.flush(500)
  gathered.flushAll()
  gathered.flushAll()
  assert.deepEqual(told, [
    ['a', 1],
    ['a', 1],
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latch } from './latch.ts'

test('latch() hands the first value, once, to the handler that waits', () => {
  const taken: number[] = []
  const one = latch<number>()
  one.handler = (value) => void taken.push(value)
  one.put(1)
  one.put(2)
  assert.deepEqual(taken, [1])
})

test('latch() holds a value for a handler that is set later', () => {
  const taken: number[] = []
  const one = latch<number>()
  one.put(1)
  one.handler = (value) => void taken.push(value)
  one.handler = (value) => void taken.push(value)
  assert.deepEqual(taken, [1])
})

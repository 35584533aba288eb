import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameQueue } from './frame-queue.ts'

test('frameQueue() gives what was pushed, in order, and ends', async () => {
  const queue = frameQueue<number>(10)
  queue.push(1)
  const read = Array.fromAsync(queue)
  queue.push(2)
  queue.end()
  queue.push(3)
  assert.deepEqual(await read, [1, 2])
})

test('frameQueue() drops the oldest when it is full, and counts them', async () => {
  const queue = frameQueue<number>(2)
  for (const item of [1, 2, 3, 4]) queue.push(item)
  queue.end()
  assert.equal(queue.dropped, 2)
  assert.deepEqual(await Array.fromAsync(queue), [3, 4])
})

test('frameQueue() wakes a reader who waits', async () => {
  const queue = frameQueue<number>(2)
  const reader = queue[Symbol.asyncIterator]()
  const next = reader.next()
  queue.push(7)
  assert.deepEqual(await next, { done: false, value: 7 })
})

test('frameQueue() refuses a second reader', () => {
  const queue = frameQueue<number>(2)
  queue[Symbol.asyncIterator]()
  assert.throws(() => queue[Symbol.asyncIterator](), TypeError)
})

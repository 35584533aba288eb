import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupCommit } from './group-commit.ts'

const options = { maxBatch: 3, maxQueued: 4, overflow: () => new Error('full') }

test('groupCommit() writes one tick’s items as one batch, in order, no larger than maxBatch', async () => {
  const batches: number[][] = []
  const commit = groupCommit<number>(async (items) => void batches.push([...items]), options)
  await Promise.all([1, 2, 3, 4].map((item) => commit.add(item)))
  await commit.settled()
  assert.deepEqual(batches, [[1, 2, 3], [4]])
  assert.equal(commit.pending, 0)
})

test('groupCommit() rejects every item of a batch that failed, and goes on with the next', async () => {
  const commit = groupCommit<number>(
    async (items) => (items.includes(1) ? Promise.reject(new Error('disk')) : undefined),
    { ...options, maxBatch: 2 },
  )
  const results = await Promise.allSettled([1, 2, 3].map((item) => commit.add(item)))
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected', 'fulfilled'],
  )
})

test('groupCommit() writes items alone when one of them is to blame, and refuses that one only', async () => {
  const written: number[] = []
  const commit = groupCommit<number>(
    async (items) => {
      if (items.includes(2)) throw new Error('value')
      written.push(...items)
    },
    { ...options, blamesItem: (error) => error instanceof Error && error.message === 'value' },
  )
  const results = await Promise.allSettled([1, 2, 3].map((item) => commit.add(item)))
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(written, [1, 3])
})

test('groupCommit() refuses an item when maxQueued wait', async () => {
  const open = Promise.withResolvers<void>()
  const commit = groupCommit<number>(() => open.promise, options)
  const first = [1, 2, 3, 4].map((item) => commit.add(item))
  await assert.rejects(commit.add(5), /full/)
  open.resolve()
  await Promise.all(first)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fakeClock, silentLog } from '#kernel'
import type { VerifyOptions } from '#objects'
import { startObjectCheck } from './object-check.ts'

const hour = 60 * 60_000

function checkWith(everyHours: number, fails: () => boolean = () => false) {
  const clock = fakeClock()
  const asked: (VerifyOptions | 'clean')[] = []
  const check = startObjectCheck({
    everyHours,
    sample: 5,
    clock,
    log: silentLog,
    cleanUp: async () => void asked.push('clean'),
    async verify(o) {
      asked.push(o)
      if (fails()) throw new Error('no database')
      return { checked: 5, bytes: 1, missing: [], altered: [], unchecked: [], unlisted: [], next: undefined }
    },
  })
  return { clock, asked, check }
}

test('startObjectCheck() compares a sample every so many hours, and goes on after a failure', async () => {
  let failures = 1
  const { clock, asked, check } = checkWith(2, () => failures-- > 0)
  clock.advance(hour)
  assert.deepEqual(asked, [])
  for (let round = 0; round < 2; round++) {
    clock.advance(2 * hour)
    await setImmediate()
  }
  assert.deepEqual(asked, ['clean', { limit: 5, oldest: true }, 'clean', { limit: 5, oldest: true }])
  await check[Symbol.asyncDispose]()
  clock.advance(10 * hour)
  assert.equal(asked.length, 4)
})

test('startObjectCheck() does nothing by itself with 0 hours', () => {
  const { clock, asked } = checkWith(0)
  clock.advance(1_000 * hour)
  assert.deepEqual([asked, clock.timers], [[], 0])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '#kernel'
import { lastSteps } from './last-steps.ts'

test('lastSteps() takes every step, in order, past those that fail', async () => {
  const [done, told]: [string[], unknown[]] = [[], []]
  const log = { ...silentLog, error: (_: string, fields?: object) => void told.push(fields) }
  await lastSteps(log, [
    ['one', async () => void done.push('one')],
    ['two', () => Promise.reject(new Error('no'))],
    ['three', async () => void done.push('three')],
  ])
  assert.deepEqual(done, ['one', 'three'])
  assert.equal((told[0] as { step: string }).step, 'two')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { velocity } from './velocity.ts'

const hour = 500_000

test('velocity() holds an app without a past to the minimum', () => {
  const pace = velocity({ factor: 5, minimum: 20 })
  pace.count(hour, 19)
  assert.equal(pace.judge(hour).unusual, false)
  pace.count(hour)
  assert.deepEqual(pace.judge(hour), { unusual: true, attempts: 21, usual: 0 })
})

test('velocity() compares with the hours of the last week in which there were calls', () => {
  const pace = velocity({ factor: 5, minimum: 20 })
  pace.count(hour - 167, 10)
  pace.count(hour - 2, 30)
  pace.count(hour, 100)
  assert.deepEqual(pace.judge(hour), { unusual: true, attempts: 101, usual: 20 })
  const calm = velocity({ factor: 5, minimum: 20 })
  calm.count(hour - 2, 30)
  calm.count(hour, 100)
  assert.equal(calm.judge(hour).unusual, false)
})

test('velocity() forgets what is older than a week', () => {
  const pace = velocity({ factor: 5, minimum: 20 })
  pace.count(hour - 169, 1_000)
  pace.count(hour, 20)
  assert.deepEqual(pace.judge(hour), { unusual: true, attempts: 21, usual: 0 })
})

test('velocity() alerts again in the same hour only at twice the attempts', () => {
  const pace = velocity({ factor: 5, minimum: 20 })
  pace.count(hour, 20)
  pace.alerted(hour)
  pace.count(hour, 21)
  assert.equal(pace.judge(hour).unusual, false)
  pace.count(hour)
  assert.equal(pace.judge(hour).unusual, true)
  pace.count(hour + 1, 210)
  assert.equal(pace.judge(hour + 1).unusual, true)
})

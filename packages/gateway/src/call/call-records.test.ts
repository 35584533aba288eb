import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'

test('callRecords() keeps a note once the call has a row, and tells of one that is too much', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'set', variables: { case: '7' } }, { type: 'wait' }))
  await begin(world)
  assert.equal(traced(world, /^kept/).length, 1)
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`name_${at}`, 'x'.repeat(400)]))
  const other = fakeWorld()
  other.decisions.push(answers({ type: 'set', variables: many }, { type: 'wait' }))
  await begin(other)
  assert.equal(other.told.filter(({ type }) => type === 'call.variables_refused').length, 1)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionAnswer } from './commands.ts'

test('decisionAnswer takes {actions} and the bare list for the same', () => {
  const actions = [{ type: 'answer' }, { type: 'hangup' }]
  assert.deepEqual(decisionAnswer.parse({ actions }), actions)
  assert.deepEqual(decisionAnswer.parse(actions), actions)
})

test('decisionAnswer says where the fault is', () => {
  const placesIn = (answer: unknown) =>
    decisionAnswer.safeParse(answer).error?.issues.map(({ path }) => path.join('.'))
  const actions = [{ type: 'answer' }, { type: 'transmogrify' }]
  assert.deepEqual(placesIn({ actions }), ['actions.1.type'])
  assert.deepEqual(placesIn(actions), ['actions.1.type'])
  assert.deepEqual(placesIn([{ type: 'stream' }]), ['actions.0.url'])
  assert.deepEqual(placesIn({}), ['actions'])
  assert.deepEqual(placesIn('answer'), [''])
})

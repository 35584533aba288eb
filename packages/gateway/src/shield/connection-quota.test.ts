import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { connectionQuota } from './connection-quota.ts'

test('connectionQuota() refuses the connection that is one too many', () => {
  const quota = connectionQuota({ perSource: 2, global: 3 })
  assert.deepEqual([quota.enter('a'), quota.enter('a'), quota.enter('a')], ['ok', 'ok', 'source'])
  assert.deepEqual([quota.enter('b'), quota.enter('c')], ['ok', 'global'])
  quota.leave('a')
  assert.equal(quota.enter('c'), 'ok')
})

test('connectionQuota() keeps room for those whose share is larger', () => {
  const quota = connectionQuota({ perSource: 10, global: 4 })
  assert.deepEqual(
    [quota.enter('a', 0.5), quota.enter('b', 0.5), quota.enter('c', 0.5)],
    ['ok', 'ok', 'global'],
  )
  assert.deepEqual([quota.enter('trunk'), quota.enter('trunk'), quota.enter('trunk')], ['ok', 'ok', 'global'])
})

test('connectionQuota() counts to zero again, in whatever order connections come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (sources) => {
      const quota = connectionQuota({ perSource: 3, global: 5 })
      const entered = sources.filter((source) => quota.enter(source) === 'ok')
      assert.ok(quota.open <= 5)
      for (const source of entered.toSorted()) quota.leave(source)
      quota.leave('a')
      assert.equal(quota.open, 0)
    }),
  )
})

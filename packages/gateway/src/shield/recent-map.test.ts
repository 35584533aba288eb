import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { recentMap } from './recent-map.ts'

test('recentMap() forgets the entry that was used longest ago', () => {
  const map = recentMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.get('a')
  map.set('c', 3)
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [1, undefined, 3])
})

test('recentMap() never grows past its limit, whatever is done to it', () => {
  const step = fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.string({ maxLength: 1 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const map = recentMap<number>(3)
      for (const [what, key] of steps) {
        if (what === 'set') map.set(key, 1)
        else if (what === 'get') map.get(key)
        else map.delete(key)
        assert.ok(map.size <= 3)
      }
    }),
  )
})

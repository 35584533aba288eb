import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId } from '#kernel'
import { ears } from './ears.ts'

test('ears() has the media listen while anybody does, leg by leg', () => {
  const told: string[] = []
  const { listen } = ears({ listen: (leg, on) => void told.push(`${leg} ${on}`) })
  const [a, b] = ['a', 'b'] as unknown as [LegId, LegId]
  const one = listen(a)
  const other = listen(a)
  const far = listen(b)
  one()
  one() // again: nothing
  assert.deepEqual(told, ['a true', 'b true'])
  other()
  far()
  assert.deepEqual(told.slice(2), ['a false', 'b false'])
  listen(a)
  assert.equal(told.at(-1), 'a true')
})

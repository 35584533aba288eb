import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sources } from './sources.ts'

test('sources() follows a source from its first packet on', () => {
  const known = sources(64, 2)
  assert.equal(known.find(7), undefined)
  assert.equal(known.highest(7), -1)
  const source = known.add(7, 100)
  source.replays.accept(100)
  assert.equal(known.find(7), source)
  assert.equal(known.highest(7), 100)
  assert.deepEqual([...known.positions()], [[7, 100]])
})

test('sources() keeps of the one that gives way how far it came, and takes nothing up to there again', () => {
  const known = sources(64, 2)
  for (const ssrc of [1, 2, 3]) known.add(ssrc, 10 * ssrc)
  assert.equal(known.find(1), undefined)
  assert.equal(known.highest(1), 10)
  assert.equal(known.admits(1), true)
  const again = known.add(1, 11)
  assert.equal(again.replays.status(10), 'old')
  assert.equal(again.replays.status(11), 'new')
  assert.equal(known.find(2), undefined, 'the next one gave way')
})

test('sources() never keeps more than it says, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000), { maxLength: 3_000 }),
      fc.integer({ min: 1, max: 8 }),
      (ssrcs, followed) => {
        const known = sources(64, followed)
        for (const ssrc of ssrcs) if (known.find(ssrc) === undefined && known.admits(ssrc)) known.add(ssrc, 1)
        assert.ok([...known.positions()].length <= 1_025 + followed)
      },
    ),
    { numRuns: 20 },
  )
})

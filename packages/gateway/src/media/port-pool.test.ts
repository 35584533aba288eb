import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { partitionPorts, portPool } from './port-pool.ts'

test('interop 13: portPool() hands out even ports whose neighbour lies in the range', () => {
  const pool = portPool({ portMin: 20_001, portMax: 20_006, drainMs: 0 })
  assert.deepEqual([pool.take(0), pool.take(0), pool.take(0)], [20_002, 20_004, undefined])
  assert.equal(pool.taken, 2)
})

test('interop 13: portPool() lets a port rest before it is handed out again', () => {
  const pool = portPool({ portMin: 20_000, portMax: 20_001, drainMs: 5_000 })
  assert.equal(pool.take(0), 20_000)
  pool.release(20_000, 1_000)
  assert.equal(pool.take(5_999), undefined)
  assert.equal(pool.take(6_000), 20_000)
})

test('interop 13: portPool() prefers the port that rested longest', () => {
  const pool = portPool({ portMin: 20_000, portMax: 20_003, drainMs: 0 })
  pool.take(0)
  pool.release(20_000, 10)
  assert.equal(pool.take(20), 20_002)
  assert.equal(pool.take(20), 20_000)
})

test('partitionPorts() gives each worker whole pairs of its own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 1, max: 16 }),
      (portMin, size, workers) => {
        const portMax = portMin + size
        const seen = new Set<number>()
        for (const part of partitionPorts({ portMin, portMax }, workers)) {
          const pool = portPool({ ...part, drainMs: 0 })
          for (let port = pool.take(0); port !== undefined; port = pool.take(0)) {
            assert.equal(port % 2, 0)
            assert.ok(port >= portMin && port + 1 <= portMax && !seen.has(port))
            seen.add(port)
          }
        }
        const whole = portPool({ portMin, portMax, drainMs: 0 })
        let count = 0
        while (whole.take(0) !== undefined) count += 1
        assert.equal(seen.size, count)
      },
    ),
  )
})

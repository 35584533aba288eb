import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badNetwork, type Impairment } from './bad-network.ts'

/** What comes out of a thousand numbered packets. */
function through(impairment: Impairment, seed = 1): number[] {
  const network = badNetwork(impairment, seed)
  const out: number[] = []
  for (let n = 0; n < 1_000; n += 1) {
    network.send(Uint8Array.of(n >> 8, n), ([high = 0, low = 0]) => out.push(high * 256 + low))
  }
  return out
}

test('badNetwork() leaves packets alone unless it is told otherwise', () => {
  assert.deepEqual(
    through({}),
    Array.from({ length: 1_000 }, (_, n) => n),
  )
})

test('badNetwork() loses as many as it is told, the same ones for the same seed', () => {
  const lost = 1_000 - through({ loss: 0.1 }).length
  assert.ok(lost > 70 && lost < 130, `${lost}`)
  assert.deepEqual(through({ loss: 0.1 }), through({ loss: 0.1 }))
  assert.notDeepEqual(through({ loss: 0.1 }), through({ loss: 0.1 }, 2))
})

test('badNetwork() loses in bursts', () => {
  const out = through({ burst: { begins: 0.02, ends: 0.3 } })
  const holes = out
    .slice(1)
    .map((n, i) => n - (out[i] ?? 0) - 1)
    .filter((missing) => missing > 0)
  const mean = holes.reduce((sum, one) => sum + one, 0) / holes.length
  assert.ok(mean > 2 && mean < 5, `${mean}`)
})

test('badNetwork() swaps neighbours, and sends some twice', () => {
  const swapped = through({ reorder: 0.2 })
  assert.ok(swapped.some((n, i) => n < (swapped[i - 1] ?? 0)))
  assert.ok(swapped.every((n, i) => Math.abs(n - i) <= 1))
  const doubled = through({ duplicate: 0.2 })
  assert.ok(doubled.length > 1_150 && doubled.length < 1_250)
  assert.equal(new Set(doubled).size, 1_000)
})

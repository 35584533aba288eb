import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { failover } from './failover.ts'

const targets = [1, 2, 3].map((n) => ({ address: `192.0.2.${n}`, port: 5061 }))

function tried(dead: Set<string>) {
  const clock = fakeClock()
  const first = failover(clock)
  return {
    clock,
    async order() {
      const seen: string[] = []
      await first(targets, ({ address }) => {
        seen.push(address.slice(-1))
        return dead.has(address) ? Promise.reject(new Error(address)) : Promise.resolve(address)
      }).catch((error: Error) => seen.push(`failed of ${error.message}`))
      return seen
    },
  }
}

test('failover() tries in order, and puts what failed last for half a minute', async () => {
  const dead = new Set(['192.0.2.1'])
  const { clock, order } = tried(dead)
  assert.deepEqual(await order(), ['1', '2'])
  assert.deepEqual(await order(), ['2'])
  dead.add('192.0.2.2').add('192.0.2.3')
  assert.deepEqual(await order(), ['2', '3', '1', 'failed of 192.0.2.1'])
  clock.advance(30_000)
  dead.clear()
  assert.deepEqual(await order(), ['1'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, silentLog, type TrunkId } from '#kernel'
import { trunkHealth, type ProbeResult } from './trunk-health.ts'
import type { Trunk } from './trunk.ts'

const id = 'carrier' as TrunkId
const alive: ProbeResult = { alive: true }
const dead: ProbeResult = { alive: false, why: 'timeout' }

function watched(health = { intervalMs: 30_000, failures: 3, successes: 2 }) {
  const clock = fakeClock()
  const changes: string[] = []
  const counts: string[] = []
  let probes = 0
  let answer: ProbeResult = alive
  const trunk = { id, outbound: { health } } as Trunk // what is looked at of a trunk
  const keeper = trunkHealth({
    trunks: [trunk],
    clock,
    chance: () => 0.5,
    probe: () => {
      probes += 1
      return Promise.resolve(answer)
    },
    log: silentLog,
    count: (name, labels = {}) => void counts.push([name, ...Object.values(labels)].join(' ')),
    onChange: (of, state) => void changes.push(`${of} ${state}`),
  })
  async function settled() {
    for (let i = 0; i < 4; i++) await Promise.resolve()
  }
  return {
    clock,
    changes,
    counts,
    keeper,
    probes: () => probes,
    /** Lets so many probes come to the same end. */
    async answers(result: ProbeResult, times = 1) {
      answer = result
      for (let i = 0; i < times; i++) {
        clock.advance(60_000) // more than an interval, and one probe: the next is set once this has ended
        await settled()
      }
    },
  }
}

test('trunkHealth() knows a trunk after its first answer', async () => {
  const { keeper, answers, changes } = watched()
  assert.equal(keeper.of(id), 'unknown')
  await answers(alive)
  assert.equal(keeper.of(id), 'up')
  assert.deepEqual(changes, ['carrier up'])
})

test('interop 27: trunkHealth() takes as many failures to go down, and successes to come back, as it is told', async () => {
  const { keeper, answers, changes } = watched()
  await answers(alive)
  await answers(dead, 2)
  await answers(alive)
  await answers(dead, 2)
  assert.equal(keeper.of(id), 'up')
  await answers(dead)
  assert.equal(keeper.of(id), 'down')
  await answers(alive)
  await answers(dead)
  await answers(alive)
  assert.equal(keeper.of(id), 'down')
  await answers(alive)
  assert.equal(keeper.of(id), 'up')
  assert.deepEqual(changes, ['carrier up', 'carrier down', 'carrier up'])
})

test('trunkHealth() probes at the interval, give or take a tenth, and counts what came of it', async () => {
  const { clock, answers, probes, counts } = watched()
  await answers(alive)
  clock.advance(26_999)
  assert.equal(probes(), 1)
  await answers(dead)
  assert.deepEqual(counts, [
    'trunk_probes carrier alive',
    'trunk_health_changes carrier up',
    'trunk_probes carrier timeout',
  ])
})

test('trunkHealth() leaves a trunk alone for as long as its peer asked, ten minutes at most', async () => {
  const { clock, keeper, answers, probes } = watched()
  await answers(alive)
  await answers({ alive: false, why: '503', retryAfterMs: 120_000 })
  assert.equal(keeper.of(id), 'down')
  const before = probes()
  clock.advance(119_000)
  assert.deepEqual([keeper.of(id), probes()], ['down', before])
  clock.advance(1_000)
  assert.deepEqual([keeper.of(id), probes()], ['up', before + 1])
  keeper.avoid(id, 86_400_000)
  clock.advance(599_999)
  assert.equal(keeper.of(id), 'down')
  clock.advance(1)
  assert.equal(keeper.of(id), 'up')
})

test('trunkHealth() counts a trunk that is not probed as up, but for what calls met', () => {
  const { clock, keeper, probes } = watched({ intervalMs: 0, failures: 1, successes: 1 })
  clock.advance(600_000)
  assert.deepEqual([keeper.of(id), probes()], ['up', 0])
  keeper.avoid(id, 5_000)
  assert.equal(keeper.of(id), 'down')
  clock.advance(5_000)
  assert.equal(keeper.of(id), 'up')
  assert.equal(keeper.of('other' as TrunkId), 'up')
})

test('trunkHealth() leaves no timer behind', async () => {
  const { clock, keeper, answers } = watched()
  await answers(alive)
  keeper[Symbol.dispose]()
  assert.equal(clock.timers, 0)
})

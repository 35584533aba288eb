import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fakeClock, silentLog } from '#kernel'
import { followLogs, type FollowDeps } from './follow-logs.ts'
import { memoryCursors, memoryLogs } from './memory-logs.ts'
import type { SecurityEvent } from './security-event.ts'

/** Lets everything that waits for nothing but promises come about. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}

function openWorld(o: Partial<FollowDeps> = {}) {
  const clock = fakeClock()
  const logs = memoryLogs()
  const cursors = memoryCursors()
  const handled: SecurityEvent[] = []
  const failing = { is: false }
  const start = (more: Partial<FollowDeps> = {}) =>
    followLogs({
      reader: 'r',
      holder: 'a',
      logs,
      cursors,
      clock,
      random: { bytes: (count) => new Uint8Array(count) },
      log: silentLog,
      startAt: 'beginning',
      batchEvents: 10,
      gatherMs: 0,
      settleMs: 0,
      async handle({ events }) {
        if (failing.is) throw new Error('away')
        handled.push(...events)
      },
      ...o,
      ...more,
    })
  const later = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(Math.min(left, 500))
      await quiet()
    }
  }
  return { clock, logs, cursors, handled, failing, start, later }
}

const indexes = (events: readonly SecurityEvent[]) => events.map(({ index }) => index)

describe('followLogs()', () => {
  test('handles each log in order, from its beginning, and what is appended later', async () => {
    const { logs, handled, start } = openWorld()
    for (let n = 0; n < 25; n++) logs.append('a.b')
    await using _follower = start()
    await quiet()
    logs.append('a.b')
    await quiet()
    assert.deepEqual(
      indexes(handled),
      Array.from({ length: 26 }, (_, n) => n),
    )
  })

  test('begins with what is appended from now on where that is asked for', async () => {
    const { logs, handled, start } = openWorld({ startAt: 'now' })
    for (let n = 0; n < 5; n++) logs.append('a.b')
    await using _follower = start()
    await quiet()
    logs.append('a.b')
    await quiet()
    assert.deepEqual(indexes(handled), [5])
  })

  test('leaves nothing out after a restart when it began before there was anything', async () => {
    const { logs, handled, failing, start } = openWorld({ startAt: 'now' })
    failing.is = true
    {
      await using _first = start()
      await quiet()
      logs.append('a.b')
      await quiet()
    }
    failing.is = false
    await using _second = start()
    await quiet()
    assert.deepEqual(indexes(handled), [0])
  })

  test('goes on where it was after a restart', async () => {
    const { logs, handled, start } = openWorld()
    for (let n = 0; n < 5; n++) logs.append('a.b')
    {
      await using _first = start()
      await quiet()
    }
    logs.append('a.b')
    await using _second = start()
    await quiet()
    assert.deepEqual(indexes(handled), [0, 1, 2, 3, 4, 5])
  })

  test('tries again after a failure, ever more slowly, and loses nothing', async () => {
    const { clock, logs, handled, failing, start, later } = openWorld()
    const failures: number[] = []
    failing.is = true
    logs.append('a.b')
    await using follower = start({ onFailure: () => failures.push(clock.monotonicMs()) })
    await quiet()
    await later(20_000)
    const pauses = failures.slice(1).map((at, n) => at - (failures[n] ?? 0))
    assert.ok(pauses.length >= 3)
    assert.ok(pauses.every((pause, n) => pause >= (pauses[n - 1] ?? 0)))
    assert.deepEqual([follower.behind.events, handled.length], [1, 0])
    failing.is = false
    await later(60_000)
    assert.deepEqual([indexes(handled), follower.behind.events], [[0], 0])
  })

  test('handles again what was handled in the time of doubt before a failure', async () => {
    const { logs, handled, failing, start, later } = openWorld({ settleMs: 10_000 })
    await using _follower = start()
    logs.append('old')
    await later(15_000) // that has settled
    logs.append('new')
    await later(1_000)
    failing.is = true
    logs.append('newer')
    await later(1_000)
    failing.is = false
    await later(60_000)
    assert.deepEqual(indexes(handled), [0, 1, 1, 2])
  })

  test('leaves the reading to one of several nodes, and takes over when that is gone', async () => {
    const { logs, handled, start, later } = openWorld()
    {
      await using _first = start({ holder: 'a' })
      await quiet()
      await using _second = start({ holder: 'b', handle: () => Promise.reject(new Error('not its turn')) })
      logs.append('a.b')
      await later(3_000)
      assert.deepEqual(indexes(handled), [0])
    }
    logs.append('a.b')
    await using _third = start({ holder: 'c' })
    await later(20_000)
    assert.deepEqual(indexes(handled), [0, 1])
  })

  test('lets no log wait for another', async () => {
    const { logs, start, later } = openWorld({ batchEvents: 5 })
    for (let n = 0; n < 100; n++) logs.append('a.b', {}, { log: 'busy' })
    logs.append('a.b', {}, { log: 'quiet' })
    const seen: string[] = []
    await using _follower = start({
      handle: async ({ events }) => void seen.push(...events.map(({ log }) => log)),
    })
    await later(1_000)
    assert.ok(seen.indexOf('quiet') <= 10)
    assert.equal(seen.length, 101)
  })

  test('says how far behind it is, and since when', async () => {
    const { logs, failing, start } = openWorld()
    failing.is = true
    for (let n = 0; n < 30; n++) logs.append('a.b', {}, { at: '2026-11-21T10:00:00.000Z' })
    await using follower = start()
    await quiet()
    assert.deepEqual(follower.behind, { events: 30, sinceMs: Date.parse('2026-11-21T10:00:00.000Z') })
  })
})

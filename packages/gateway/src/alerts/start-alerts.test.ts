import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fakeClock, silentLog } from '#kernel'
import { globs } from '#siem'
import type { Alert, AlertReceiver, WatchedEvent } from './alert.ts'
import { aRule, eventSource, memoryAlertStore } from './fake-alerts.ts'
import type { AlertRule } from './rules.ts'
import { startAlerts, type WatchedBatch } from './start-alerts.ts'

async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}

function openWorld(rules: readonly AlertRule[]) {
  const clock = fakeClock(Date.parse('2026-11-21T10:00:00.000Z'))
  const store = memoryAlertStore()
  const sent: (readonly Alert[])[] = []
  const failing = { is: false }
  const receiver: AlertReceiver = {
    id: 'soc',
    accepts: ({ severity }) => severity !== 'notice',
    async send(alerts) {
      if (failing.is) throw new Error('away')
      sent.push(alerts)
    },
  }
  let chance = 0
  let isFresh = true
  let handle: ((batch: WatchedBatch) => Promise<void>) | undefined
  const start = () => {
    isFresh = true
    return startAlerts({
      rules,
      receivers: [receiver],
      store,
      clock,
      random: { bytes: (count) => new Uint8Array(count).fill(chance++) },
      log: silentLog,
      gatherMs: 1_000,
      keepDays: 90,
      count: () => {},
      mayTell: async () => true,
      globs,
      follow(_reader, given) {
        handle = given
        return { [Symbol.asyncDispose]: async () => {} }
      },
    })
  }
  const later = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000))
      await quiet()
    }
  }
  const happen = async (...events: readonly WatchedEvent[]) => {
    const last = events.at(-1)
    assert.ok(last && handle)
    await handle({ events, next: new Map([[last.log, last.index + 1]]), isFresh })
    isFresh = false
    await quiet()
  }
  return { clock, store, sent, failing, start, later, happen }
}

describe('startAlerts()', () => {
  test('raises an alert, tells of it once, and counts more of the same in', async () => {
    const event = eventSource()
    const { store, sent, start, later, happen } = openWorld([aRule('tampering')])
    await using _alerts = start()
    await happen(event('audit.tampered', 0), event('audit.tampered', 1))
    await later(5_000)
    await happen(event('audit.tampered', 30))
    await later(5_000)
    assert.equal(sent.length, 1)
    const [alert] = [...store.alerts.values()]
    assert.equal(store.alerts.size, 1)
    assert.deepEqual(
      [alert?.events, alert?.severity, alert?.detail.types],
      [3, 'critical', { 'audit.tampered': 3 }],
    )
    assert.deepEqual(alert?.detail.examples, [
      'example/audit/acme#0',
      'example/audit/acme#1',
      'example/audit/acme#2',
    ])
  })

  test('tells of an alert again that goes on for longer than its cooldown', async () => {
    const event = eventSource()
    const { store, sent, start, later, happen } = openWorld([aRule('tampering')])
    await using _alerts = start()
    for (const atMin of [0, 40, 80]) {
      await happen(event('audit.tampered', atMin))
      await later(5_000)
    }
    assert.deepEqual([sent.length, store.alerts.size], [2, 1])
  })

  test('is quiet for a cooldown about what somebody looks after, however it goes on, and then begins anew', async () => {
    const event = eventSource()
    const { store, sent, start, later, happen } = openWorld([aRule('tampering')])
    await using _alerts = start()
    await happen(event('audit.tampered', 0))
    await later(5_000)
    const [first] = store.alerts.keys()
    store.acknowledge(first ?? '', new Date('2026-11-21T10:10:00.000Z'))
    for (const atMin of [30, 60]) await happen(event('audit.tampered', atMin))
    await later(5_000)
    assert.deepEqual([sent.length, store.alerts.size], [1, 1])
    await happen(event('audit.tampered', 90)) // whoever keeps it going must not be quiet for ever
    await later(5_000)
    assert.deepEqual([sent.length, store.alerts.size], [2, 2])
  })

  test('keeps nothing that a database does not take, whatever a changed entry says', async () => {
    const event = eventSource()
    const { store, start, happen } = openWorld([aRule('tampering')])
    await using _alerts = start()
    await happen(event('\0.tampered', 0), event('\0.tampered', 1))
    assert.deepEqual([...store.alerts.values()][0]?.detail.types, { ' .tampered': 2 })
  })

  test('is not silenced by an event of a clock that stood in the future', async () => {
    const event = eventSource()
    const { store, sent, start, later, happen } = openWorld([aRule('tampering')])
    await using _alerts = start()
    await happen(event('audit.tampered', 10_000))
    await later(5_000)
    await happen(event('audit.tampered', 0))
    await later(5_000)
    assert.deepEqual([sent.length, store.alerts.size], [2, 2])
  })

  test('tells of alerts of one moment in one message', async () => {
    const event = eventSource()
    const { sent, start, later, happen } = openWorld([aRule('tampering'), aRule('certificates')])
    await using _alerts = start()
    await happen(
      event('audit.tampered', 0),
      event('certificate.expired', 0, { fields: { certificate: 'listener 5061' } }),
    )
    await later(5_000)
    assert.deepEqual(
      sent.map((alerts) => alerts.map(({ rule }) => rule).toSorted()),
      [['certificates', 'tampering']],
    )
  })

  test('tells after a restart what was not told before, and does not tell twice', async () => {
    const event = eventSource()
    const { sent, failing, start, later, happen } = openWorld([aRule('tampering')])
    {
      await using _first = start()
      failing.is = true
      await happen(event('audit.tampered', 0))
      await later(3_000)
    }
    failing.is = false
    await using _second = start()
    await later(60_000)
    assert.equal(sent.length, 1)
  })

  test('tries a receiver again and again, gives it up in the end, and keeps the alert', async () => {
    const event = eventSource()
    const { store, failing, start, later, happen, clock } = openWorld([aRule('tampering')])
    await using _alerts = start()
    failing.is = true
    await happen(event('audit.tampered', 0))
    await later(10_000)
    assert.ok((store.notices[0]?.attempt ?? 0) >= 1)
    for (let tries = 0; tries < 40 && store.notices.length > 0; tries++) {
      clock.advance(30 * 60 * 60_000)
      await quiet()
    }
    assert.deepEqual([store.notices.length, store.alerts.size], [0, 1])
  })

  test('does not tell receivers what they do not want to hear', async () => {
    const event = eventSource()
    const { store, sent, start, later, happen } = openWorld([
      aRule('own', { severity: 'notice', types: ['a.b'] }),
    ])
    await using _alerts = start()
    await happen(event('a.b', 0))
    await later(5_000)
    assert.deepEqual([sent.length, store.alerts.size, store.notices.length], [0, 1, 0])
  })

  test('counts from the store again after a failure, so that nothing counts twice', async () => {
    const event = eventSource()
    const world = openWorld([aRule('own', { threshold: 3 })])
    await using _alerts = world.start()
    const { apply } = world.store
    await world.happen(event('a.b', 0))
    Object.assign(world.store, { apply: () => Promise.reject(new Error('disk full')) })
    const second = event('a.b', 1)
    await assert.rejects(world.happen(second))
    Object.assign(world.store, { apply })
    await world.happen(second)
    assert.equal(world.store.alerts.size, 0)
    await world.happen(event('a.b', 2))
    assert.equal(world.store.alerts.size, 1)
  })
})

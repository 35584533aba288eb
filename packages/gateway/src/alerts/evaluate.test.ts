import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { globs } from '#siem'
import type { AlertCount } from './alert.ts'
import { evaluator } from './evaluate.ts'
import { aRule, eventSource } from './fake-alerts.ts'
import type { AlertRule } from './rules.ts'

const open = (rules: readonly AlertRule[], kept: readonly AlertCount[] = []) => evaluator(rules, kept, globs)
const hour = 60

describe('evaluator()', () => {
  test('fires at once for a rule that waits for nothing, and for its types only', () => {
    const event = eventSource()
    const { firings, counts } = open([aRule('tampering')]).evaluate([
      event('call.ended', 0),
      event('audit.tampered', 1),
    ])
    assert.deepEqual(
      firings.map((firing) => [firing.event.type, firing.key.tenant, firing.limit]),
      [['audit.tampered', 'acme', 1]],
    )
    assert.deepEqual(counts, [])
  })

  test('fires when one actor reaches the threshold within the window, and not across actors', () => {
    const event = eventSource()
    const rule = aRule('own', { types: ['a.b'], groupBy: 'actor', threshold: 3, windowMs: hour * 60_000 })
    const counting = open([rule])
    const by = (actor: string, atMin: number) =>
      counting.evaluate([event('a.b', atMin, { actor })]).firings.length
    assert.deepEqual([by('x', 0), by('y', 1), by('x', 2), by('y', 3), by('x', 4)], [0, 0, 0, 0, 1])
  })

  test('forgets what lies outside the window', () => {
    const event = eventSource()
    const counting = open([aRule('own', { threshold: 3, windowMs: hour * 60_000 })])
    const fires = (atMin: number) => counting.evaluate([event('a.b', atMin)]).firings.length > 0
    assert.deepEqual(
      [fires(0), fires(1), fires(90), fires(91), fires(92)],
      [false, false, false, false, true],
    )
  })

  test('adds up a field where the rule asks for it', () => {
    const event = eventSource()
    const counting = open([aRule('own', { threshold: 100, sum: 'bytes' })])
    const add = (bytes: number | string) =>
      counting.evaluate([event('a.b', 0, { fields: { bytes } })]).firings.length
    assert.deepEqual([add(60), add('no number'), add(-5), add(40)], [0, 0, 0, 1])
  })

  test('fires for what is far above the usual of one actor, and for nothing that is usual', () => {
    const event = eventSource()
    const rule = aRule('unusual-reads')
    const counting = open([rule])
    const read = (count: number, atMin: number) =>
      counting.evaluate(Array.from({ length: count }, () => event('recording.read', atMin))).firings
    for (let day = 0; day < 48; day++) assert.equal(read(10, day * hour).length, 0)
    const firings = read(60, 48 * hour)
    const [first] = firings
    assert.ok(first)
    assert.equal(Math.round(first.limit / 10), 4)
    assert.equal(Math.round(first.usual ?? 0), 10)
  })

  test('calls nothing unusual of somebody who is new', () => {
    const event = eventSource()
    const firings = open([aRule('unusual-reads')]).evaluate(
      Array.from({ length: 500 }, () => event('recording.read', 0)),
    ).firings
    assert.deepEqual(firings, [])
  })

  test('goes on with what was counted before a restart', () => {
    const event = eventSource()
    const rule = aRule('own', { threshold: 3 })
    const { counts } = open([rule]).evaluate([event('a.b', 0), event('a.b', 1)])
    const kept = [{ ...counts[0], events: 2 } as AlertCount]
    assert.equal(open([rule], kept).evaluate([event('a.b', 2)]).firings.length, 1)
  })

  test('counts strangers together once there are too many of them', () => {
    const event = eventSource()
    const rule = aRule('own', { groupBy: 'actor', threshold: 1_000 })
    const counting = open([rule])
    const events = Array.from({ length: 3_000 }, (_, n) => event('a.b', 0, { actor: `stranger ${n}` }))
    const { counts, firings } = counting.evaluate(events)
    assert.equal(new Set(counts.map(({ group_key }) => group_key)).size, 1_001)
    assert.equal(firings[0]?.key.group_key, '(others)')
  })

  test('names groups by what a database takes, whatever a field holds', () => {
    const event = eventSource()
    const rule = aRule('own', { types: ['a.b'], groupBy: 'name', threshold: 1 })
    const groupOf = (name: string) => {
      const { firings } = open([rule]).evaluate([event('a.b', 0, { fields: { name } })])
      return firings[0]?.key.group_key
    }
    assert.equal(groupOf('a\0b'), 'a b')
    assert.ok(groupOf(`${'x'.repeat(199)}😀`)?.isWellFormed())
  })

  test('makes no alerts of alerts', () => {
    const event = eventSource()
    assert.deepEqual(
      open([aRule('own', { types: ['alert.*'] })]).evaluate([event('alert.raised', 0)]).firings,
      [],
    )
  })

  test('keeps to a rule’s tenants', () => {
    const event = eventSource()
    const counting = open([aRule('tampering', { tenants: ['other'] })])
    assert.deepEqual(counting.evaluate([event('audit.tampered', 0)]).firings, [])
  })
})

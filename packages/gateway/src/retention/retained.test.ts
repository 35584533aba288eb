import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configSchema, type TenantId } from '#kernel'
import { policies } from './policy.ts'
import { dueParts, gone, nextDue, retained } from './retained.ts'

const start = new Date('2026-01-01T00:00:00Z')
const rules = (config: object = {}) => policies(configSchema.shape.retention.parse(config))
const policy = (config?: object) => rules(config).of('acme' as TenantId, undefined)

test('retained() says when each part is due, and nextDue() which comes first', () => {
  const parts = retained(policy(), start)
  assert.equal(parts.numbers, '2026-01-31T00:00:00.000Z')
  assert.equal(parts.calls, '2027-01-01T00:00:00.000Z')
  assert.deepEqual(nextDue(parts), new Date('2026-01-08T00:00:00Z'))
})

test('retained() leaves gone what is gone', () => {
  const parts = retained(policy(), start, { numbers: gone, story: '2020-01-01T00:00:00.000Z' })
  assert.deepEqual([parts.numbers, parts.story], [gone, '2026-01-31T00:00:00.000Z'])
})

test('nextDue() is null when nothing is ever due', () => {
  const forever = Object.fromEntries(Object.keys(policy().keep).map((type) => [type, 'forever']))
  assert.equal(nextDue(retained(policy({ keep: forever }), start)), null)
})

test('dueParts() names what is due, and all that is left once the row is', () => {
  const parts = retained(policy(), start, { ladders: gone })
  assert.deepEqual(dueParts(parts, new Date('2026-01-07T00:00:00Z')), [])
  assert.deepEqual(dueParts(parts, new Date('2026-01-08T00:00:00Z')), ['deliveries'])
  assert.deepEqual(dueParts(parts, new Date('2027-01-01T00:00:00Z')), [
    'numbers',
    'story',
    'receipts',
    'calls',
    'deliveries',
  ])
})

test('policies() remembers no labels that mean nothing, and changes its version with the policies', () => {
  const some = rules({ policies: [{ id: 'a', label: 'x', keep: { audio: '1d' } }] })
  const acme = 'acme' as TenantId
  assert.equal(some.of(acme, 'made-up'), some.of(acme, 'another'))
  assert.notEqual(some.version, rules().version)
  assert.equal(rules().version, rules().version)
  assert.equal(some.labelOf({ retention: 'x' }), 'x')
  assert.equal(some.labelOf(null), undefined)
})

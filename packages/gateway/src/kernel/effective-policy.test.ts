import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectivePolicy, retentionFaults } from './effective-policy.ts'
import type { Config } from './config-schema.ts'
import { configSchema } from './config-schema.ts'
import { serializePeriod } from './period.ts'

const parse = (section: object): Config['retention'] => configSchema.shape.retention.parse(section)
const keeps = (section: object, tenant: string, label?: string) => {
  const { id, keep, mandatory } = effectivePolicy(parse(section), tenant, label)
  return [id, serializePeriod(keep.audio), serializePeriod(keep.calls), mandatory]
}
const policies = [
  { id: 'both', tenants: ['bank'], label: 'advice', keep: { calls: '10y' } },
  { id: 'label', label: 'advice', keep: { audio: '5y', numbers: '5y', calls: '5y' }, mandatory: true },
  { id: 'tenant', tenants: ['bank'], keep: { audio: '7d' } },
]

test('effectivePolicy() takes the most specific entry, and from the others what that leaves open', () => {
  assert.deepEqual(keeps({ policies }, 'shop'), ['default', '30d', '1y', false])
  assert.deepEqual(keeps({ policies }, 'bank'), ['tenant', '7d', '1y', false])
  assert.deepEqual(keeps({ policies }, 'shop', 'advice'), ['label', '5y', '5y', true])
  assert.deepEqual(keeps({ policies }, 'bank', 'advice'), ['both', '5y', '10y', true])
  assert.deepEqual(keeps({ policies }, 'bank', 'made-up'), ['tenant', '7d', '1y', false])
})

const faults = (section: object) => retentionFaults({ retention: parse(section) } as Config)

test('retentionFaults() finds what would outlive its call, or the numbers by which a person finds it', () => {
  assert.deepEqual(faults({}), [])
  assert.deepEqual(faults({ policies }), [])
  const [orphan] = faults({ keep: { receipts: '2y' } })
  assert.deepEqual(orphan?.[0], ['retention', 'keep'])
  assert.match(orphan?.[1] ?? '', /"default" keeps receipts for 2y, but calls for 1y/)
  const [lost] = faults({ policies: [{ id: 'long', label: 'x', keep: { audio: '1y' } }] })
  assert.deepEqual(lost?.[0], ['retention', 'policies', 0])
  assert.match(lost?.[1] ?? '', /without the numbers it could not be found/)
})

test('retentionFaults() finds a name that is there twice', () => {
  const twice = { id: 'a', keep: { audio: '1d' } }
  assert.deepEqual(faults({ policies: [twice, { ...twice, label: 'x' }] }), [
    [['retention', 'policies', 1, 'id'], 'there is another "a"'],
  ])
})

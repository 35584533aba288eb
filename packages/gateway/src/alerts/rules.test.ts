import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInRules, resolveRules } from './rules.ts'

const change = (rule: { readonly id: string; readonly [name: string]: unknown }) => ({
  enabled: true,
  ...rule,
})

test('resolveRules() has the built-in rules on, each with something to fire at', () => {
  const rules = resolveRules([])
  assert.deepEqual(
    rules.map(({ id }) => id),
    builtInRules.map(({ id }) => id),
  )
  for (const { id, threshold, baseline } of rules)
    assert.ok(threshold !== undefined || baseline !== undefined, id)
})

test('resolveRules() takes changes to a built-in rule, turns one off, and adds one’s own', () => {
  const rules = resolveRules([
    change({ id: 'large-exports', threshold: 5 }),
    { id: 'toll-fraud', enabled: false },
    change({ id: 'mine', types: ['a.b'] }),
  ])
  const found = (id: string) => rules.find((rule) => rule.id === id)
  assert.partialDeepStrictEqual(found('large-exports'), { threshold: 5, groupBy: 'actor', severity: 'high' })
  assert.equal(found('toll-fraud'), undefined)
  assert.partialDeepStrictEqual(found('mine'), { title: 'mine', threshold: 1, severity: 'warning' })
})

test('resolveRules() refuses a rule that looks at nothing', () => {
  assert.throws(() => resolveRules([change({ id: 'mine' })]), { code: 'ALERT_RULE_INVALID' })
})

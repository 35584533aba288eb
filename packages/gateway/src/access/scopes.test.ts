import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isScope, scopes } from './scopes.ts'

test('isScope() knows every scope and nothing else', () => {
  for (const scope of scopes) assert.equal(isScope(scope), true)
  for (const text of ['', 'calls', 'calls:*', '*', 'CALLS:READ', 'calls:read ', 'constructor', '__proto__'])
    assert.equal(isScope(text), false, text)
})

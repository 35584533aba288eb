import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { configReference } from './config-reference.ts'

test('docs/configuration.md is what the schema says', () => {
  const file = join(import.meta.dirname, '../../../../docs/configuration.md')
  const remedy = 'run: node packages/gateway/src/main.ts config-reference > docs/configuration.md'
  assert.equal(readFileSync(file, 'utf8'), configReference(), remedy)
})

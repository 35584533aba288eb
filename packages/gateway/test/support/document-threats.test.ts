import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../../..')
const document = readFileSync(join(root, 'docs/threat-model.md'), 'utf8')
const tests = globSync('{packages,tools,bench}/**/{*.test,support/*}.ts', {
  cwd: root,
  exclude: (name) => name === 'node_modules',
})

test('docs/threat-model.md names only tests that there are', () => {
  const names = [...document.matchAll(/`(?:[\w-]+\/)*([\w-]+\.test|[\w-]+\.e2e)(?:\.test\.ts|\.ts)?`/g)].map(
    ([, name = '']) => name.replace(/\.test$/, ''),
  )
  const known = new Set(tests.map((file) => basename(file).replace(/(\.test)?\.ts$/, '')))
  assert.ok(names.length > 50)
  assert.deepEqual(
    [...new Set(names)].filter((name) => !known.has(name)),
    [],
  )
})

test('docs/threat-model.md quotes tests in their own words', () => {
  const words = tests.map((file) => readFileSync(join(root, file), 'utf8').replace(/\s+/g, ' ')).join('\n')
  const quoted = [...document.matchAll(/`[^`|]*`:? ?\(?(?:[“"])([^”"|]+)[”"]/g)].map(
    ([, quote = '']) => quote,
  )
  const parts = quoted
    .flatMap((quote) => quote.split('…'))
    .map((part) => part.trim())
    .filter((part) => part.length > 3)
  assert.ok(parts.length > 20)
  assert.deepEqual(
    parts.filter((part) => !words.includes(part)),
    [],
  )
})

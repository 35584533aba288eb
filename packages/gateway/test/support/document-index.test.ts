import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const docs = join(import.meta.dirname, '../../../../docs')

test('docs/README.md leads to every page there is, and to no other', () => {
  const index = readFileSync(join(docs, 'README.md'), 'utf8')
  const linked = new Set([...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name = '']) => name))
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md') && name !== 'README.md')
  assert.deepEqual(linked, new Set(pages))
})

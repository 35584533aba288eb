import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../../..')
const document = readFileSync(join(root, 'docs/interop.md'), 'utf8')
const folders = ['packages/gateway/src', 'packages/gateway/test', '.', 'packages']

/** The tests of `edge/sip/pool`, `wire/sdp/answer` or `sipp.e2e`. */
function sourceOf(name: string): string {
  const path = `${name.replace(/^wire\//, 'wire/src/')}.test.ts`
  const file = folders.map((folder) => join(root, folder, path)).find((each) => existsSync(each))
  assert.ok(file !== undefined, `docs/interop.md names ${name}, and there is no ${path}`)
  return readFileSync(file, 'utf8')
}

const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
const isTests = (code: string) => /^[a-z][a-z0-9-]*(?:\.e2e|(?:\/[a-z0-9-]+)+|-worker)$/.test(code)

test('docs/interop.md has every line from 1 to 40, with tests that carry its number or a reason', () => {
  const lines = [...document.matchAll(/^\| (\d+) \| [^|]+ \| (.+) \|$/gm)]
  assert.deepEqual(
    lines.map(([, number]) => Number(number)),
    Array.from({ length: 40 }, (_, at) => at + 1),
  )
  for (const [, number = '', where = ''] of lines) {
    const files = codeIn(where).filter(isTests)
    if (files.length === 0) assert.match(where, /not yet/, `line ${number}`)
    const carries = new RegExp(String.raw`interop (?:\d+, )*${number}\b`)
    for (const name of files) assert.match(sourceOf(name), carries, `line ${number} in ${name}`)
  }
})

test('docs/interop.md quotes tests that there are', () => {
  const quotes = [...document.matchAll(/((?:“[^”]+”(?:, )?)+) ?\s*\(`([^`]+)`\)/g)]
  assert.ok(quotes.length > 40)
  for (const [, names = '', file = ''] of quotes)
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g))
      assert.ok(sourceOf(file).includes(name.replaceAll('\n', ' ')), `${file} has no test “${name}”`)
})

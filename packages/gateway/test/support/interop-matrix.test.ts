import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { e2eTestsOf, readE2eTests } from './e2e-tests.ts'
import { interopItems } from './interop-items.ts'
import { exercisedTests, interopMatrix, testsOf } from './interop-matrix.ts'

const found = exercisedTests(readE2eTests(join(import.meta.dirname, '..')))

test('docs/interop-matrix.md is what the end-to-end tests say', () => {
  const file = join(import.meta.dirname, '../../../../docs/interop-matrix.md')
  const remedy = 'run: node packages/gateway/test/support/interop-matrix.ts > docs/interop-matrix.md'
  assert.equal(readFileSync(file, 'utf8'), interopMatrix(found), remedy)
})

test('interopItems has a place for every test that meets a peer', () => {
  const placed = new Set(interopItems.flatMap((item) => testsOf(item, found)))
  const left = found.filter((each) => !placed.has(each)).map(({ suite, name }) => `${suite}: ${name}`)
  assert.deepEqual(left, [])
})

test('interopItems names nothing that no test exercises, unless it says why', () => {
  for (const item of interopItems)
    assert.equal(testsOf(item, found).length > 0, item.unseen === undefined, item.title)
})

test('e2eTestsOf() reads names, titles and what a test needs, and unrolls a list', () => {
  const source = `
const options = { skip: without('sipp', 'stunnel4'), timeout: 1 }
describe('SIPp', options, () => {
  const offers: readonly string[] = [
    { what: 'one', ptimeMs: 20 },
    { what: 'two', ptimeMs: 30 },
  ]
  for (const { what, ptimeMs } of offers) {
    test(\`it takes \${what} of \${ptimeMs} ms\`, async () => {})
  }
  test(
    'baresip \\\`calls\\\`',
    { skip: without('baresip') },
    async () => {},
  )
})
describe('ours', () => {
  test(\`it \${does()} well\`, () => {})
})
`
  assert.deepEqual(
    e2eTestsOf('x', source).map(({ about, name, needs }) => [about, name, needs.join(' ')]),
    [
      ['SIPp', 'it takes one of 20 ms', 'sipp stunnel4'],
      ['SIPp', 'it takes two of 30 ms', 'sipp stunnel4'],
      ['SIPp', 'baresip \\`calls\\`', 'baresip'],
      ['ours', 'it … well', ''],
    ],
  )
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The words of a union of string literals, as its source has them. */
function wordsOf(path: string, type: string): readonly string[] {
  const union = new RegExp(String.raw`export type ${type} =\n((?:  \| .*\n)+)`).exec(read(path))?.[1] ?? ''
  return [...union.matchAll(/\| '([^']+)'/g)].map(([, word = '']) => word)
}

for (const [document, path, type, atLeast] of [
  ['docs/webhooks.md', 'packages/gateway/src/call/deps.ts', 'EndReason', 25],
  ['docs/dialing.md', 'packages/gateway/src/dialing/types.ts', 'DialRefusal', 14],
  ['docs/calls.md', 'packages/gateway/src/call/dialled-party.ts', 'PartyEnd', 8],
  ['docs/calls.md', 'packages/sdk/src/webhook-event.ts', 'DialOutcome', 10],
  ['docs/verify.md', 'packages/sdk/src/webhook-commands.ts', 'VerifyResult', 7],
  ['docs/collect.md', 'packages/sdk/src/webhook-collect.ts', 'CollectOutcome', 7],
  ['docs/collect.md', 'packages/sdk/src/webhook-collect.ts', 'PayOutcome', 11],
  ['docs/collect.md', 'packages/sdk/src/commands-collect.ts', 'CollectKind', 11],
  ['docs/collect.md', 'packages/sdk/src/commands-collect.ts', 'CollectFault', 12],
] as const)
  test(`${document} has every word of ${type}`, () => {
    const text = read(document)
    const words = wordsOf(path, type)
    assert.ok(words.length >= atLeast)
    assert.deepEqual(
      words.filter((word) => !text.includes(`\`${word}\``)),
      [],
    )
  })

test('docs/webhooks.md has every event and decision that an app is sent', () => {
  const files = globSync('packages/gateway/src/{call/*,*}.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|fake-/.test(file),
  )
  const calls = files.flatMap((file) => [...read(file).matchAll(/\b(?:tell|ask)\([^;]{0,90}/g)])
  const words = calls.flatMap(([call]) => [...call.matchAll(/'([a-z]+\.[a-z_]+)'/g)])
  const told = new Set(words.map(([, type = '']) => type))
  assert.ok(told.size > 12)
  const text = read('docs/webhooks.md')
  assert.deepEqual(
    [...told].filter((type) => !text.includes(`\`${type}\``)),
    [],
  )
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml, stringify } from 'yaml'
import { callCommands } from '#call'
import { parseConfig } from '#kernel'

/** The examples of one language in a document. */
function examplesIn(document: string, language: 'json' | 'yaml' | 'ts'): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs', document), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, code = '']) => code)
}

const tls = { certFile: 'c', keyFile: 'k' }
const trunk = (id: string) => ({ id, app: 'app', outbound: { host: 'sip.example.com' } })
const base = {
  dataDir: 'data',
  sip: { listen: [{ tls }] },
  trunks: ['twilio', 'telnyx'].map(trunk),
  apps: [{ id: 'app', webhook: { url: 'https://app.example/', secrets: ['env:S'] } }],
  api: { tls },
  media: {},
}

for (const [document, count] of [
  ['interop.md', 3],
  ['dialing.md', 1],
  ['keys.md', 1],
  ['key-providers.md', 3],
  ['secrets.md', 1],
  ['database.md', 1],
  ['audit.md', 2],
  ['siem.md', 1],
  ['alerts.md', 1],
  ['objects.md', 1],
  ['backup.md', 1],
  ['consent.md', 1],
  ['transcripts.md', 1],
  ['privacy.md', 1],
  ['tokens.md', 1],
  ['payments.md', 1],
  ['speech.md', 1],
  ['voices.md', 1],
  ['verify.md', 1],
  ['agents.md', 1],
  ['dialects.md', 1],
  ['keypad.md', 1],
  ['twilio.md', 2],
  ['stream.md', 1],
] as const)
  test(`docs/${document} gives settings that parseConfig() takes`, () => {
    const examples = examplesIn(document, 'yaml')
    assert.equal(examples.length, count)
    for (const yaml of examples) {
      const given = parseYaml(yaml.replaceAll('…', 'x')) as { sip?: object; apps?: { id: string }[] }
      const sip = { ...base.sip, ...given.sip }
      const app = given.apps?.[0]?.id ?? 'app'
      const trunks = base.trunks.map((each) => ({ ...each, app }))
      assert.doesNotThrow(() => parseConfig(stringify({ ...base, trunks, ...given, sip }), document), yaml)
    }
  })

for (const [document, count] of [
  ['calls.md', 12],
  ['webhooks.md', 1],
  ['agents.md', 1],
  ['collect.md', 3],
  ['consent.md', 1],
  ['transcripts.md', 1],
  ['voices.md', 1],
  ['verify.md', 1],
  ['relay.md', 1],
  ['stream.md', 2],
] as const)
  test(`docs/${document} gives commands that callCommands takes`, () => {
    const lists = examplesIn(document, 'json')
      .map((json) => JSON.parse(json.replace(/"…"/g, '"x"')) as { actions?: unknown; commands?: unknown })
      .map(({ actions, commands }) => actions ?? commands)
      .filter((list) => list !== undefined)
    assert.equal(lists.length, count)
    for (const list of lists) assert.doesNotThrow(() => callCommands.parse(list), JSON.stringify(list))
  })

test('docs/collect.md gives code that runs, and says what callCommands takes', async () => {
  const [code = ''] = examplesIn('collect.md', 'ts')
  const sdk = JSON.stringify(import.meta.resolve('@voxkeep/sdk'))
  const script = stripTypeScriptTypes(code).replace("'@voxkeep/sdk'", sdk)
  const { decide } = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as {
    readonly decide: (event: object) => { readonly actions: readonly unknown[] }
  }
  const timestamp = '2026-11-21T12:00:00.000Z'
  const { actions } = decide({ type: 'call.incoming', timestamp, data: {} })
  assert.deepEqual(
    callCommands.parse(actions).map(({ type }) => type),
    ['pay', 'hangup'],
  )
  assert.deepEqual(decide({ type: 'call.paid', timestamp, data: { outcome: 'succeeded' } }), { actions: [] })
})

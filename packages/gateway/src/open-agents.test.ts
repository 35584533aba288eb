import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallAgent } from '#call'
import { ConfigError, parseConfig, Secret, type StreamId } from '#kernel'
import { wireFault } from '#stream'
import { egressGuard } from '#webhook'
import { openAgents } from './open-agents.ts'

type Live = Parameters<CallAgent['refusal']>[0]

const teller = {
  id: 'teller',
  kind: 'openai-realtime',
  key: 'env:KEY',
  region: 'eu',
  dataClasses: ['personal'],
  trainingOptOut: true,
  tools: [{ name: 'balance', description: 'Of an account', parameters: { type: 'object' } }],
}
const own = {
  id: 'own',
  kind: 'websocket',
  url: 'wss://s2s.example/v1?x=1',
  dataClasses: ['personal'],
  trainingOptOut: true,
}

function opened(agents: object[], o: { tenant?: object; address?: string; key?: () => Secret<string> } = {}) {
  const config = parseConfig(
    JSON.stringify({
      dataDir: '/var/lib/voxkeep',
      node: { region: 'eu' },
      sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
      tenants: [{ id: 'acme', ...o.tenant }],
      apps: [
        {
          id: 'app',
          tenant: 'acme',
          endpoints: [{ host: 'a.example', region: 'eu' }],
          webhook: { url: 'https://a.example', secrets: ['env:S'] },
        },
      ],
      agents,
    }),
    'c',
  )
  const egress = egressGuard({
    allowPrivate: [],
    lookup: async () => [{ address: o.address ?? '93.184.216.34', family: 4 }],
  })
  const readSecret = o.key ?? (() => new Secret('sk-test'))
  const open = openAgents({ config, egress, readSecret })
  const audited: object[] = []
  const live = (dataClasses: readonly string[] = ['personal'], tenant = 'acme') =>
    ({
      tenant,
      app: { config: config.apps[0] },
      deps: { words: { policyOf: () => ({ rules: { dataClasses } }) } },
      audit: async (type: string, fields: object) => void audited.push({ type, ...fields }),
    }) as unknown as Live
  return { agent: (id: string) => open.get(id) as CallAgent, live, audited }
}

test('openAgents() makes settings that their wires accept', () => {
  const { agent } = opened([teller, own])
  for (const { wire, options } of [agent('teller'), agent('own')])
    assert.equal(wireFault(wire, options, 'both'), undefined)
  assert.deepEqual([agent('teller').wire, agent('own').wire], ['openai-realtime', 'agent'])
  assert.equal(agent('teller').url, 'wss://api.openai.com/v1/realtime?model=gpt-realtime')
})

test('openAgents() calls with the key of that moment as Authorization, to an approved address, and to no private one', async () => {
  let key = 'sk-1'
  const { agent } = opened([teller], { key: () => new Secret(key) })
  const way = () => agent('teller').prepare('strm_1' as StreamId)
  assert.deepEqual((await way()).headers, { authorization: 'Bearer sk-1' })
  key = 'sk-2' // rotated
  assert.deepEqual(await way(), {
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    address: '93.184.216.34',
    headers: { authorization: 'Bearer sk-2' },
    tls: { spkiPins: [] },
  })
  const { agent: inside } = opened([teller], { address: '10.0.0.1' })
  await assert.rejects(inside('teller').prepare('strm_1' as StreamId), { code: 'EGRESS_ADDRESS_REFUSED' })
})

test('openAgents() keeps a call from an agent that its tenant’s rules forbid, and audits that', () => {
  const refused = (o: { agent?: object; tenant?: object; classes?: string[]; by?: string }) => {
    const { agent, live, audited } = opened([{ ...teller, ...o.agent }], { tenant: o.tenant ?? {} })
    const why = agent('teller').refusal(live(o.classes, o.by))
    assert.deepEqual(audited, why === undefined ? [] : [{ type: 'agent.refused', agent: 'teller', why }])
    return why
  }
  assert.equal(refused({}), undefined)
  assert.equal(refused({ classes: ['personal', 'payment'] }), 'data-class')
  assert.equal(refused({ agent: { trainingOptOut: false } }), 'training')
  assert.equal(
    refused({ agent: { trainingOptOut: false }, tenant: { speech: { trainingOptOut: 'any' } } }),
    undefined,
  )
  assert.equal(refused({ agent: { tenants: ['other'] } }), 'tenant')
  assert.equal(refused({ agent: { region: 'us' }, by: 'unbound' }), undefined)
  const tenant = { regions: ['eu'] }
  assert.equal(refused({ tenant }), undefined)
  assert.equal(refused({ tenant, agent: { region: 'us' } }), 'region')
  assert.equal(refused({ tenant, agent: { region: undefined } }), 'region')
})

test('openAgents() does not start with a key or a file that is not there', () => {
  const missing = () => {
    throw new ConfigError(['KEY is not set'])
  }
  assert.throws(() => opened([teller], { key: missing }), ConfigError)
  assert.throws(() => opened([{ ...own, caFile: '/no/such/file' }]), ConfigError)
})

test('parseConfig() finds what is wrong with agents', () => {
  const faults: readonly [object[], RegExp][] = [
    [[teller, teller], /two agents have this id/],
    [[{ ...teller, url: 'wss://a.example/v1?model=x' }], /has no query/],
    [[{ ...teller, url: 'ws://a.example' }], /url/],
    [[{ ...teller, key: 'sk-live-in-the-file' }], /reference/],
    [[{ ...teller, tools: [teller.tools[0], teller.tools[0]] }], /two tools have one name/],
    [[{ ...own, encoding: 'ulaw' }], /G.711 is at 8000/],
    [[{ ...own, begin: [{ text: 'x'.repeat(61_000) }] }], /more than 60,000 characters/],
  ]
  for (const [agents, fault] of faults)
    assert.throws(
      () => opened(agents),
      (error) => error instanceof ConfigError && fault.test(error.message),
    )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig, type TrunkId } from '#kernel'
import { trunkFacts } from './trunk-facts.ts'

test('trunkFacts() allows a transfer where the trunk takes REFER and names the target', () => {
  const trunk = (id: string, refer: object) => ({ id, app: 'a', allowedAddresses: ['192.0.2.1'], refer })
  const trunks = [
    trunk('open', { accept: true, targets: ['+1212*', 'sip:*@pbx.example.com'] }),
    trunk('closed', { targets: ['+1212*'] }),
  ]
  const config = parseConfig(
    `{dataDir: /d, sip: {listen: [{tls: {certFile: c, keyFile: k}}]}, trunks: ${JSON.stringify(trunks)},
      apps: [{id: a, webhook: {url: "https://a.example", secrets: ["env:S"]}}]}`,
    'inline',
  )
  const facts = trunkFacts(config.trunks)
  const may = (id: string, to: string) => facts(id as TrunkId)?.mayReferTo(to)
  assert.equal(may('open', '+12125550100'), true)
  assert.equal(may('open', 'sip:agent@pbx.example.com'), true)
  assert.equal(may('open', '+442079460000'), false)
  assert.equal(may('closed', '+12125550100'), false)
  assert.equal(may('unknown', '+12125550100'), undefined)
  assert.ok(facts('open' as TrunkId)?.codecs.includes('PCMU'))
})

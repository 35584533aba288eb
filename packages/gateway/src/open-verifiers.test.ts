import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig, Secret, silentLog, systemClock, type TenantId } from '#kernel'
import { openVerifiers } from './open-verifiers.ts'

const acme = 'acme' as TenantId
const ulaw = new Uint8Array(1_600)
const never = new AbortController().signal
const print = {
  id: 'print',
  kind: 'command',
  command: [process.execPath, '-e', 'console.log(`{"state":"forgotten"}`)'],
  dataClasses: ['biometric'],
  minScore: 0.7,
}

function opened(more: object = {}) {
  const webhook = { url: 'https://bank.test/', secrets: ['env:S'] }
  const apps = [
    { id: 'bank', tenant: 'acme', webhook },
    { id: 'shop', tenant: 'acme', webhook, verifier: 'other' },
  ]
  const sip = { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] }
  const verifiers = [print, { ...print, id: 'other', command: ['/nowhere'] }]
  const config = parseConfig(JSON.stringify({ dataDir: '/d', sip, apps, verifiers, ...more }), 'c')
  const audited: object[] = []
  const gauges = new Map<string, () => Iterable<readonly [string, number]>>()
  const all = openVerifiers({
    config,
    clock: systemClock,
    random: { bytes: (count) => new Uint8Array(count) },
    log: silentLog,
    metrics: { count: () => {}, gauges: (name, _about, _label, read) => void gauges.set(name, read) },
    readSecret: () => new Secret('s'),
    egress: { resolve: async () => ({ address: '127.0.0.1', family: 4 }) },
    audit: {
      append: async (entry) => (audited.push(entry), { ...entry }) as never,
      pseudonym: (tenant, text) => `person:${tenant}-${text.length}`,
    },
  })
  const [bank, shop] = config.apps
  assert.ok(bank && shop)
  return { all, bank, shop, audited, gauges }
}

test('openVerifiers() gives an app its own engine, else the first, and another by its name', () => {
  const { all, bank, shop } = opened()
  assert.equal(all.calls.verifier(bank)?.facts.id, 'print')
  assert.equal(all.calls.verifier(shop)?.facts.id, 'other')
  assert.equal(all.calls.verifier(shop, 'print')?.facts.id, 'print')
  assert.equal(all.calls.verifier(bank, 'nobody'), undefined)
  assert.equal(all.calls.pseudonym(acme, 'anna'), 'person:acme-4')
})

test('openVerifiers() has an engine forget, and says when it could not be told', async () => {
  const { all, gauges } = opened()
  const whose = { tenant: acme, subject: 'anna' }
  assert.equal(await all.api.forget('print', whose, never), 'forgotten')
  assert.equal(await all.api.forget('other', whose, never), 'unavailable')
  assert.equal(await all.api.forget('nobody', whose, never), 'unknown')
  assert.deepEqual(
    [...(gauges.get('verifier_up')?.() ?? [])],
    [
      ['print', 1],
      ['other', 0],
    ],
  )
  assert.deepEqual([...(gauges.get('verifier_sessions_active')?.() ?? [])][0], ['print', 0])
})

test('openVerifiers() puts a refusal in the audit log, and tells the API of it', async () => {
  const { all, bank, audited } = opened({ tenants: [{ id: 'acme', regions: ['eu'] }], ...tied })
  assert.deepEqual(
    all.api.verifiers(acme).map(({ facts, refused }) => [facts.id, refused]),
    [['print', 'region']],
  )
  const sample = { tenant: acme, subject: 'anna', ulaw }
  await assert.rejects(async () => all.calls.verifier(bank)?.verify(sample, never), {
    code: 'SPEECH_REFUSED',
  })
  assert.deepEqual(audited, [
    {
      type: 'verifier.refused',
      tenant: 'acme',
      actor: 'system',
      fields: { verifier: 'print', why: 'region' },
    },
  ])
  await all[Symbol.asyncDispose]()
})

/** A gateway that is where the tenant may be, with an engine that is not. */
const tied = {
  node: { region: 'eu' },
  verifiers: [{ ...print, region: 'us' }],
  apps: ['bank', 'shop'].map((id) => ({
    id,
    tenant: 'acme',
    webhook: { url: 'https://bank.test/', secrets: ['env:S'] },
    endpoints: [{ host: 'bank.test', region: 'eu' }],
  })),
}

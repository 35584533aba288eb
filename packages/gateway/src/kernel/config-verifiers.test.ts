import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './config.ts'
import { configFaults } from './test-config.ts'

const base = {
  dataDir: '/var/lib/voxkeep',
  sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
}
const app = { id: 'bank', webhook: { url: 'https://bank.test/', secrets: ['env:S'] } }
const print = {
  id: 'print',
  kind: 'https',
  url: 'https://voices.example',
  dataClasses: ['biometric'],
  minScore: 0.8,
}

const faults = (more: object) => configFaults({ ...base, ...more })

test('verifiers need a score of their own, and to be allowed what they are given', () => {
  assert.deepEqual(faults({ verifiers: [print] }), [])
  assert.match(faults({ verifiers: [{ ...print, minScore: undefined }] }).join(), /minScore/)
  assert.match(
    faults({ verifiers: [{ ...print, dataClasses: ['personal'] }] }).join(),
    /^verifiers\.0\.dataClasses: must have "biometric"/,
  )
  const local = {
    id: 'here',
    kind: 'command',
    command: ['verify'],
    dataClasses: ['biometric'],
    minScore: 0.5,
  }
  const config = parseConfig(JSON.stringify({ ...base, verifiers: [local] }), 'c')
  assert.equal(config.verifiers[0]?.trainingOptOut, true)
  assert.equal(config.verifiers[0]?.dangerouslyWithoutConsent, undefined)
})

test('verifiers refuse plaintext that nobody asked for, and two of one id', () => {
  const plain = { ...print, url: 'http://127.0.0.1:9000' }
  assert.match(faults({ verifiers: [plain] }).join(), /plaintext needs dangerouslyAllowPlaintext/)
  assert.deepEqual(faults({ verifiers: [{ ...plain, dangerouslyAllowPlaintext: true }] }), [])
  assert.match(faults({ verifiers: [print, print] }).join(), /two verifiers have this id/)
})

test('verifierFaults() lets an app have a verifier that may be given its callers’ voices, and no other', () => {
  const named = { ...app, tenant: 'acme', verifier: 'print' }
  const own = { ...print, region: 'eu', trainingOptOut: true }
  const tied = { verifiers: [own], apps: [named], tenants: [{ id: 'acme' }] }
  assert.deepEqual(faults(tied), [])
  assert.match(faults({ ...tied, verifiers: [] }).join(), /apps\.0\.verifier: there is no engine "print"/)
  assert.match(faults({ ...tied, verifiers: [print] }).join(), /has no trainingOptOut, which tenant "acme"/)
  const elsewhere = { ...tied, tenants: [{ id: 'acme', regions: ['us'] }], node: { region: 'us' } }
  assert.match(faults(elsewhere).join(), /the verifier "print" is not in a region/)
})

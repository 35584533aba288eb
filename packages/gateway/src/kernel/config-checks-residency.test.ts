import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFaults } from './test-config.ts'

const base = {
  node: { region: 'eu' },
  tenants: [{ id: 'acme', regions: ['eu', 'eu-central-1'] }],
}
const app = {
  id: 'app',
  tenant: 'acme',
  webhook: { url: 'https://app.example.com/voice', secrets: ['env:S'] },
  endpoints: [{ host: 'app.example.com', region: 'eu' }],
}

const faults = (more: object) => configFaults({ ...base, ...more })

test('residencyFaults() lets pass what stays in the tenant’s regions', () => {
  assert.deepEqual(faults({ apps: [app] }), [])
  const store = { id: 's', kind: 's3', bucket: 'bucket', region: 'eu-central-1' }
  assert.deepEqual(faults({ objects: { stores: [store], place: { audio: 's' } } }), [])
})

test('residencyFaults() refuses a store, a key, an endpoint, a collector and a database elsewhere, each by its name', () => {
  const store = { id: 's', kind: 's3', bucket: 'bucket', region: 'us-east-1' }
  const place = { audio: 's' }
  assert.match(
    faults({ objects: { stores: [store], place } }).join(),
    /the store "s" is in "us-east-1".*only be in eu/,
  )
  const kms = { id: 'kms', kind: 'aws-kms', region: 'us-east-1' }
  assert.match(faults({ keys: { providers: [kms] } }).join(), /the key provider "kms" is in "us-east-1"/)
  const far = { ...app, endpoints: [{ host: 'app.example.com', region: 'us' }] }
  assert.match(faults({ apps: [far] }).join(), /^apps\.0\.webhook\.url: "app\.example\.com".* is in "us"/)
  const statusCallback = { url: 'https://status.example.com/' }
  const twilio = { ...app, dialect: 'twilio', twilio: { authTokens: ['env:T'], statusCallback } }
  assert.match(faults({ apps: [twilio] }).join(), /^apps\.0\.twilio\.statusCallback\.url: "status\.example/)
  const siem = { collectors: [{ id: 'soc', kind: 'syslog', host: 'soc.example.com', region: 'us' }] }
  assert.match(faults({ siem }).join(), /^siem\.collectors\.0: the collector "soc" is in "us"/)
  const database = { kind: 'postgresql', hosts: ['db'], user: 'voxkeep', region: 'us' }
  assert.match(faults({ database }).join(), /the database is in "us"/)
})

test('residencyFaults() takes what does not say where it is for elsewhere', () => {
  assert.match(faults({ node: {} }).join(), /node\.region must say where this node is/)
  const silent = { ...app, endpoints: [] }
  assert.match(faults({ apps: [silent] }).join(), /does not say in which region it is/)
  const store = { id: 's', kind: 'folder', dir: '/mnt/s' }
  assert.match(
    faults({ objects: { stores: [store], place: { audio: 's' } } }).join(),
    /the store "s" does not say/,
  )
})

test('residencyFaults() asks nothing of the disk of a node where the tenant’s calls are refused', () => {
  assert.deepEqual(faults({ node: { region: 'us' }, apps: [app] }), [])
})

test('residencyFaults() asks nothing of tenants that may be anywhere', () => {
  const tenants = [{ id: 'acme' }]
  assert.deepEqual(faults({ tenants, node: {}, apps: [{ ...app, endpoints: [] }] }), [])
})

test('residencyFaults() refuses a presidio-analyzer elsewhere, for the tenants whose words it would see', () => {
  const policy = (presidio: object) => ({
    id: 'care',
    engine: 'ears',
    presidio: { url: 'https://p.example', ...presidio },
  })
  const speech = {
    engines: [{ id: 'ears', kind: 'vosk', url: 'wss://v.example', dataClasses: ['personal'], region: 'eu' }],
  }
  const withPolicy = (presidio: object, privacy?: string) =>
    faults({
      speech,
      privacy: { policies: [policy(presidio)] },
      tenants: [{ id: 'acme', regions: ['eu'], ...(privacy !== undefined && { privacy }) }],
    }).filter((fault) => fault.includes('presidio'))
  assert.match(withPolicy({}, 'care').join(), /does not say in which region it is/)
  assert.match(
    withPolicy({ region: 'us' }, 'care').join(),
    /presidio-analyzer of the policy "care" is in "us"/,
  )
  assert.deepEqual(withPolicy({ region: 'eu' }, 'care'), [])
  assert.deepEqual(withPolicy({ region: 'us' }), [])
})

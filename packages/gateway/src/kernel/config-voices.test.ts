import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './config.ts'
import { configFaults } from './test-config.ts'

const base = {
  dataDir: '/var/lib/voxkeep',
  node: { region: 'eu' },
  sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
}
const app = { id: 'bank', webhook: { url: 'https://bank.test/', secrets: ['env:S'] } }
const cloud = { id: 'cloud', kind: 'deepgram', apiKey: 'env:K', dataClasses: ['public'], region: 'us' }

const faults = (more: object) => configFaults({ ...base, ...more })

test('voices need nothing but what their kind cannot know', () => {
  const voices = [
    { id: 'here', kind: 'command' },
    { ...cloud, trainingOptOut: true },
    { id: 'own', kind: 'openai', dataClasses: ['personal'] },
    { id: 'eleven', kind: 'elevenlabs', apiKey: 'env:K', name: 'x', dataClasses: ['public'] },
  ]
  const config = parseConfig(JSON.stringify({ ...base, voices }), 'c')
  assert.deepEqual(config.voices[0]?.kind === 'command' && config.voices[0].command[0], 'espeak-ng')
  assert.equal(config.promptCache.days, 7)
})

test('voices refuse plaintext that nobody asked for, and two of one id', () => {
  const plain = {
    id: 'own',
    kind: 'openai',
    dataClasses: ['personal'],
    url: 'http://127.0.0.1:8880/v1/audio/speech',
  }
  assert.match(faults({ voices: [plain] })[0] ?? '', /plaintext needs dangerouslyAllowPlaintext/)
  assert.deepEqual(faults({ voices: [{ ...plain, dangerouslyAllowPlaintext: true }] }), [])
  assert.match(
    faults({
      voices: [
        { id: 'a', kind: 'command' },
        { id: 'a', kind: 'command' },
      ],
    })[0] ?? '',
    /two voices have this id/,
  )
})

test('voiceFaults() lets an app have a voice that may say what its tenant’s apps say', () => {
  const tenants = [{ id: 'acme', regions: ['eu'] }]
  const own = { ...app, tenant: 'acme', voice: 'cloud' }
  const voices = [{ ...cloud, trainingOptOut: true }]
  assert.deepEqual(faults({ voices, apps: [{ ...app, voice: 'cloud' }] }), [])
  assert.deepEqual(faults({ apps: [{ ...app, voice: 'espeak' }] }), [])
  assert.match(faults({ apps: [{ ...app, voice: 'nobody' }] })[0] ?? '', /there is no voice "nobody"/)
  assert.match(
    faults({ voices, tenants, apps: [own] }).join(),
    /is not in a region that tenant "acme" may be in/,
  )
  const training = faults({ voices: [cloud], apps: [{ ...app, voice: 'cloud' }] })
  assert.match(training.join(), /has no trainingOptOut, which tenant "default" requires/)
  const local = [{ id: 'cloud', kind: 'command' }]
  assert.ok(
    !faults({ voices: local, tenants, apps: [own] })
      .join()
      .includes('voice'),
  )
})

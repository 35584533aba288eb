import assert from 'node:assert/strict'
import { test } from 'node:test'
import { piiTypes } from '@voxkeep/pii'
import { parseConfig } from '#kernel'
import { openPolicies, type PiiEngine, type PrivacyRules } from './policies.ts'

const ears = { kind: 'vosk', url: 'wss://vosk.example', trainingOptOut: true }
const engines = [{ id: 'ears', ...ears, dataClasses: ['internal', 'personal', 'health', 'payment'] }]
const app = (id: string, more: object = {}) => ({
  id,
  tenant: 'acme',
  webhook: { url: 'https://app.example/', secrets: ['env:S'] },
  ...more,
})

function configOf(policies: readonly object[], more: object = {}) {
  const sip = { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] }
  const whole = { dataDir: 'd', sip, speech: { engines }, privacy: { policies }, ...more }
  return parseConfig(JSON.stringify(whole), 'test')
}

function opened(policies: readonly object[], more: object = {}) {
  const made: Parameters<Parameters<typeof openPolicies>[2]>[0][] = []
  const engine: PiiEngine = {
    session: () => {
      throw new Error('nobody speaks')
    },
  }
  const config = configOf(policies, more)
  const of = openPolicies(config, piiTypes, (rules) => (made.push(rules), engine))
  const rulesOf = (id: string): PrivacyRules | undefined =>
    of(config.apps.find((one) => one.id === id)!)?.rules
  return { made, rulesOf }
}

test('openPolicies() gives an app its own policy, else its tenant’s, else none', () => {
  const { made, rulesOf } = opened(
    [
      { id: 'care', engine: 'ears' },
      { id: 'light', engine: 'ears' },
    ],
    {
      tenants: [{ id: 'acme', privacy: 'care' }],
      apps: [app('a'), app('b', { privacy: 'light' }), app('c', { tenant: 'other' })],
    },
  )
  assert.equal(rulesOf('a')?.id, 'care')
  assert.equal(rulesOf('b')?.id, 'light')
  assert.equal(rulesOf('c'), undefined)
  assert.equal(made.length, 2) // once each, however many apps have it
})

test('openPolicies() holds the streams of an app back that its tenant holds back, whatever the app’s own policy says', () => {
  const { rulesOf } = opened(
    [
      { id: 'held', engine: 'ears', streamAudio: 'held', streamHoldMs: 4_000 },
      { id: 'light', engine: 'ears', redact: false },
      { id: 'strict', engine: 'ears', streamAudio: 'held' },
    ],
    {
      tenants: [{ id: 'acme', privacy: 'held' }, { id: 'free' }],
      apps: [
        app('a', { privacy: 'light' }),
        app('b'),
        app('c', { tenant: 'free', privacy: 'strict' }),
        app('d', { tenant: 'free', privacy: 'light' }),
      ],
    },
  )
  const held = (id: string) => {
    const { redact, streamAudio, streamHoldMs } = rulesOf(id) ?? assert.fail()
    return [redact, streamAudio, streamHoldMs]
  }
  assert.deepEqual(held('a'), [true, 'held', 4_000])
  assert.deepEqual(held('b'), [true, 'held', 4_000])
  assert.deepEqual(held('c'), [true, 'held', 2_500])
  assert.deepEqual(held('d'), [false, 'live', 2_500])
  assert.throws(
    () => configOf([{ id: 'blind', engine: 'ears', redact: false, streamAudio: 'held' }]),
    /redact/,
  )
})

test('openPolicies() looks for everything that is secret as a rule, and names to engines what calls may hold', () => {
  const { rulesOf } = opened(
    [
      { id: 'all', engine: 'ears' },
      { id: 'few', engine: 'ears', types: ['phone'], custom: [{ name: 'member', pattern: 'M[0-9]{6}' }] },
      { id: 'said', engine: 'ears', types: ['card'], dataClasses: ['internal'] },
    ],
    { apps: [app('a', { privacy: 'all' }), app('b', { privacy: 'few' }), app('c', { privacy: 'said' })] },
  )
  const all = rulesOf('a')
  assert.ok(all !== undefined)
  assert.ok(all.types.includes('card') && all.types.includes('health') && !all.types.includes('url'))
  assert.deepEqual(all.dataClasses, ['personal', 'payment', 'health'])
  assert.deepEqual(rulesOf('b')?.types, ['phone', 'custom'])
  assert.deepEqual(rulesOf('b')?.dataClasses, ['personal'])
  assert.deepEqual(rulesOf('c')?.dataClasses, ['internal'])
})

test('parseConfig() takes no policy that names what there is not, nor a pattern that could take for ever', () => {
  const faults = (policies: readonly object[], more: object = {}) => {
    try {
      configOf(policies, more)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.match(faults([{ id: 'care', engine: 'nose' }]), /there is no engine "nose" under "speech"/)
  assert.match(
    faults([], { tenants: [{ id: 'acme', privacy: 'care' }] }),
    /there is no policy "care" under "privacy"/,
  )
  assert.match(
    faults([], { apps: [app('a', { privacy: 'care' })] }),
    /there is no policy "care" under "privacy"/,
  )
  const care = { id: 'care', engine: 'ears' }
  assert.match(faults([care, care]), /there is another "care"/)
  const custom = (pattern: string) => faults([{ ...care, custom: [{ name: 'x', pattern }] }])
  assert.notEqual(custom('(a)\\1'), '')
  assert.notEqual(custom('(?=a)b'), '')
  assert.equal(custom('(a+)+b'), '') // linear, whatever it looks like
})

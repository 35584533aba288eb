import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFaults } from './test-config.ts'

const base = {
  node: { region: 'eu' },
  privacy: { policies: [{ id: 'care', engine: 'ears' }] },
}
const ears = {
  id: 'ears',
  kind: 'vosk',
  url: 'wss://vosk.example:2700',
  region: 'eu',
  dataClasses: ['personal', 'payment', 'health'],
  trainingOptOut: true,
}
const tenant = { id: 'acme', privacy: 'care' }
const tied = { ...tenant, regions: ['eu'] }

const faults = (more: object) => configFaults({ ...base, ...more })

const engines = (...all: readonly object[]) => ({ engines: all })

test('speechFaults() lets an engine hear a tenant that it may hear', () => {
  assert.deepEqual(faults({ speech: engines(ears), tenants: [tenant] }), [])
  assert.deepEqual(faults({ speech: engines(ears), tenants: [tied] }), [])
  const trains = { ...ears, trainingOptOut: false }
  const tolerant = { ...tenant, speech: { trainingOptOut: 'any' } }
  assert.deepEqual(faults({ speech: engines(trains), tenants: [tolerant] }), [])
})

test('speechFaults() says at start what would be refused in every call', () => {
  const far = { ...ears, region: 'us' }
  assert.match(
    faults({ speech: engines(far), tenants: [tied] }).join(),
    /^tenants\.0\.privacy: its engine "ears" is not in a region/,
  )
  const nowhere = { ...ears, region: undefined }
  assert.match(faults({ speech: engines(nowhere), tenants: [tied] }).join(), /not in a region/)
  const trains = { ...ears, trainingOptOut: false }
  assert.match(
    faults({ speech: engines(trains), tenants: [tenant] }).join(),
    /"ears" has no trainingOptOut, which tenant "acme" requires/,
  )
})

test('speechFaults() takes a program to be where the node is', () => {
  const program = {
    id: 'ears',
    kind: 'command',
    command: ['/usr/bin/ears'],
    dataClasses: ['personal', 'payment', 'health'],
  }
  assert.deepEqual(faults({ speech: engines(program), tenants: [tied] }), [])
})

test('speech engines have names of their own, TLS unless they say otherwise, and overlaps that make sense', () => {
  assert.match(faults({ speech: engines(ears, ears) }).join(), /two engines have this id/)
  const plain = { ...ears, url: 'ws://127.0.0.1:2700' }
  assert.match(faults({ speech: engines(plain) }).join(), /plaintext needs dangerouslyAllowPlaintext/)
  assert.deepEqual(faults({ speech: engines({ ...plain, dangerouslyAllowPlaintext: true }) }), [])
  const upload = {
    id: 'ears',
    kind: 'openai',
    url: 'https://w.example/',
    dataClasses: ['personal', 'payment', 'health'],
    trainingOptOut: true,
    chunkMs: 4_000,
    overlapMs: 3_000,
  }
  assert.match(faults({ speech: engines(upload) }).join(), /at most half of chunkMs/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DemoFacts } from './facts.ts'
import { sampleFacts } from './sample-facts.ts'
import { problemsOf, summarise } from './verdict.ts'

test('problemsOf() finds nothing when all is well', () => {
  assert.deepEqual(problemsOf(sampleFacts()), [])
})

test('summarise() tells what was found out', () => {
  assert.deepEqual(summarise(sampleFacts(), []), {
    ok: true,
    setupMs: 25.4,
    sipTls: 'TLSv1.3',
    srtpSuite: 'AEAD_AES_256_GCM',
    webhookVerified: true,
    stream: { framesIn: 248, framesOut: 240, rttP50Ms: 2.35, rttP99Ms: 7.89 },
    recording: { sealed: true, verified: true, correlation: 0.9991 },
    plaintextFound: false,
  })
})

test('summarise() says null of what was not found out, and no is not a yes', () => {
  assert.deepEqual(summarise({ steps: [] }, ['the gateway did not start']), {
    ok: false,
    setupMs: null,
    sipTls: null,
    srtpSuite: null,
    webhookVerified: false,
    stream: { framesIn: null, framesOut: null, rttP50Ms: null, rttP99Ms: null },
    recording: { sealed: false, verified: false, correlation: null },
    plaintextFound: null,
  })
})

type Change = (facts: DemoFacts) => void
const recording = (change: Partial<NonNullable<DemoFacts['recording']>>): Change => {
  return (facts) => facts.recording && (facts.recording = { ...facts.recording, ...change })
}
const search = (change: Partial<NonNullable<DemoFacts['search']>>): Change => {
  return (facts) => facts.search && (facts.search = { ...facts.search, ...change })
}
const poor = { lagSamples: 0, correlation: 0.5, slips: 0 }

const faults: Readonly<Record<string, Change>> = {
  'the call was not answered': (facts) => facts.phone && (facts.phone = { ...facts.phone, answered: false }),
  'phone and gateway disagree about the SRTP suite': (facts) =>
    facts.phone && (facts.phone = { ...facts.phone, srtpSuite: 'AES_CM_128_HMAC_SHA1_80' }),
  'no audio came back from the app': (facts) => delete facts.roundTrips,
  'the caller did not hear what the app sent back (0.5)': (facts) => (facts.heard = poor),
  'the recording’s hash is not the one that was noted': recording({ fileSha256: 'another' }),
  'the recording is not what the caller said': recording({ leftMatch: poor }),
  'the recording is not what the app said': recording({ rightMatch: poor }),
  'the webhook’s signature was not verified': (facts) =>
    facts.app && (facts.app = { ...facts.app, refused: 1 }),
  'not refused: the lock (it opened)': (facts) =>
    (facts.attempts = [{ what: 'the lock', refused: false, how: 'it opened' }]),
  'the call is not in the audit log': (facts) => (facts.trail = []),
  'the audit log’s hashes do not fit': (facts) => (facts.hashes = { checked: 3, broken: 1 }),
  'the search misses plaintext that was planted': search({ control: { planted: 900, found: 899 } }),
  'nothing was searched for plaintext': (facts) => delete facts.search,
  'plaintext: number in data/x at 7': search({ findings: [{ what: 'number', file: 'data/x', offset: 7 }] }),
  'the gateway did not end in good order (1)': (facts) => (facts.gatewayExit = 1),
}
for (const [problem, change] of Object.entries(faults)) {
  test(`problemsOf() says so when ${problem}`, () => {
    const facts = sampleFacts()
    change(facts)
    assert.ok(problemsOf(facts).includes(problem), problemsOf(facts).join('; '))
  })
}

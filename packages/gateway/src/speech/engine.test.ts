import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TenantId } from '#kernel'
import type { SpeechFacts, SpeechRequest } from './contract.ts'
import { speechEngine, type EngineDeps } from './engine.ts'
import { SpeechError } from './error.ts'
import { tellingSink } from './fake-engine.ts'
import type { SpeechRules } from './refusal.ts'
import type { SessionMeter } from './session.ts'

const facts: SpeechFacts = {
  id: 'asr',
  kind: 'vosk',
  region: 'eu',
  dataClasses: ['public', 'personal'],
  trainingOptOut: true,
}
const request: SpeechRequest = {
  tenant: 'acme' as TenantId,
  language: 'en-US',
  dataClasses: ['personal'],
  interim: false,
}

function opening(more: Partial<SpeechFacts> = {}, rules: Partial<SpeechRules> = {}, maxSessions = 2) {
  const refused: string[] = []
  const counted: string[] = []
  const meters: SessionMeter[] = []
  const closed: number[] = []
  const start: EngineDeps['start'] = (_request, _sink, meter) => {
    const number = meters.push(meter)
    return {
      audio: () => {},
      finish: async () => {},
      close: () => {
        closed.push(number)
        meter.ended()
      },
    }
  }
  const engine = speechEngine({
    facts: { ...facts, ...more },
    maxSessions,
    rulesOf: () => ({ regions: undefined, trainingOptOut: 'required', ...rules }),
    start,
    onRefused: ({ engine: id, tenant, why }) => refused.push(`${id} ${tenant} ${why}`),
    count: (name, by = 1, labels = {}) => counted.push(`${name} ${by} ${JSON.stringify(labels)}`),
  })
  const open = (asked: Partial<SpeechRequest> = {}) => engine.open({ ...request, ...asked }, tellingSink([]))
  return { engine, open, refused, counted, meters, closed }
}

const refusal = (why: string) => (error: unknown) =>
  error instanceof SpeechError && error.code === 'SPEECH_REFUSED' && error.why === why

describe('speechEngine()', () => {
  test('speechEngine() opens what its facts allow', () => {
    const { open, engine, refused } = opening({}, { regions: ['us', 'eu'] })
    open()
    assert.equal(engine.figures.sessions, 1)
    assert.deepEqual(refused, [])
  })

  test('speechEngine() refuses a tenant whose data may not go where it is, and starts nothing', () => {
    const { open, meters, refused, counted } = opening({}, { regions: ['us'] })
    assert.throws(() => open(), refusal('region'))
    assert.equal(meters.length, 0)
    assert.deepEqual(refused, ['asr acme region'])
    assert.deepEqual(counted, ['speech_refused 1 {"why":"region"}'])
    const nowhere = opening({ region: undefined }, { regions: ['eu'] })
    assert.throws(() => nowhere.open(), refusal('region'), 'what does not say where it is, is elsewhere')
  })

  test('speechEngine() refuses audio that may hold what it may not hear', () => {
    const { open } = opening()
    assert.throws(() => open({ dataClasses: ['personal', 'health'] }), refusal('data-class'))
  })

  test('speechEngine() refuses to be trained with a tenant’s calls, unless the tenant allows it', () => {
    const { open } = opening({ trainingOptOut: false })
    assert.throws(() => open(), refusal('training'))
    opening({ trainingOptOut: false }, { trainingOptOut: 'any' }).open()
  })

  test('speechEngine() has no more sessions than it may have, and gives a place back once', () => {
    const { open, engine, refused } = opening()
    const first = open()
    open()
    assert.throws(
      () => open(),
      (error: unknown) => error instanceof SpeechError && error.code === 'SPEECH_BUSY',
    )
    assert.deepEqual(refused, ['asr acme busy'])
    first.close()
    assert.equal(engine.figures.sessions, 1)
    open()
  })

  test('speechEngine() sums up what its sessions tell', () => {
    const { open, engine, meters } = opening()
    open()
    open()
    assert.equal(engine.health, 'unknown')
    meters[0]?.connected()
    assert.equal(engine.health, 'up')
    meters[0]?.lag(300)
    meters[1]?.lag(900)
    meters[0]?.words(4)
    meters[1]?.lost(120.4)
    meters[1]?.failed('stalled')
    assert.equal(engine.health, 'failing')
    assert.deepEqual(engine.figures, {
      sessions: 2,
      maxSessions: 2,
      lagMs: 900,
      words: 4,
      lostMs: 120,
      failures: { stalled: 1 },
    })
  })

  test('speechEngine() ends its sessions with itself', async () => {
    const { open, engine, closed } = opening()
    open()
    open()
    await engine[Symbol.asyncDispose]()
    assert.deepEqual(closed, [1, 2])
    assert.equal(engine.figures.sessions, 0)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, TenantId, TokenId } from '#kernel'
import { startCalls, type CreateCall } from './calls.ts'
import { callCommands } from './commands.ts'
import { pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { SecurityReceipt } from './receipt.ts'

const commands = (...list: object[]) => callCommands.parse(list)
const request: CreateCall = {
  tenant: 'default' as TenantId,
  app: 'agent' as AppId,
  token: 'tok_1' as TokenId,
  to: '+12125550100',
  from: undefined,
  ringTimeoutMs: 20_000,
  variables: { case: '7' },
  parameters: { lang: 'en' },
  actions: undefined,
  record: false,
}

async function placing(world: FakeWorld, more: Partial<CreateCall> = {}) {
  const calls = startCalls(world.deps)
  const created = await calls.create({ ...request, ...more })
  await settle()
  assert.ok(created.ok)
  const call = calls.get(created.id)
  assert.ok(call)
  return { calls, call }
}

test('create() keeps and audits before it places, asks the guard for the token, and asks the app when it is answered', async () => {
  const world = fakeWorld({ signs: true })
  world.decisions.push(answers({ type: 'wait' }))
  const { call } = await placing(world)
  assert.equal(call.state, 'ringing')
  assert.partialDeepStrictEqual(world.dials, [{ via: 'api', token: 'tok_1', to: '+12125550100' }])
  assert.deepEqual(world.asked, [])
  world.outgoing[0]?.events.ringing(180)
  world.outgoing[0]?.events.ringing(180)
  await pickUp(world)
  assert.equal(call.state, 'active')
  assert.deepEqual(traced(world, /^(kept|audit|place|tell|connect|lease)/), [
    'kept',
    'audit call.placing',
    'tell call.initiated',
    'audit dial.placing',
    'place B1 carrier +12125550100',
    'tell call.ringing',
    'connect B1 sendrecv',
    'lease answered',
    'audit call.answered',
    'tell call.answered',
  ])
  const [placed] = world.outgoing
  assert.deepEqual(placed?.call.headers, [['Identity', 'a.b.c;info=<https://x.test/c>']])
  assert.partialDeepStrictEqual(world.asked, [
    {
      type: 'call.connected',
      data: { direction: 'outbound', to: '+12125550100', trunk: 'carrier', parameters: { lang: 'en' } },
    },
  ])
})

test('a call of ours that is answered and hung up has a receipt with the outgoing hop’s protection', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, { actions: commands({ type: 'wait' }), record: true })
  await pickUp(world)
  assert.deepEqual(world.asked, [], 'it knows what to do')
  assert.ok(world.trace.includes('startRecording'))
  world.clock.advance(4_000)
  world.outgoing[0]?.events.ended('caller-hung-up')
  await call.settled
  assert.ok(world.trace.includes('ended callee-hung-up'))
  assert.equal(traced(world, /^lease ended/).length, 1)
  assert.equal(world.clock.timers, 0)
  const [receipt] = world.receipts as SecurityReceipt[]
  assert.partialDeepStrictEqual(receipt, {
    sip: { tlsVersion: 'TLSv1.3' },
    srtp: { suite: 'AES_CM_128_HMAC_SHA1_80' },
    legs: [{ via: 'api', outcome: 'answered', durationMs: 4_000 }],
    recordings: [{ state: 'sealed' }],
  })
})

for (const [why, reason] of [
  ['busy', 'busy'],
  ['no-answer', 'no-answer'],
  ['not-found', 'not-found'],
  ['rejected', 'callee-rejected'],
  ['redirected', 'callee-rejected'],
  ['unreachable', 'unreachable'],
  ['timeout', 'unreachable'],
  ['overloaded', 'over-capacity'],
] as const) {
  test(`a call of ours that fails as ${why} ends as ${reason}, and the app is told`, async () => {
    const world = fakeWorld()
    const { call } = await placing(world)
    world.outgoing[0]?.events.failed({ why, elsewhere: false })
    await call.settled
    assert.deepEqual(traced(world, /^(lease|ended|tell|hangup)/), [
      'tell call.initiated',
      'lease ended',
      'tell call.failed',
      `ended ${reason}`,
      'tell call.ended',
    ])
    const [receipt] = world.receipts as SecurityReceipt[]
    assert.deepEqual([receipt?.sip, receipt?.srtp, receipt?.legs[0]?.outcome], [null, null, why])
    assert.equal(world.clock.timers, 0)
  })
}

test('a call of ours goes over to the next trunk, and its row says by which it went', async () => {
  const world = fakeWorld()
  world.guard.trunks = ['carrier', 'spare']
  const rows: unknown[] = []
  const { update } = world.deps.keep
  Object.assign(world.deps.keep, {
    update: (...change: Parameters<typeof update>) => (rows.push(change[2]), update(...change)),
  })
  await placing(world, { actions: commands({ type: 'wait' }) })
  world.outgoing[0]?.events.failed({ why: 'unreachable', elsewhere: true })
  await settle()
  await pickUp(world, 2)
  assert.partialDeepStrictEqual(rows, [{ state: 'active', trunk: 'spare' }])
})

test('a call of ours is cancelled when the API ends it before the answer, and an answer that crosses is refused', async () => {
  const world = fakeWorld()
  const { call } = await placing(world)
  const ended = call.end('api-hung-up')
  assert.equal(world.outgoing[0]?.events.answered(new Uint8Array(), world.incoming.security), false)
  await ended
  await call.settled
  assert.deepEqual(traced(world, /^(hangup|lease|ended)/), ['hangup B1', 'lease ended', 'ended api-hung-up'])
  assert.equal(world.clock.timers, 0)
})

test('a call of ours ends when what is left of the day is used up', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, { actions: commands({ type: 'wait' }) })
  await pickUp(world)
  world.clock.advance(600_000)
  await call.settled
  assert.deepEqual(traced(world, /^(hangup|ended|lease)/), [
    'lease answered',
    'hangup B1',
    'lease ended',
    'ended limit-reached',
  ])
})

test('a call of ours can dial: two legs of ours talk', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, {
    actions: commands({ type: 'dial', to: '+12125550177' }, { type: 'hangup' }),
  })
  world.decisions.push(answers())
  await pickUp(world)
  await pickUp(world, 2)
  assert.deepEqual(traced(world, /^bridge/), ['bridge B1 B2'])
  assert.equal(world.dials.at(-1)?.token, 'tok_1')
  world.outgoing[1]?.events.ended('caller-hung-up')
  await call.settled
  assert.ok(world.trace.includes('ended app-hung-up'))
})

test('create() refuses what the guard refuses, an app of another tenant, and everything while it drains', async () => {
  const world = fakeWorld()
  const calls = startCalls(world.deps)
  world.guard.refuse = 'high-risk'
  assert.deepEqual(await calls.create(request), { ok: false, why: 'high-risk' })
  delete world.guard.refuse
  const other = { ...request, tenant: 'other' as TenantId }
  assert.deepEqual(await calls.create(other), { ok: false, why: 'no-app' })
  assert.deepEqual(await calls.create({ ...other, app: undefined }), { ok: false, why: 'no-app' })
  assert.equal((await calls.create({ ...request, app: undefined })).ok, true, 'the only one there is')
  await calls.create(request)
  assert.deepEqual(await calls.create(request), { ok: false, why: 'over-capacity' })
  await calls.drain()
  assert.deepEqual(await calls.create(request), { ok: false, why: 'draining' })
  assert.equal(calls.active, 0)
  assert.equal(traced(world, /^lease ended/).length, 2)
})

test('no record, no call: create() rejects, places nothing and gives the lease back', async () => {
  const world = fakeWorld()
  Object.assign(world.deps.keep, { begin: () => Promise.reject(new Error('disk full')) })
  const calls = startCalls(world.deps)
  await assert.rejects(calls.create(request), /disk full/)
  await settle()
  assert.deepEqual(traced(world, /^(place|lease)/), ['lease ended'])
})

test('no audit, no call: nothing is placed when the audit log takes no entry', async () => {
  const world = fakeWorld()
  Object.assign(world.deps.keep, { audit: () => Promise.reject(new Error('disk full')) })
  const calls = startCalls(world.deps)
  await assert.rejects(calls.create(request), { code: 'CALL_AUDIT' })
  await settle()
  assert.deepEqual(traced(world, /^(place|lease|ended)/), ['lease ended', 'ended audit-failed'])
})

test('commands that come before the answer take the place of what the call was to begin with', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, { actions: commands({ type: 'play', url: '/old.wav' }) })
  await call.command(commands({ type: 'record' }))
  await call.command(commands({ type: 'play', url: '/new.wav' }, { type: 'wait' }))
  await pickUp(world)
  assert.equal(traced(world, /^play/).length, 1)
  assert.ok(world.trace.includes('startRecording'), 'and what goes beside waited for the answer')
  assert.deepEqual(world.asked, [])
})

test('create() asks whom the request names, after what comes before all else', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'wait' }))
  const before = commands({ type: 'record', events: { url: '/recorded', only: ['completed'] } })
  await placing(world, { ask: { url: '/first', method: 'GET' }, before })
  await pickUp(world)
  assert.partialDeepStrictEqual(world.asked, [
    { type: 'call.connected', to: { url: 'https://app.test/first', method: 'GET' } },
  ])
  assert.ok(world.trace.includes('startRecording'))
})

test('create() has what becomes of the call told where the request says, and only what it names', async () => {
  const world = fakeWorld()
  const events = { url: 'https://app.test/status', method: 'POST', only: ['answered', 'ended'] } as const
  const { call } = await placing(world, {
    actions: commands({ type: 'wait' }),
    events: { ...events, only: [...events.only] },
  })
  await pickUp(world)
  await call.end('api-hung-up')
  await call.settled
  const to = { url: events.url, method: 'POST' }
  const told = world.told.filter(({ type }) => type.startsWith('call.'))
  assert.deepEqual(
    told.map(({ type, to: where }) => [type, where]),
    [
      ['call.answered', to],
      ['call.ended', to],
    ],
  )
})

test('create() ends a call that has lasted as long as it was to', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, { actions: commands({ type: 'wait' }), limitMs: 90_000 })
  await pickUp(world)
  world.clock.advance(89_000)
  await settle()
  assert.equal(call.state, 'active')
  world.clock.advance(1_000)
  await call.settled
  assert.ok(world.trace.includes('ended max-duration'))
  assert.equal(world.clock.timers, 0)
})

test('fork() opens a stream beside what the call does, and says its id at once', async () => {
  const world = fakeWorld()
  const { call } = await placing(world, { actions: commands({ type: 'wait' }) })
  const [stream] = commands({ type: 'stream', url: 'wss://app.test/ears', direction: 'inbound' })
  assert.ok(stream?.type === 'stream')
  await assert.rejects(call.fork(stream), { code: 'CALL_ENDED' })
  await pickUp(world)
  const id = await call.fork(stream)
  await settle()
  assert.deepEqual(
    world.streams.map((spec) => spec.id),
    [id],
  )
  assert.equal(call.look().receipt.streams[0]?.id, id)
  assert.equal(call.state, 'active')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, TenantId, TokenId } from '#kernel'
import { startCalls } from './calls.ts'
import { settle, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'
import { startCall } from './call.ts'

test('startCalls() lets no call in that is tied to other regions: refused, audited, told, and nobody is asked', async () => {
  const world = fakeWorld({ away: 'tenant' })
  const calls = startCalls(world.deps)
  calls.handle(world.incoming)
  await settle()
  assert.equal(calls.active, 0)
  assert.deepEqual(world.asked, [])
  assert.deepEqual(traced(world, /^(audit|tell|kept|reject)/), [
    'audit region.refused',
    'reject 403',
    'tell region.refused',
  ])
})

test('create() places none either, and asks the guard nothing', async () => {
  const world = fakeWorld({ away: 'tenant' })
  const created = await startCalls(world.deps).create({
    tenant: 'default' as TenantId,
    app: 'agent' as AppId,
    token: 'tok_1' as TokenId,
    to: '+12125550100',
    from: undefined,
    ringTimeoutMs: 20_000,
    variables: {},
    parameters: {},
    actions: undefined,
    record: false,
  })
  await settle()
  assert.deepEqual(created, { ok: false, why: 'region' })
  assert.deepEqual(world.dials, [])
  assert.deepEqual(traced(world, /^(audit|tell)/), ['audit region.refused', 'tell region.refused'])
})

test('a stream that would leave the regions is not opened, and the app is told which host', async () => {
  const world = fakeWorld()
  const [app] = world.deps.apps.values()
  assert.ok(app)
  const refuse = () => Promise.reject(Object.assign(new Error('elsewhere'), { code: 'REGION_REFUSED' }))
  world.decisions.push(answers({ type: 'stream', url: 'wss://far.example/s' }))
  startCall(world.deps, { ...app, prepareStream: refuse }, world.incoming)
  await settle()
  const told = traced(world, /region|openStream|stream\./)
  assert.deepEqual(
    told.filter((line) => /^(audit|tell) region/.test(line)),
    ['audit region.refused', 'tell region.refused'],
  )
  assert.ok(!told.some((line) => line.startsWith('openStream')))
})

test('an event for an address outside the regions is refused, and the app is told of that', async () => {
  const world = fakeWorld()
  const [app] = world.deps.apps.values()
  assert.ok(app)
  const tell: typeof app.tell = (event) =>
    event.to === undefined
      ? app.tell(event)
      : Promise.reject(Object.assign(new Error('elsewhere'), { code: 'REGION_REFUSED' }))
  const events = { url: 'https://far.example/told' }
  world.decisions.push(answers({ type: 'answer' }, { type: 'record', events }))
  startCall(world.deps, { ...app, tell }, world.incoming)
  await settle()
  const told = traced(world, /region/)
  assert.deepEqual(told.filter((line) => /^(audit|tell)/.test(line)).slice(0, 2), [
    'audit region.refused',
    'tell region.refused',
  ])
})

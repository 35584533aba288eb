import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, fakeClock, type AppId, type TenantId, type TokenId } from '#kernel'
import { memoryUsageStore } from './memory-usage-store.ts'
import { dialingConfig, noon, openTestGuard, token } from './test-guard.ts'

const minute = 60_000
const hour = 60 * minute

test('admit() gives what to dial and to show, in one spelling', async () => {
  const { ask } = await openTestGuard()
  const admission = await ask({ to: '+1 (212) 555-0100' })
  assert.ok(admission.ok)
  const { to, from, trunks } = admission
  assert.deepEqual({ to, from, trunks }, { to: '+12125550100', from: '+12125550199', trunks: ['carrier'] })
})

test('admit() refuses apps without dialing, and apps of another tenant', async () => {
  const { why } = await openTestGuard()
  assert.equal(await why({ app: 'other' as AppId }), 'not-configured')
  assert.equal(await why({ tenant: 'other' as TenantId }), 'not-configured')
})

test('admit() refuses countries, ranges and kinds of numbers that are not allowed', async () => {
  const { why } = await openTestGuard({ prefixes: ['+4930'], deny: ['+1212666', '+493011'] })
  for (const [to, expected] of [
    ['+12125550100', 'ok'],
    ['+442079460018', 'ok'],
    ['+33142685300', 'country'],
    ['+18765551234', 'country'],
    ['+493012345678', 'ok'],
    ['+498912345678', 'country'],
    ['+12126660100', 'denied'],
    ['+493011345678', 'denied'],
    ['+1 900 555 1234', 'high-risk'],
    ['+449098790879', 'high-risk'],
    ['+8816123456789', 'high-risk'],
    ['001 212 555 0100', 'not-a-number'],
    ['911', 'not-a-number'],
    ['sip:+12125550100@evil.example', 'uri'],
    ['sips:agent@evil.example', 'uri'],
  ] as const)
    assert.equal(await why({ to }), expected, to)
})

test('admit() allows high-risk numbers only where the country is allowed as well', async () => {
  const { why } = await openTestGuard({ allowHighRisk: true, prefixes: ['+8816'] })
  assert.equal(await why({ to: '+19005551234' }), 'ok')
  assert.equal(await why({ to: '+8816123456789' }), 'ok')
  assert.equal(await why({ to: '+870773123456' }), 'country')
})

test('admit() judges a number in a SIP address like any other', async () => {
  const uris = ['sip:+*@pbx.example.com', 'sip:*@pbx.example.com']
  const { why } = await openTestGuard({ uris })
  const at = (user: string) => why({ to: `sip:${user}@pbx.example.com` })
  assert.equal(await at('agent'), 'ok')
  assert.equal(await at('+12125550100'), 'ok')
  assert.equal(await at('+1-900-555-1234'), 'high-risk')
  assert.equal(await at('+33142685300'), 'country')
  assert.equal(await at('911'), 'uri')
  assert.equal(await at('0033142685300'), 'uri')
})

test('admit() shows only callers that are listed, the first one by default', async () => {
  const { ask, why } = await openTestGuard({ callerIds: ['+1212*', '+442079460018'] })
  const chosen = await ask()
  assert.equal(chosen.ok && chosen.from, '+442079460018')
  const asked = await ask({ from: '+1 212 555 0177' })
  assert.equal(asked.ok && asked.from, '+12125550177')
  assert.equal(await why({ from: '+13105550100' }), 'caller-id')
  assert.equal(await why({ from: 'Bank' }), 'caller-id')
  assert.equal(await why({ from: '' }), 'caller-id')
  const none = await openTestGuard({ callerIds: [] })
  assert.equal(await none.why(), 'caller-id')
})

test('admit() holds every way to place a call to the same rules, and transfers to their own as well', async () => {
  for (const via of ['api', 'command', 'transfer', 'refer'] as const) {
    const { why } = await openTestGuard({ transfers: ['+1212*', '+33*', '+1900*'], limits: { perMinute: 1 } })
    assert.equal(await why({ via, to: '+33142685300' }), 'country', via)
    assert.equal(await why({ via, to: '+19005551234' }), 'high-risk', via)
    assert.equal(await why({ via, from: '+13105550100' }), 'caller-id', via)
    const isTransfer = via === 'transfer' || via === 'refer'
    assert.equal(await why({ via, to: '+13105550100' }), isTransfer ? 'transfer-target' : 'ok', via)
    assert.equal(await why({ via }), isTransfer ? 'ok' : 'rate', via)
    assert.equal(await why({ via }), 'rate', via)
  }
})

test('admit() refuses an attempt that is one too many, until another ends', async () => {
  const { why, place } = await openTestGuard({ limits: { concurrent: 2 } })
  const lease = await place()
  await place()
  assert.equal(await why(), 'concurrency')
  await lease.ended()
  await lease.ended()
  assert.equal(await why(), 'ok')
  assert.equal(await why(), 'concurrency')
})

test('admit() lets no two requests see the same room', async () => {
  const { why } = await openTestGuard({ limits: { concurrent: 3 } })
  const answers = await Promise.all(Array.from({ length: 20 }, () => why()))
  assert.equal(answers.filter((answer) => answer === 'ok').length, 3)
})

test('admit() counts attempts over any sixty seconds, answered or not', async () => {
  const { why, place, clock } = await openTestGuard({ limits: { perMinute: 2 } })
  await (await place()).ended()
  clock.advance(59_000)
  await (await place()).ended()
  assert.equal(await why(), 'rate')
  clock.advance(1_000)
  assert.equal(await why(), 'ok')
  assert.equal(await why(), 'rate')
})

test('admit() shares the day’s minutes fairly among the legs that may run at once', async () => {
  const { place, clock, why } = await openTestGuard({ limits: { concurrent: 3, minutesPerDay: 30 } })
  const first = await place()
  assert.equal(first.maxDurationMs, 10 * minute)
  const second = await place()
  assert.equal(second.maxDurationMs, 10 * minute)
  first.answered()
  clock.advance(minute)
  await first.ended()
  const third = await place()
  const fourth = await place()
  assert.deepEqual([third.maxDurationMs, fourth.maxDurationMs], [9.5 * minute, 9.5 * minute])
  assert.equal(await why(), 'concurrency')
})

test('DialLease.maxDurationMs grows when it is over and others left something, never past the day’s minutes', async () => {
  const { place, clock, why } = await openTestGuard({ limits: { concurrent: 2, minutesPerDay: 10 } })
  const lease = await place()
  lease.answered()
  assert.equal(lease.maxDurationMs, 5 * minute)
  clock.advance(5 * minute - 500)
  assert.equal(lease.maxDurationMs, 7.5 * minute)
  assert.equal(lease.maxDurationMs, 7.5 * minute)
  for (let grown = 0, last = 0; grown !== last || grown === 0;) {
    last = lease.maxDurationMs
    clock.advance(Math.max(0, noon + last - clock.now()))
    grown = lease.maxDurationMs
    assert.ok(grown <= 10 * minute)
  }
  await lease.ended()
  assert.equal(await why(), 'minutes')
})

test('admit() sets no more aside than a call may last', async () => {
  const { place } = await openTestGuard({ limits: { minutesPerDay: 10_000 } }, { maxCallMs: 5 * minute })
  assert.equal((await place()).maxDurationMs, 5 * minute)
})

test('admit() starts over on the next UTC day, and counts a call on the day it was placed', async () => {
  const { place, why, clock } = await openTestGuard(
    { limits: { concurrent: 1, minutesPerDay: 780 } },
    { maxCallMs: 24 * hour },
  )
  const lease = await place()
  lease.answered()
  clock.advance(13 * hour)
  await lease.ended()
  assert.equal(await why(), 'ok')
  const full = await openTestGuard({ limits: { concurrent: 1, minutesPerDay: 60 } })
  const used = await full.place()
  used.answered()
  full.clock.advance(hour)
  await used.ended()
  assert.equal(await full.why(), 'minutes')
  full.clock.advance(12 * hour)
  assert.equal(await full.why(), 'ok')
})

test('admit() limits spend by the longest prefix, and refuses what has no price', async () => {
  const { place, why, clock } = await openTestGuard({
    limits: { concurrent: 2, spendPerDay: 1.2 },
    rates: [
      { prefix: '+1', perMinute: 0.01 },
      { prefix: '+1212', perMinute: 0.06 },
    ],
  })
  const lease = await place()
  assert.equal(lease.maxDurationMs, 10 * minute)
  lease.answered()
  clock.advance(10 * minute)
  await lease.ended()
  assert.equal((await place({ to: '+13105550100' })).maxDurationMs, 30 * minute)
  assert.equal(await why({ to: '+442079460018' }), 'spend')
  const rest = await place()
  assert.equal(rest.maxDurationMs, 5 * minute)
})

test('admit() holds an API token to limits of its own, and leaves the others alone', async () => {
  const { why } = await openTestGuard({ perToken: { perMinute: 1 } })
  assert.equal(await why({ token }), 'ok')
  assert.equal(await why({ token }), 'rate')
  assert.equal(await why({ token: 'tok_2' as TokenId }), 'ok')
  assert.equal(await why(), 'ok')
})

test('admit() holds all apps of a tenant to the tenant’s limits', async () => {
  const apps = ['ivr', 'bot'].map((id) => ({ id, tenant: 'acme', dialing: dialingConfig() }))
  const tenants = [{ id: 'acme', dialing: { concurrent: 9, perMinute: 1, minutesPerDay: 60 } }]
  const { why } = await openTestGuard({}, { apps, tenants })
  assert.equal(await why(), 'ok')
  assert.equal(await why({ app: 'bot' as AppId }), 'rate')
})

test('admit() refuses everything with limits of zero', async () => {
  assert.equal(await (await openTestGuard({ limits: { concurrent: 0 } })).why(), 'concurrency')
  assert.equal(await (await openTestGuard({ limits: { perMinute: 0 } })).why(), 'rate')
  assert.equal(await (await openTestGuard({ limits: { minutesPerDay: 0 } })).why(), 'minutes')
})

test('admit() refuses when the store is gone, and takes up no room for it', async () => {
  const { why, store } = await openTestGuard({ limits: { concurrent: 1 } })
  store.gone = true
  assert.deepEqual([await why(), await why()], ['unavailable', 'unavailable'])
  store.gone = false
  assert.equal(await why(), 'ok')
})

test('admit() refuses although the refusal cannot be audited', async () => {
  const { why } = await openTestGuard({}, { audit: () => Promise.reject(new Error('the audit log is gone')) })
  assert.equal(await why({ to: '+33142685300' }), 'country')
})

test('DialLease.ended() does not reject when the store is gone, and what was used stays counted', async () => {
  const { place, why, store, clock } = await openTestGuard({ limits: { concurrent: 1, minutesPerDay: 5 } })
  const lease = await place()
  lease.answered()
  clock.advance(5 * minute)
  store.gone = true
  await lease.ended()
  store.gone = false
  assert.equal(await why(), 'minutes')
})

test('openDialing() goes on where it was stopped, and takes what was open for used until now', async () => {
  const clock = fakeClock(noon)
  const store = memoryUsageStore()
  const limits = { concurrent: 2, perMinute: 4, minutesPerDay: 60 }
  const before = await openTestGuard({ limits }, { clock, store })
  const ended = await before.place()
  ended.answered()
  clock.advance(10 * minute)
  await ended.ended()
  const lost = await before.place()
  lost.answered()
  clock.advance(20 * minute)

  const after = await openTestGuard({ limits }, { clock, store })
  const lease = await after.place()
  assert.equal(lease.maxDurationMs, 15 * minute)
  await lease.ended()
  for (let attempt = 0; attempt < 3; attempt += 1) await (await after.place()).ended()
  const again = await openTestGuard({ limits }, { clock, store })
  assert.equal(await again.why(), 'rate')
})

test('openDialing() rejects when it cannot know what was used', async () => {
  const store = memoryUsageStore()
  store.gone = true
  await assert.rejects(openTestGuard({}, { store }), /the store is gone/)
})

test('openDialing() refuses patterns that say nothing', async () => {
  for (const changes of [
    { uris: ['pbx.example.com'] },
    { transfers: ['.*'] },
    { callerIds: ['sip:a@b.example'] },
  ])
    await assert.rejects(openTestGuard(changes), ConfigError)
})

test('admit() audits each refusal, with the number only when it is one that the log can hide', async () => {
  const { why, audited } = await openTestGuard()
  await why({ to: '+33 1 42 68 53 00', token })
  await why({ to: '+１９００５５５１２３４', via: 'command' })
  const fields = { app: 'ivr', via: 'api', why: 'country', to: '+33142685300' }
  assert.deepEqual(audited[0], { type: 'dial.refused', tenant: 'acme', actor: 'token:tok_1', fields })
  const unread = { app: 'ivr', via: 'command', why: 'not-a-number', to: null }
  assert.deepEqual(audited[1], { type: 'dial.refused', tenant: 'acme', actor: 'app:ivr', fields: unread })
})

test('admit() raises an alert when an app calls far more than usual, and goes on', async () => {
  const { place, alerts, audited, counts } = await openTestGuard({ anomaly: { minimum: 3 } })
  for (let attempt = 0; attempt < 5; attempt += 1) await (await place()).ended()
  assert.deepEqual(alerts, [
    { tenant: 'acme', app: 'ivr', kind: 'velocity', atMs: noon, attempts: 4, usual: 0, stopped: false },
  ])
  assert.deepEqual(
    audited.map(({ type }) => type),
    ['dial.alert'],
  )
  assert.ok(counts.includes('dialing_alerts ivr'))
})

test('admit() refuses a stopped app until it is lifted, over restarts too', async () => {
  const clock = fakeClock(noon)
  const store = memoryUsageStore()
  const changes = { anomaly: { minimum: 3, stop: true } }
  const before = await openTestGuard(changes, { clock, store })
  for (let attempt = 0; attempt < 3; attempt += 1) await (await before.place()).ended()
  assert.deepEqual([await before.why(), await before.why()], ['stopped', 'stopped'])
  assert.equal(before.alerts.length, 1)
  await before.guard.settled()

  clock.advance(hour)
  const after = await openTestGuard(changes, { clock, store })
  assert.equal(await after.why(), 'stopped')
  assert.deepEqual(after.guard.stopped(), ['ivr'])
  assert.equal(await after.guard.lift('ivr' as AppId, 'token:tok_9'), true)
  assert.equal(await after.guard.lift('ivr' as AppId, 'token:tok_9'), false)
  assert.deepEqual(after.audited.at(-1)?.type, 'dial.lifted')
  assert.equal(await after.why(), 'ok')
  const again = await openTestGuard(changes, { clock, store })
  assert.equal(await again.why(), 'ok')
})

test('admit() after a lift in the same hour and a restart waits for twice the attempts before it stops again', async () => {
  const clock = fakeClock(noon)
  const store = memoryUsageStore()
  const changes = { anomaly: { minimum: 3, stop: true } }
  const before = await openTestGuard(changes, { clock, store })
  for (let attempt = 0; attempt < 3; attempt += 1) await (await before.place()).ended()
  assert.equal(await before.why(), 'stopped')
  await before.guard.settled()
  await store.lift('ivr' as AppId)

  const after = await openTestGuard(changes, { clock, store })
  for (let attempt = 4; attempt <= 8; attempt += 1) await (await after.place()).ended()
  assert.equal(await after.why(), 'stopped')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRecord, Calls, Keep } from '#call'
import { fakeClock, type AppId, type CallId, type LegId, type TenantId } from '#kernel'
import type { FromMedia } from '#media'
import { liveFeed, type LiveItem } from './live-feed.ts'
import { liveLevels, type Level } from './live-levels.ts'

const [acme, rival] = ['acme' as TenantId, 'rival' as TenantId]
const id = 'call_1' as CallId

function record(tenant: TenantId, call = id): CallRecord {
  const about = { app: 'agent' as AppId, trunk: 'trunk', direction: 'inbound', from: '+1', to: '+2' } as const
  return { id: call, tenant, ...about, startedAtMs: 1 }
}

function watched() {
  const feed = liveFeed(fakeClock())
  const kept: string[] = []
  const keep = feed.watched({
    begin: (call: CallRecord) => Promise.resolve(void kept.push(`begin ${call.id}`)),
    update: (_: TenantId, call: CallId) => Promise.resolve(void kept.push(`update ${call}`)),
    story: (call: CallId, _: TenantId, kind: string) => void kept.push(`story ${call} ${kind}`),
  } as unknown as Keep)
  return { feed, keep, kept }
}

test('liveFeed() lets a tenant see its own calls from beginning to end, and keeps what is kept', async () => {
  const { feed, keep, kept } = watched()
  const heard: LiveItem[] = []
  const stop = feed.watch(acme, (item) => heard.push(item))
  await keep.begin(record(acme))
  await keep.begin(record(rival, 'call_2' as CallId))
  keep.story(id, acme, 'answered', { codec: 'PCMU' })
  await keep.update(acme, id, { state: 'active', answeredAtMs: 5 })
  assert.deepEqual(
    feed.calls(acme).map(({ state }) => state),
    ['active'],
  )
  assert.deepEqual(
    feed.story(acme, id).map(({ kind }) => kind),
    ['answered'],
  )
  assert.deepEqual(feed.story(rival, id), [])
  await keep.update(acme, id, { state: 'ended', endReason: 'app-hung-up' })
  assert.deepEqual([feed.calls(acme), feed.story(acme, id)], [[], []])
  stop()
  await keep.begin(record(acme))
  const told = heard.map((item) => (item.kind === 'call' ? item.call.state : item.line.kind))
  assert.deepEqual(told, ['ringing', 'answered', 'active', 'ended'])
  assert.equal(kept.length, 6)
})

test('liveFeed() keeps the last three hundred lines of a story', async () => {
  const { feed, keep } = watched()
  await keep.begin(record(acme))
  for (let n = 0; n < 400; n++) keep.story(id, acme, `line ${n}`, {})
  const lines = feed.story(acme, id)
  assert.deepEqual([lines.length, lines[0]?.kind, lines.at(-1)?.kind], [300, 'line 100', 'line 399'])
})

test('liveLevels() measures a call once for all who watch, and no longer than they do', () => {
  const clock = fakeClock()
  const leg = 'leg_1' as LegId
  const metered: string[] = []
  const handlers = new Set<(event: FromMedia) => void>()
  const running = [{ id, tenant: acme, look: () => ({ leg }) }]
  const levels = liveLevels({
    clock,
    calls: { running: () => running } as unknown as Calls,
    media: {
      meter: (_, on) => void metered.push(String(on)),
      onLeg(_, handler) {
        handlers.add(handler)
        return () => void handlers.delete(handler)
      },
    },
  })
  const heard: Level[] = []
  const hear = (level: Level) => heard.push(level)
  const stops = [levels.watch(acme, hear), levels.watch(acme, hear)]
  levels.watch(rival, () => assert.fail('another tenant’s call'))()
  for (const tell of handlers) tell({ kind: 'level', leg, inDb: -20, outDb: -30, streams: [] })
  for (const stop of stops) stop()
  clock.advance(10_000)
  assert.deepEqual(metered, ['true', 'false'])
  assert.equal(heard.length, 2)
  assert.equal(handlers.size, 0)
})

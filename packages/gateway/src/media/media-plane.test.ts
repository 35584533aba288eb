import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { configSchema, fakeClock, silentLog, type LegId, type StreamId } from '#kernel'
import type { FromMedia, ToMedia } from './contract.ts'
import type { MediaWorkerConfig } from './deps.ts'
import { startMediaPlane, type MediaPlane } from './media-plane.ts'

const config = configSchema.shape.media.parse({ portMin: 20_000, portMax: 20_099 })
const [a, b, c] = ['leg_a', 'leg_b', 'leg_c'] as [LegId, LegId, LegId]

/** Threads that do what the test says. */
class FakeWorker extends EventEmitter {
  readonly config: MediaWorkerConfig
  readonly received: ToMedia[] = []
  terminated = false
  constructor(workerConfig: MediaWorkerConfig) {
    super()
    this.config = workerConfig
  }
  postMessage(message: ToMedia): void {
    this.received.push(message)
    if (message.kind === 'leg.open') {
      this.say({
        kind: 'done',
        request: message.request,
        value: { kind: 'port', rtpPort: this.config.portMin },
      })
    }
    if (message.kind === 'shutdown') this.say({ kind: 'done', request: message.request })
  }
  say(message: FromMedia): void {
    this.emit('message', message)
  }
  async terminate(): Promise<number> {
    this.terminated = true
    return 0
  }
}

async function start(workers: number) {
  const clock = fakeClock()
  const spawned: FakeWorker[] = []
  const events: FromMedia[] = []
  const plane: MediaPlane = await startMediaPlane({
    config,
    workers,
    clock,
    log: silentLog,
    onEvent: (event) => events.push(event),
    workerFile: new URL('file:///nowhere'),
    spawn(_file, workerConfig) {
      const worker = new FakeWorker(workerConfig)
      spawned.push(worker)
      queueMicrotask(() => worker.say({ kind: 'ready' }))
      return worker
    },
  })
  return { clock, spawned, events, plane }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index)
  assert.ok(item !== undefined)
  return item
}

test('startMediaPlane() gives each worker ports of its own and each leg to the least loaded one', async () => {
  const { spawned, plane } = await start(2)
  const [first, second] = [at(spawned, 0), at(spawned, 1)]
  assert.ok(first.config.portMax < second.config.portMin)
  assert.deepEqual(await plane.open(a), { rtpPort: first.config.portMin })
  assert.deepEqual(await plane.open(b), { rtpPort: second.config.portMin })
  plane.close(b)
  assert.deepEqual(await plane.open(c), { rtpPort: second.config.portMin })
})

test('startMediaPlane() opens a leg near another in its worker, however loaded that is', async () => {
  const { spawned, plane } = await start(2)
  await plane.open(a)
  assert.deepEqual(await plane.open(b, a), { rtpPort: at(spawned, 0).config.portMin })
  assert.deepEqual(await plane.open(c, 'leg_gone' as LegId), { rtpPort: at(spawned, 1).config.portMin })
})

test('startMediaPlane() bridges legs of one worker, and only those', async () => {
  const { spawned, plane } = await start(2)
  await plane.open(a)
  await plane.open(b, a)
  await plane.open(c)
  plane.bridge(a, c)
  plane.bridge(a, 'leg_gone' as LegId)
  plane.bridge(a, b)
  plane.unbridge(b)
  const told = spawned.flatMap(({ received }) => received.filter(({ kind }) => kind.endsWith('bridge')))
  assert.deepEqual(told, [
    { kind: 'bridge', leg: a, peer: b },
    { kind: 'unbridge', leg: b },
  ])
})

test('startMediaPlane() tells a leg what a new key does to the counter, and to find out when nothing was said', async () => {
  const { spawned, plane } = await start(1)
  await plane.open(a)
  plane.connect(a, {} as never)
  plane.connect(a, {} as never, { rollover: 'reset' })
  const told = at(spawned, 0).received.flatMap((message) => ('rollover' in message ? [message.rollover] : []))
  assert.deepEqual(told, ['auto', 'reset'])
})

test('startMediaPlane() reports what happens on a leg to who listens, until they stop', async () => {
  const { spawned, plane, events } = await start(1)
  const heard: string[] = []
  const stop = plane.onLeg(a, (event) => heard.push(event.kind))
  at(spawned, 0).say({ kind: 'media.started', leg: a })
  at(spawned, 0).say({ kind: 'media.started', leg: b })
  at(spawned, 0).say({ kind: 'metrics', counters: {} })
  stop()
  at(spawned, 0).say({ kind: 'media.started', leg: a })
  assert.deepEqual(heard, ['media.started'])
  assert.deepEqual(events, [{ kind: 'metrics', counters: {} }])
})

test('startMediaPlane() resolves play() by what the worker tells', async () => {
  const { spawned, plane } = await start(1)
  await plane.open(a)
  const first = plane.play(a, new Uint8Array(1))
  const second = plane.play(a, new Uint8Array(1))
  const plays = at(spawned, 0).received.flatMap((message) => (message.kind === 'play' ? [message.play] : []))
  at(spawned, 0).say({ kind: 'play.done', leg: a, play: at(plays, 1), why: 'stopped' })
  at(spawned, 0).say({ kind: 'play.done', leg: a, play: at(plays, 0), why: 'finished' })
  assert.deepEqual(await Promise.all([first, second]), ['finished', 'stopped'])
})

test('startMediaPlane() passes a failure of the worker on with its code', async () => {
  const { spawned, plane } = await start(1)
  await plane.open(a)
  const stats = plane.stats(a)
  const request = at(at(spawned, 0).received, -1)
  assert.ok(request.kind === 'stats')
  at(spawned, 0).say({ kind: 'failed', request: request.request, code: 'LEG_UNKNOWN', message: 'gone' })
  await assert.rejects(stats, { name: 'MediaError', code: 'LEG_UNKNOWN' })
  await assert.rejects(plane.stats(c), { code: 'LEG_UNKNOWN' })
})

test('startMediaPlane() tells the legs of a worker that dies, and starts another in its place', async () => {
  const { clock, spawned, plane } = await start(2)
  await plane.open(a)
  await plane.open(b)
  const heard: FromMedia[] = []
  plane.onLeg(a, (event) => heard.push(event))
  plane.onLeg(b, (event) => heard.push(event))
  const play = plane.play(a, new Uint8Array(1))
  const stats = plane.stats(a)
  const first = at(spawned, 0)
  first.emit('error', new Error('out of memory'))
  first.emit('exit', 1)
  assert.equal(await play, 'closed')
  await assert.rejects(stats, { code: 'WORKER_DIED' })
  assert.deepEqual(heard, [
    { kind: 'warning', leg: a, code: 'worker-died', count: 1 },
    { kind: 'media.silent', leg: a, silentMs: 0 },
  ])
  await plane.open(c) // goes to the one that lives
  assert.equal(at(at(spawned, 1).received, -1).kind, 'leg.open')
  clock.advance(1_000)
  assert.equal(spawned.length, 3)
  assert.deepEqual(at(spawned, 2).config, first.config)
})

test('startMediaPlane() opens nothing while no worker lives', async () => {
  const { spawned, plane } = await start(1)
  at(spawned, 0).emit('exit', 1)
  await assert.rejects(plane.open(a), { code: 'WORKER_DIED' })
})

test('startMediaPlane() shuts its workers down, and then restarts none', async () => {
  const { clock, spawned, plane } = await start(2)
  await plane.open(a)
  const play = plane.play(a, new Uint8Array(1))
  await plane[Symbol.asyncDispose]()
  for (const worker of spawned) {
    assert.equal(at(worker.received, -1).kind, 'shutdown')
    assert.equal(worker.terminated, true)
    worker.emit('exit', 0)
  }
  assert.equal(await play, 'closed')
  clock.advance(60_000)
  assert.equal(spawned.length, 2)
})

test('startMediaPlane() says of each thing that an app said that it was looked at, once it was', async () => {
  const { spawned, plane } = await start(1)
  await plane.open(a)
  const worker = at(spawned, 0)
  const heard = () => worker.received.filter(({ kind }) => kind === 'stream.heard').length
  const before: number[] = []
  plane.onLeg(a, () => void before.push(heard()))
  const said = { kind: 'stream.said', leg: a, stream: 'strm_1' as StreamId, message: {} } as const
  for (let i = 0; i < 3; i += 1) worker.say(said)
  assert.deepEqual([before, heard()], [[0, 1, 2], 3])
  plane.close(a)
  worker.say(said)
  assert.equal(heard(), 3)
})

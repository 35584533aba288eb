import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCall, type Call } from './call.ts'
import { startCalls } from './calls.ts'
import { callCommands } from './commands.ts'
import { answers, fakeLeg, fakeOffer, fakeWorld, noStats, type FakeWorld } from './fake-world.ts'

/** Lets every promise that can settle do so; nothing here waits for real time. */
async function settle(): Promise<void> {
  for (let round = 0; round < 50; round++) await Promise.resolve()
}

async function begin(world: FakeWorld): Promise<Call> {
  const app = [...world.deps.apps.values()][0]
  assert.ok(app)
  const call = startCall(world.deps, app, world.incoming)
  await settle()
  return call
}

const commands = (...list: object[]) => callCommands.parse(list)

test('a call asks the app, answers, records and streams, in that order', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'record' }, { type: 'stream', url: 'wss://app.test/media' }))
  await begin(world)
  const order = [
    'ring',
    'answer 200',
    'audit recording.starting',
    'startRecording',
    'audit stream.opening',
    'openStream both',
  ]
  assert.deepEqual(
    world.trace.filter((line) => order.includes(line)),
    order,
  )
  assert.equal(world.asked[0]?.type, 'call.incoming')
})

test('a call takes the bare list of commands as well as {actions}', async () => {
  const world = fakeWorld()
  world.decisions.push({ ok: true, url: 'https://app.test/voice', answer: [{ type: 'reject', status: 603 }] })
  const call = await begin(world)
  await call.settled
  assert.ok(world.trace.includes('reject 603'))
  assert.ok(world.trace.includes('ended app-rejected'))
  assert.ok(!world.trace.includes('answer 200'))
})

test('a call ends when its commands run out, with everything sealed, closed and told', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'record' }, { type: 'play', url: '/hello.wav' }))
  const call = await begin(world)
  assert.ok(world.trace.includes('play 160'))
  world.finishPlay()
  await call.settled
  const order = [
    'hangup',
    'stopRecording',
    'listed sealed',
    'audit recording.sealed',
    'close',
    'audit call.ended',
    'ended app-finished',
    'tell call.ended',
  ]
  assert.deepEqual(
    world.trace.filter((line) => order.includes(line)),
    order,
  )
})

test('a call stays until the app closes its stream, then goes on', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'stream', url: 'wss://app.test/media' }, { type: 'hangup' }))
  const call = await begin(world)
  assert.equal(call.state, 'active')
  const stream = world.streams[0]
  assert.ok(stream)
  world.media({
    kind: 'stream.closed',
    leg: fakeLeg,
    stream: stream.id,
    why: 'closed-by-app',
    stats: { ...noStats, framesIn: 7 },
  })
  await call.settled
  assert.ok(world.trace.includes('ended app-hung-up'))
  const receipt = world.receipts[0] as {
    streams: { end: string; stats: { framesIn: number } }[]
    srtp: { suite: string }
  }
  assert.deepEqual(
    [receipt.streams[0]?.end, receipt.streams[0]?.stats.framesIn, receipt.srtp.suite],
    ['closed-by-app', 7, 'AES_CM_128_HMAC_SHA1_80'],
  )
})

test('a call that ends waits a moment for what its stream has to tell', async () => {
  const endOf = async (report: boolean) => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'stream', url: 'wss://app.test/media' }))
    const call = await begin(world)
    Object.assign(world.deps.media, { closeStream: () => {} })
    void call.end('api-hung-up')
    await settle()
    assert.deepEqual(world.receipts, [])
    const stats = { ...noStats, framesIn: 7 }
    const [stream] = world.streams
    if (report && stream !== undefined)
      world.media({
        kind: 'stream.closed',
        leg: fakeLeg,
        stream: stream.id,
        why: 'closed-by-gateway',
        stats,
      })
    else world.clock.advance(3_000)
    await call.settled
    const [receipt] = world.receipts as {
      streams: { end: string; stats: { framesIn: number } | null }[]
    }[]
    return receipt?.streams.map(({ end, stats: told }) => [end, told?.framesIn])
  }
  assert.deepEqual(await endOf(true), [['closed-by-gateway', 7]])
  assert.deepEqual(await endOf(false), [['closed-by-gateway', undefined]])
})

test('interop 38: a call reconnects a lost stream as often as the app’s policy says, each time as a new stream', async () => {
  const world = fakeWorld({ reconnects: 1 })
  world.decisions.push(answers({ type: 'stream', url: 'wss://app.test/media' }))
  const call = await begin(world)
  const lose = (index: number) => {
    const stream = world.streams[index]
    assert.ok(stream)
    world.media({ kind: 'stream.closed', leg: fakeLeg, stream: stream.id, why: 'lost', stats: noStats })
  }
  lose(0)
  await settle()
  assert.equal(world.streams.length, 1)
  world.clock.advance(250)
  await settle()
  assert.equal(world.streams.length, 2)
  assert.notEqual(world.streams[0]?.id, world.streams[1]?.id)
  lose(1)
  await call.settled
  assert.ok(world.trace.includes('ended app-finished'))
})

for (const [host, end] of [
  ['blocked.test', 'blocked'],
  ['nowhere.test', 'unreachable'],
] as const) {
  test(`a call whose stream address is ${end} goes on with the next command`, async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'stream', url: `wss://${host}/media` }, { type: 'hangup' }))
    await (
      await begin(world)
    ).settled
    assert.ok(world.trace.includes('tell stream.failed'))
    assert.ok(world.trace.includes('ended app-hung-up'))
    const [receipt] = world.receipts as { streams: { host: string; end: string }[] }[]
    assert.deepEqual(
      receipt?.streams.map((stream) => [stream.host, stream.end]),
      [[host, end]],
    )
  })
}

test('interop 38: a call whose app cannot be asked plays the fallback and hangs up', async () => {
  const world = fakeWorld()
  world.decisions.push({ ok: false, why: 'timeout' })
  const call = await begin(world)
  assert.ok(world.trace.includes('play 320'))
  world.finishPlay()
  await call.settled
  assert.ok(world.trace.includes('ended app-failed'))
  assert.ok(world.trace.includes('tell call.decision_failed'))
})

test('a call whose app makes no sense is refused where the config says so', async () => {
  const world = fakeWorld({ fallbackReject: true })
  world.decisions.push({ ok: true, url: 'https://app.test/voice', answer: { actions: [{ type: 'dance' }] } })
  await (
    await begin(world)
  ).settled
  assert.ok(world.trace.includes('reject 503'))
  assert.ok(!world.trace.includes('answer 200'))
})

test('a caller who cancels while the app thinks ends the call, and the late answer does nothing', async () => {
  const world = fakeWorld()
  const late = Promise.withResolvers<ReturnType<typeof answers>>()
  world.decisions.push(late.promise)
  const call = await begin(world)
  world.signalling().ended('caller-cancelled')
  await call.settled
  late.resolve(answers({ type: 'record' }))
  await settle()
  assert.ok(world.trace.includes('ended caller-cancelled'))
  assert.ok(!world.trace.includes('answer 200'))
})

test('gather collects keys, stops its prompt at the first, and asks the app with the result', async () => {
  const world = fakeWorld()
  world.decisions.push(
    answers({ type: 'gather', num_digits: 3, prompt_url: '/menu.wav' }),
    answers({ type: 'hangup' }),
  )
  const call = await begin(world)
  const press = (digit: string) => world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
  press('4')
  assert.ok(world.trace.includes('stopPlay'))
  press('2')
  press('7')
  await call.settled
  assert.partialDeepStrictEqual(world.asked[1], {
    type: 'call.gathered',
    data: { digits: '427', reason: 'complete' },
  })
})

test('gather ends at the finish key, which is not part of the digits, and at its time-out', async () => {
  const world = fakeWorld()
  world.decisions.push(
    answers({ type: 'gather' }),
    answers({ type: 'gather', timeout_ms: 2_000 }),
    answers({ type: 'hangup' }),
  )
  const call = await begin(world)
  for (const digit of ['1', '#']) world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
  await settle()
  world.clock.advance(2_000)
  await call.settled
  assert.partialDeepStrictEqual(
    world.asked.slice(1).map(({ data }) => data),
    [
      { digits: '1', reason: 'finish-key' },
      { digits: '', reason: 'timeout' },
    ],
  )
})

test('E2, interop 18: a key that came by SIP INFO reaches the stream and the gathering alike', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'gather', num_digits: 1 }), answers({ type: 'hangup' }))
  const call = await begin(world)
  world.signalling().dtmf('5', 160)
  await call.settled
  assert.ok(world.trace.includes('tellDigit 5'))
  assert.partialDeepStrictEqual(world.asked[1]?.data, { digits: '5', reason: 'complete' })
})

test('command() replaces what the call does, unless every command is immediate', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'play', url: '/long.wav' }))
  const call = await begin(world)
  await call.command(commands({ type: 'record' }, { type: 'record', action: 'pause' }))
  assert.ok(world.trace.includes('pauseRecording'))
  assert.ok(!world.trace.includes('stopPlay'))
  await call.command(commands({ type: 'wait' }))
  await settle()
  assert.ok(world.trace.includes('stopPlay'))
  assert.equal(call.state, 'active')
  await call.command(commands({ type: 'hangup' }))
  await call.settled
  await assert.rejects(call.command(commands({ type: 'hangup' })), { code: 'CALL_ENDED' })
})

test('interop 8: a call without an offer makes its own with crypto and takes the answer from the ACK', async () => {
  const world = fakeWorld({ offer: undefined })
  world.decisions.push(answers({ type: 'answer' }, { type: 'wait' }))
  const call = await begin(world)
  assert.equal(call.state, 'active')
  assert.ok(world.trace.includes('connect sendrecv AES_CM_128_HMAC_SHA1_80'))
})

test('interop 9: a call whose offer has no crypto is refused with 488 and never answered', async () => {
  const plain = new TextEncoder().encode(
    new TextDecoder()
      .decode(fakeOffer)
      .replace('RTP/SAVP', 'RTP/AVP')
      .replace(/a=crypto.*\r\n/, ''),
  )
  const world = fakeWorld({ offer: plain })
  world.decisions.push(answers({ type: 'answer' }))
  await (
    await begin(world)
  ).settled
  assert.ok(world.trace.includes('reject 488'))
  assert.ok(world.trace.includes('ended not-acceptable'))
})

test('interop 13: a call that finds no media port is turned away with 503', async () => {
  const world = fakeWorld()
  Object.assign(world.deps.media, { open: () => Promise.reject(new Error('no port is free')) })
  world.decisions.push(answers({ type: 'answer' }))
  const call = await begin(world)
  await call.settled
  assert.ok(world.trace.includes('reject 503'))
  assert.ok(world.trace.includes('ended over-capacity'))
  assert.ok(!world.trace.includes('answer 200'))
})

test('no audit, no act: a call ends before it records when the audit log takes no entry', async () => {
  const world = fakeWorld()
  const audit = world.deps.keep.audit
  Object.assign(world.deps.keep, {
    audit: (event: Parameters<typeof audit>[0]) =>
      event.type === 'recording.starting' ? Promise.reject(new Error('disk full')) : audit(event),
  })
  const { beginRecording } = world.deps.keep
  const dataKey = new Uint8Array(32).fill(7)
  Object.assign(world.deps.keep, {
    beginRecording: (...begun: Parameters<typeof beginRecording>) => {
      const made = beginRecording(...begun)
      return { ...made, spec: { ...made.spec, dataKey } }
    },
  })
  world.decisions.push(answers({ type: 'record' }, { type: 'wait' }))
  await (
    await begin(world)
  ).settled
  assert.ok(!world.trace.includes('startRecording'))
  assert.ok(world.trace.includes('ended audit-failed'))
  assert.deepEqual(dataKey, new Uint8Array(32), 'the key of a recording that never began is zeroed')
})

test('interop 14: a call ends when the media falls silent and when its longest time is up', async () => {
  for (const [cause, reason] of [
    [
      (world: FakeWorld) => world.media({ kind: 'media.silent', leg: fakeLeg, silentMs: 30_000 }),
      'media-silent',
    ],
    [(world: FakeWorld) => world.clock.advance(3_600_000), 'max-duration'],
    [(world: FakeWorld) => world.signalling().ended('no-ack'), 'no-ack'],
  ] as const) {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'answer' }, { type: 'wait' }, { type: 'hangup' }))
    const call = await begin(world)
    cause(world)
    await call.settled
    assert.ok(world.trace.includes(`ended ${reason}`), reason)
    assert.equal(world.clock.timers, 0)
  }
})

test('startCalls() refuses past its limit and while it drains, and drains to nothing', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'wait' }))
  const calls = startCalls(world.deps)
  for (let count = 0; count < 3; count++) calls.handle(world.incoming)
  await settle()
  assert.equal(calls.active, 2)
  assert.ok(world.trace.includes('reject 503'))
  await calls.drain()
  await settle()
  assert.equal(calls.active, 0)
  assert.ok(world.trace.includes('ended shutdown'))
})

test('interop 40: a call goes on when its recording cannot start, and the app is told', async () => {
  const world = fakeWorld()
  Object.assign(world.deps.media, { startRecording: () => Promise.reject(new Error('disk full')) })
  world.decisions.push(answers({ type: 'record' }, { type: 'wait' }))
  const call = await begin(world)
  assert.equal(call.state, 'active')
  assert.ok(world.trace.includes('listed failed'))
  assert.ok(world.trace.includes('tell recording.failed'))
})

test('a call goes on without a recording when there is no key for one, and the app is told', async () => {
  const world = fakeWorld()
  const refused = Object.assign(new Error('away'), { code: 'KEY_LIMIT' })
  Object.assign(world.deps.keep, {
    beginRecording: () => {
      throw refused
    },
  })
  world.decisions.push(answers({ type: 'record' }, { type: 'wait' }))
  const call = await begin(world)
  assert.equal(call.state, 'active')
  assert.ok(world.trace.includes('audit recording.failed'))
  assert.ok(world.trace.includes('tell recording.failed'))
})

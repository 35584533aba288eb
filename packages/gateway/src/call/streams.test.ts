import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StreamSpec } from '#media'
import { openLog, sid } from '#kernel'
import { answers, fakeLeg, fakeWorld, noStats, type FakeWorld } from './fake-world.ts'
import { startCall } from './call.ts'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import type { CallAgent } from './stream-agent.ts'

const url = 'wss://app.test/media'
const talk = { type: 'stream', url, wire: 'voxkeep' }
const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519', peerCertificate: null }

async function streaming(...commands: object[]): Promise<{ world: FakeWorld; stream: StreamSpec }> {
  return streamingIn(fakeWorld(), ...commands)
}

async function streamingIn(
  world: FakeWorld,
  ...commands: object[]
): Promise<{ world: FakeWorld; stream: StreamSpec }> {
  world.decisions.push(answers(...commands))
  await begin(world)
  const [stream] = world.streams
  assert.ok(stream)
  return { world, stream }
}

type Told =
  | { kind: 'stream.opened'; tls: typeof tls }
  | { kind: 'stream.lost' }
  | { kind: 'stream.said'; message: object }
  | { kind: 'stream.closed'; why: 'lost' | 'closed-by-app'; stats: typeof noStats }

async function tell(world: FakeWorld, { id }: StreamSpec, event: Told): Promise<void> {
  world.media({ leg: fakeLeg, stream: id, ...event })
  await settle()
}
const opened = { kind: 'stream.opened', tls } as const
const lost = { kind: 'stream.lost' } as const
const closed = { kind: 'stream.closed', why: 'closed-by-app', stats: noStats } as const

describe('what is spoken', () => {
  test('a stream speaks Twilio’s wire unless told otherwise, and then says what it is about', async () => {
    const plain = await streaming({ type: 'stream', url })
    assert.equal(plain.stream.wire, undefined)
    const { stream } = await streaming({ ...talk, options: { encoding: 'l16', rate: 16_000 } })
    const { name, options, about } = stream.wire ?? {}
    assert.deepEqual([name, options], ['voxkeep', { encoding: 'l16', rate: 16_000, high_ms: 30_000 }])
    assert.deepEqual(
      [about?.['stream_id'], about?.['from'], about?.['direction'], about?.['srtp'], about?.['app']],
      [stream.id, '+12025550100', 'inbound', 'AES_CM_128_HMAC_SHA1_80', 'agent'],
    )
    assert.match(String(about?.['resume_id']), /^[\w-]{22}$/)
  })

  test('a stream with options that its wire does not have is not dialled', async () => {
    for (const options of [{ rate: 16_000 }, { speed: 2 }]) {
      const world = fakeWorld()
      world.decisions.push(answers({ ...talk, options }, { type: 'hangup' }))
      await (
        await begin(world)
      ).settled
      assert.deepEqual([world.streams, traced(world, /^audit stream/)], [[], []])
      assert.ok(world.stories.includes('stream.refused'))
    }
  })
})

test('a stream whose wire cannot carry what it would hear is not dialled', async () => {
  const world = fakeWorld()
  world.decisions.push(
    answers({ type: 'stream', url, wire: 'vonage', direction: 'both_tracks' }, { type: 'wait' }),
  )
  await begin(world)
  assert.deepEqual([world.streams, traced(world, /^audit stream/)], [[], []])
  assert.ok(world.stories.includes('stream.refused'))
})

describe('an agent', () => {
  const agent: CallAgent = {
    url: 'wss://s2s.test/v1',
    wire: 'agent',
    options: { encoding: 'ulaw', rate: 8_000 },
    refusal: () => undefined,
    prepare: async () => ({
      url: 'wss://s2s.test/v1',
      address: '192.0.2.1',
      headers: {},
      tls: { spkiPins: [] },
    }),
    said: () => {},
  }

  test('is connected as the configuration has it: a command cannot have keys told to it, nor change what it says', async () => {
    for (const options of [{ keys: 'dtmf' }, { tool_call: 'x' }, { rate: 16_000 }]) {
      const world = fakeWorld()
      Object.assign(world.deps, { agents: new Map([['own', agent]]) })
      world.decisions.push(answers({ type: 'stream', agent: 'own', options }, { type: 'hangup' }))
      await begin(world)
      assert.deepEqual(world.streams, [], JSON.stringify(options))
      assert.ok(world.stories.includes('stream.refused'))
    }
    const world = fakeWorld()
    Object.assign(world.deps, { agents: new Map([['own', agent]]) })
    world.decisions.push(answers({ type: 'stream', agent: 'own' }))
    await begin(world)
    assert.deepEqual(world.streams[0]?.wire?.options, agent.options)
  })
})

describe('where it goes', () => {
  test('A3, A4: an address that is not wss, or has a query, is not dialled, and the app is told', async () => {
    for (const address of [
      'ws://app.test/media',
      'https://app.test/media',
      `${url}?token=1`,
      '/media?x',
      'wss://',
    ]) {
      const world = fakeWorld()
      world.decisions.push(answers({ type: 'stream', url: address }, { type: 'hangup' }))
      await (
        await begin(world)
      ).settled
      assert.deepEqual(world.streams, [], address)
      const { type, data } = world.told.find((event) => event.type.startsWith('stream.')) ?? {}
      assert.equal(type, 'stream.failed')
      assert.partialDeepStrictEqual(data, { reason: 'blocked' })
    }
  })

  test('A1, A2: an absolute address is dialled byte for byte, a relative one is the webhook’s', async () => {
    const odd = 'wss://App.test:443/a/../b//c%2f%7Ed/'
    assert.equal((await streaming({ type: 'stream', url: odd })).stream.url, odd)
    assert.equal((await streaming({ type: 'stream', url: '/media' })).stream.url, 'wss://app.test/media')
  })

  test('B4, B5, B9: a stream has a SID of its own, and the call’s that the webhook told', async () => {
    const { world, stream } = await streaming({ type: 'stream', url })
    const [asked] = world.asked
    assert.partialDeepStrictEqual(asked?.data, {
      call_sid: stream.start.callSid,
      account_sid: stream.start.accountSid,
    })
    assert.match(stream.start.streamSid, /^MZ[0-9a-f]{32}$/)
    assert.deepEqual(stream.start.customParameters, {})
  })
})

describe('what an app says', () => {
  const command = (commands: unknown, id = 'c1') =>
    ({ kind: 'stream.said', message: { id, commands } }) as const

  test('commands over a stream are audited, run and acknowledged', async () => {
    const { world, stream } = await streaming(talk)
    await tell(world, stream, command([{ type: 'record' }]))
    assert.deepEqual(traced(world, /^(audit call\.command|startRecording|tellStream)/), [
      'audit call.command',
      'tellStream {"type":"ack","id":"c1","status":"accepted"}',
      'startRecording',
    ])
  })

  test('commands that make no sense are refused with their faults, and nothing runs', async () => {
    const { world, stream } = await streaming(talk)
    for (const commands of [[], 'hangup', [{ type: 'explode' }], [{ type: 'play' }], undefined])
      await tell(world, stream, command(commands))
    const answered = traced(world, /^tellStream/)
    assert.equal(answered.length, 5)
    assert.ok(answered.every((line) => line.includes('"status":"refused","code":"not-understood"')))
    assert.match(answered[3] ?? '', /"at":"0\.url"/)
    assert.deepEqual(traced(world, /^audit call\.command/), [])
  })

  test('commands that come faster than they are audited are refused', async () => {
    const { world, stream } = await streaming(talk)
    for (let at = 0; at < 40; at++)
      world.media({
        leg: fakeLeg,
        stream: stream.id,
        ...command([{ type: 'record', action: 'pause' }], `c${at}`),
      })
    for (let round = 0; round < 20; round++) await settle()
    assert.equal(traced(world, /^audit call\.command/).length, 32)
    const refused = traced(world, /^tellStream .*too-many/)
    assert.equal(refused.length, 8)
    await tell(world, stream, command([{ type: 'record', action: 'pause' }], 'later'))
    assert.match(traced(world, /^tellStream/).at(-1) ?? '', /"id":"later","status":"accepted"/)
  })

  test('a fork may not steer the call', async () => {
    const { world, stream } = await streaming({ ...talk, direction: 'inbound' }, { type: 'wait' })
    await tell(world, stream, command([{ type: 'hangup' }]))
    assert.deepEqual(traced(world, /^(tellStream|hangup)/), [
      'tellStream {"type":"ack","id":"c1","status":"refused","code":"not-allowed"}',
    ])
  })
})

describe('a connection that breaks', () => {
  test('a stream is audited, looked up and signed for anew, and goes on as the same stream', async () => {
    const { world, stream } = await streaming(talk)
    await tell(world, stream, opened)
    await tell(world, stream, lost)
    await tell(world, stream, opened)
    assert.deepEqual(traced(world, /^(audit stream|openStream|resumeStream|tell stream)/), [
      'audit stream.opening',
      'openStream both',
      'tell stream.started',
      'audit stream.resuming',
      'resumeStream 127.0.0.1',
    ])
    assert.equal(world.streams.length, 1)
  })

  test('a stream that cannot be reached is tried again after a while, under the same entry', async () => {
    const { world, stream } = await streaming(talk)
    await tell(world, stream, opened)
    for (let i = 0; i < 3; i++) {
      await tell(world, stream, lost)
      world.clock.advance(250)
      await settle()
    }
    assert.equal(traced(world, /^audit stream\.resuming/).length, 1)
    assert.equal(traced(world, /^resumeStream/).length, 3)
  })

  test('a call that ends while a stream waits to be taken up again warns of nothing', async () => {
    for (const doubt of ['none', 'the address is looked up']) {
      const warnings: string[] = []
      const silent = fakeWorld()
      Object.assign(silent.deps, { log: openLog('warn', (line) => void warnings.push(line)) })
      const { world, stream } = await streamingIn(silent, talk)
      await tell(world, stream, opened)
      await tell(world, stream, lost)
      await tell(world, stream, lost) // it could not be reached, and waits for its next attempt
      if (doubt !== 'none') world.clock.advance(250)
      world.signalling().ended('caller-hung-up')
      await settle()
      world.clock.advance(10_000)
      await settle()
      assert.deepEqual(warnings, [], doubt)
    }
  })

  test('a stream that breaks again and again is closed', async () => {
    const { world, stream } = await streaming(talk)
    for (let i = 0; i < 21; i++) {
      await tell(world, stream, opened)
      await tell(world, stream, lost)
    }
    assert.equal(traced(world, /^resumeStream/).length, 20)
    assert.equal(traced(world, /^closeStream/).length, 1)
  })
})

describe('how streams end', () => {
  test('F4: the app is asked at the action_url after it has closed a conversation, and what it says is done', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ ...talk, action_url: '/after' }), answers({ type: 'hangup' }))
    await begin(world)
    const [stream] = world.streams
    assert.ok(stream)
    await tell(world, stream, opened)
    await tell(world, stream, closed)
    const asked = world.asked.at(-1)
    assert.deepEqual([asked?.type, asked?.to?.url], ['call.stream_ended', 'https://app.test/after'])
    assert.partialDeepStrictEqual(asked?.data, { reason: 'closed-by-app' })
    assert.ok(world.trace.includes('ended app-hung-up'))
  })

  test('B11, F8: a second conversation follows when the first was closed, under another SID', async () => {
    const { world, stream } = await streaming(talk, talk)
    await tell(world, stream, closed)
    assert.equal(world.streams.length, 2)
    assert.notEqual(world.streams[1]?.start.streamSid, stream.start.streamSid)
  })

  test('F11: stop ends the fork of a name, or all', async () => {
    const fork = (name: string) => ({ ...talk, direction: 'inbound', name })
    const { world } = await streaming(
      fork('a'),
      fork('b'),
      { type: 'wait', ms: 10 },
      { type: 'stream', action: 'stop', name: 'b' },
      { type: 'wait', ms: 10 },
      { type: 'stream', action: 'stop' },
      { type: 'wait' },
    )
    const ended = () => traced(world, /^closeStream/).length
    assert.equal(ended(), 0)
    world.clock.advance(10)
    await settle()
    assert.equal(ended(), 1)
    world.clock.advance(10)
    await settle()
    assert.equal(ended(), 2)
  })

  /** A call with one fork, whose address is looked up for as long as the test likes. */
  async function forking(o: { reconnects?: number; isSlow?: boolean } = {}) {
    const world = fakeWorld({ reconnects: o.reconnects ?? 0 })
    const found = Promise.withResolvers<void>()
    const [app] = world.deps.apps.values()
    assert.ok(app)
    const { prepareStream } = app
    const slow: typeof prepareStream = async (...asked) => (await found.promise, prepareStream(...asked))
    const own = o.isSlow === true ? { ...app, prepareStream: slow } : app
    world.decisions.push(answers({ type: 'answer' }, { type: 'wait' }))
    const call = startCall(world.deps, own, world.incoming)
    await settle()
    const [fork, stop] = callCommands.parse([
      { ...talk, direction: 'inbound', name: 'me' },
      { type: 'stream', action: 'stop' },
    ])
    assert.ok(fork?.type === 'stream' && stop?.type === 'stream')
    const id = await call.fork(fork)
    await settle()
    return { world, id, found, stop: (name: string) => call.command([{ ...stop, name }]) }
  }

  test('F11: stop ends a stream that is still being set up, under its name, id and SID: it is not dialled, and the app is told', async () => {
    for (const called of ['name', 'id', 'sid']) {
      const { world, id, found, stop } = await forking({ isSlow: true })
      await stop(called === 'name' ? 'me' : called === 'id' ? id : sid('MZ', id))
      found.resolve()
      await settle()
      assert.deepEqual(
        [world.streams, traced(world, /^(audit stream|tell stream)/)],
        [[], ['tell stream.ended']],
        called,
      )
    }
  })

  test('F11, F12: a stream that is still being set up when the call ends is told before that, and once, however long its name takes', async () => {
    const { world, id, found } = await forking({ isSlow: true })
    world.signalling().ended('caller-hung-up')
    await settle()
    const ends = ['tell stream.ended', 'audit call.ended', 'tell call.ended']
    const seen = () => traced(world, /^(tell stream|(audit|tell) call\.ended)/)
    assert.deepEqual(seen(), ends)
    const stream = world.told.find(({ type }) => type === 'stream.ended')?.data
    assert.partialDeepStrictEqual(stream, { stream_id: id, reason: 'closed-by-gateway' })
    found.resolve()
    await settle()
    world.clock.advance(10_000)
    await settle()
    assert.deepEqual([seen(), world.streams], [ends, []])
  })

  test('F11: stop ends a stream that waits to be dialled again, and one that goes on under another id', async () => {
    for (const isOpen of [false, true]) {
      const { world, id, stop } = await forking({ reconnects: 2 })
      const [first] = world.streams
      assert.ok(first)
      world.media({ kind: 'stream.closed', leg: fakeLeg, stream: first.id, why: 'lost', stats: noStats })
      await settle()
      if (isOpen) world.clock.advance(250)
      await settle()
      await stop(id)
      await settle()
      world.clock.advance(5_000)
      await settle()
      const dialled = isOpen ? 2 : 1
      assert.equal(world.streams.length, dialled)
      assert.equal(traced(world, /^closeStream/).length, dialled - 1)
    }
  })

  test('F12: stream.started and stream.ended are each told once, where the command wants them told', async () => {
    const { world, stream } = await streaming({ ...talk, name: 'me', events: { url: '/streams' } })
    await tell(world, stream, opened)
    await tell(world, stream, closed)
    const told = world.told.filter(({ type }) => type.startsWith('stream.'))
    assert.deepEqual(
      told.map(({ type, to }) => [type, to?.url]),
      [
        ['stream.started', 'https://app.test/streams'],
        ['stream.ended', 'https://app.test/streams'],
      ],
    )
    for (const { data } of told) {
      const { stream_id, stream_sid, name } = data as Record<string, string>
      assert.deepEqual([stream_id, name], [stream.id, 'me'])
      assert.match(stream_sid ?? '', /^MZ[0-9a-f]{32}$/)
    }
  })
})

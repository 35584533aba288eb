import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  acceptedBy,
  fakeServer,
  fakeStreamClock,
  fakeUrl,
  sessionStart,
  settle,
  signedHeaders,
  twilioStart,
} from './fake-gateway.ts'
import type { Conversation } from './conversation.ts'
import { mediaProtocol, mediaWire } from './stream-wire-media.ts'
import { twilioWire } from './stream-wire-twilio.ts'

test('createStreamServer() refuses an upgrade that is unsigned, old, signed for another address, or to another path', async () => {
  const server = fakeServer()
  const reason = async (url: string, headers: Record<string, string>) => {
    const upgrade = await server.upgrade({ url, headers })
    return upgrade.ok ? 'accepted' : `${upgrade.status} ${upgrade.reason}`
  }
  assert.equal(await reason('/stream', {}), '403 headers-missing')
  assert.equal(await reason('/stream', signedHeaders('wss://app.example/other')), '403 signature-mismatch')
  const old = { ...signedHeaders(), 'webhook-timestamp': '1000' }
  assert.equal(await reason('/stream', old), '403 timestamp-too-old')
  assert.equal(await reason('/streams', signedHeaders()), '404 unknown-path')
  for (const nonsense of ['//', '//[', 'http://'])
    assert.equal(await reason(nonsense, signedHeaders()), '404 unknown-path')
  assert.equal(await reason(fakeUrl, signedHeaders()), 'accepted')
})

test('createStreamServer() chooses voxkeep.media.v1 where it is offered, and no protocol where none is', async () => {
  const server = fakeServer()
  const headers = { ...signedHeaders(), 'sec-websocket-protocol': `other, ${mediaProtocol}` }
  const ours = await server.upgrade({ url: '/stream', headers })
  assert.ok(ours.ok)
  assert.equal(ours.protocol, mediaProtocol)
  const twilio = await server.upgrade({ url: '/stream', headers: signedHeaders() })
  assert.ok(twilio.ok)
  assert.equal(twilio.protocol, undefined)
})

test('createStreamServer() begins a stream once with the token of its command', async () => {
  for (const wire of ['voxkeep', 'twilio'] as const) {
    const server = fakeServer({ tokens: undefined as never })
    const command = (await server.command({ wire, parameters: { colour: 'blue' } })) as {
      readonly url: string
      readonly parameters: Record<string, string>
      readonly options: Record<string, string>
    }
    assert.equal(command.url, fakeUrl)
    const start =
      wire === 'twilio'
        ? { ...twilioStart, start: { ...twilioStart.start, customParameters: command.parameters } }
        : { ...sessionStart, token: command.options['token'], resume: undefined }
    const protocol = wire === 'twilio' ? undefined : mediaProtocol
    const [first, again, without] = await Promise.all([1, 2, 3].map(() => acceptedBy(server, protocol)))
    first?.say(start)
    await settle()
    again?.say(start)
    without?.say(wire === 'twilio' ? twilioStart : { ...sessionStart, resume: undefined })
    await settle()
    assert.equal(first?.closed(), undefined)
    assert.deepEqual(again?.closed(), { code: 1_008, reason: 'token' })
    assert.deepEqual(without?.closed(), { code: 1_008, reason: 'token' })
    const [conversation] = server.conversations
    assert.deepEqual(conversation?.session.parameters, { colour: 'blue' })
  }
})

test('createStreamServer() closes a socket over which no stream begins', async () => {
  const clock = fakeStreamClock()
  const socket = await acceptedBy(fakeServer({ clock }))
  clock.pass(4_999)
  assert.equal(socket.closed(), undefined)
  clock.pass(1)
  assert.deepEqual(socket.closed(), { code: 1_008, reason: 'no start' })
})

test('createStreamServer() holds no more conversations than it may', async () => {
  const server = fakeServer({ maxConversations: 1 })
  const socket = await acceptedBy(server)
  socket.say(twilioStart)
  await settle()
  assert.deepEqual(await server.upgrade({ url: '/stream', headers: signedHeaders() }), {
    ok: false,
    status: 503,
    reason: 'busy',
  })
  socket.cut()
  await settle()
  assert.equal((await server.upgrade({ url: '/stream', headers: signedHeaders() })).ok, true)
})

test('createStreamServer() ends the stream when the conversation’s function is done or throws', async () => {
  const errors: unknown[] = []
  for (const onConversation of [
    async () => {},
    () => Promise.reject(new Error('no')),
    () => {
      throw new Error('no')
    },
  ]) {
    const socket = await acceptedBy(fakeServer({ onConversation, onError: (error) => errors.push(error) }))
    socket.say(twilioStart)
    await settle()
    assert.deepEqual(socket.closed(), { code: 1_000, reason: '' })
  }
  assert.equal(errors.length, 2)
})

test('createStreamServer() goes on over another socket, with what was said meanwhile', async () => {
  const conversations: Conversation[] = []
  const states: string[] = []
  const server = fakeServer({
    async onConversation(conversation) {
      conversations.push(conversation)
      conversation.on('connection', ({ state }) => states.push(state))
      await conversation.ended
    },
  })
  const first = await acceptedBy(server, mediaProtocol)
  first.say(sessionStart)
  await settle()
  const gateway = mediaWire()
  gateway.mark('takes the number that the start had')
  const frames = Array.from({ length: 4 }, () => gateway.audio(new Uint8Array(640)) as Uint8Array)
  for (const frame of frames.slice(0, 3)) first.say(frame)
  for (const name of ['came', 'lost']) void conversations[0]?.mark(name)
  first.cut()
  void conversations[0]?.mark('meanwhile')
  const second = await acceptedBy(server, mediaProtocol)
  second.say({ ...sessionStart, resume: { ...sessionStart.resume, resumed: true, last_seq: 1 } })
  await settle()
  for (const frame of frames.slice(2)) second.say(frame) // one that came before, and one that did not
  assert.equal(conversations.length, 1)
  assert.deepEqual(states, ['lost', 'resumed'])
  assert.deepEqual(
    second.sent.map((message) => JSON.parse(message as string) as object),
    [
      { type: 'resume', resume_id: 'resume_1', last_seq: 4 },
      { type: 'mark', seq: 2, name: 'lost' },
      { type: 'mark', seq: 3, name: 'meanwhile' },
    ],
  )
  second.say({ type: 'session.stop', seq: 9, reason: 'hangup' })
  assert.equal(await conversations[0]?.ended, 'hangup')
  assert.equal((await Array.fromAsync(conversations[0]?.audio ?? [])).length, 4)
})

test('createStreamServer() goes on with a stream though it holds as many as it may, and begins no other', async () => {
  const refused: string[] = []
  const server = fakeServer({ maxConversations: 1, onRefused: (reason) => refused.push(reason) })
  const first = await acceptedBy(server, mediaProtocol)
  first.say(sessionStart)
  await settle()
  const other = await acceptedBy(server, mediaProtocol)
  other.say({ ...sessionStart, resume: { ...sessionStart.resume, id: 'resume_2' } })
  await settle()
  assert.deepEqual(other.closed(), { code: 1_013, reason: 'busy' })
  // Its connection broke, which this side does not know yet.
  const second = await acceptedBy(server, mediaProtocol)
  second.say({ ...sessionStart, resume: { ...sessionStart.resume, resumed: true } })
  await settle()
  assert.equal(second.closed(), undefined)
  assert.equal(second.last()['type'], 'resume')
  assert.deepEqual(refused, ['busy'])
  assert.equal(server.conversations.size, 1)
})

test('createStreamServer() refuses to go on with a stream that it does not know', async () => {
  const socket = await acceptedBy(fakeServer(), mediaProtocol)
  socket.say({ ...sessionStart, resume: { id: 'guessed', window_ms: 1, resumed: true, last_seq: 0 } })
  await settle()
  assert.deepEqual(socket.closed(), { code: 1_008, reason: 'token' })
})

test('createStreamServer() gives a lost stream up when its window is over', async () => {
  const clock = fakeStreamClock()
  const server = fakeServer({ clock })
  const socket = await acceptedBy(server, mediaProtocol)
  socket.say(sessionStart)
  await settle()
  const [conversation] = server.conversations
  socket.cut()
  clock.pass(9_999)
  assert.equal(conversation?.signal.aborted, false)
  clock.pass(1)
  assert.equal(await conversation?.ended, 'lost')
  assert.equal(server.conversations.size, 0)
})

test('createStreamServer() gives up a stream whose socket closed while its token was looked up', async () => {
  const clock = fakeStreamClock()
  const token = Promise.withResolvers<boolean>()
  const server = fakeServer({ clock, tokens: { issue() {}, redeem: () => token.promise } })
  const socket = await acceptedBy(server, mediaProtocol)
  socket.say({ ...sessionStart, token: 'one' })
  socket.cut()
  token.resolve(true)
  await settle()
  const [conversation] = server.conversations
  clock.pass(10_000)
  assert.equal(await conversation?.ended, 'lost')
  assert.equal(server.conversations.size, 0)
})

test('createStreamServer() ends its conversations when it closes, and takes no more', async () => {
  const server = fakeServer()
  const socket = await acceptedBy(server)
  socket.say(twilioStart)
  await settle()
  server.close()
  assert.equal(socket.closed()?.code, 1_000)
  assert.equal((await server.upgrade({ url: '/stream', headers: signedHeaders() })).ok, false)
})

for (const [name, wire] of [
  ['mediaWire', mediaWire],
  ['twilioWire', twilioWire],
] as const)
  test(`${name}().read() never throws, whatever it is sent`, () => {
    const read = wire().read
    const types = [
      'session.start',
      'mark',
      'dtmf',
      'gap',
      'playback',
      'privacy',
      'ack',
      'media',
      'start',
      'warning',
    ]
    const message = fc.record({
      type: fc.constantFrom(...types),
      event: fc.constantFrom(...types),
      media: fc.jsonValue(),
      start: fc.jsonValue(),
    })
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.string(), fc.json()), (any) => void read(any)))
    fc.assert(fc.property(message, (fields) => void read(JSON.stringify(fields))))
  })

test('mediaWire().read() undoes audio()', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 640 }), (bytes) => {
      const read = mediaWire().read(mediaWire().audio(bytes))
      assert.ok(read.kind === 'audio')
      assert.deepEqual([...read.bytes], [...bytes])
    }),
  )
})

test('twilioWire().read() undoes audio()', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      const read = twilioWire().read(twilioWire().audio(bytes))
      assert.ok(read.kind === 'audio')
      assert.deepEqual([...read.bytes], [...bytes])
    }),
  )
})

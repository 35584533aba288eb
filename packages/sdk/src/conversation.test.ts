import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptedBy,
  fakeServer,
  fakeStreamClock,
  sessionStart,
  settle,
  twilioStart,
  type FakeSocket,
} from './fake-gateway.ts'
import type { Conversation } from './conversation.ts'
import { commands } from './commands.ts'
import { StreamError } from './stream-error.ts'
import { mediaProtocol, mediaWire } from './stream-wire-media.ts'

interface World {
  readonly socket: FakeSocket
  readonly conversation: Conversation
  readonly clock: ReturnType<typeof fakeStreamClock>
}

async function world(wire: 'voxkeep' | 'twilio' = 'voxkeep', rateHz?: number): Promise<World> {
  const clock = fakeStreamClock()
  const server = fakeServer({ clock, ...(rateHz !== undefined && { rateHz }) })
  const socket = await acceptedBy(server, wire === 'voxkeep' ? mediaProtocol : undefined)
  socket.say(wire === 'voxkeep' ? sessionStart : twilioStart)
  await settle()
  const [conversation] = server.conversations
  assert.ok(conversation)
  return { socket, conversation, clock }
}

const media = (payload: Uint8Array, track = 'inbound') => ({
  event: 'media',
  sequenceNumber: '2',
  streamSid: 'MZ1',
  media: { track, chunk: '1', timestamp: '40', payload: payload.toBase64() },
})

test('Conversation.audio gives what is heard, at the rate that was asked for', async () => {
  const { socket, conversation } = await world('twilio', 24_000)
  const ulaw = Uint8Array.from({ length: 160 }, (_, index) => index)
  socket.say(media(ulaw))
  socket.say({ event: 'stop', streamSid: 'MZ1', stop: {} })
  const frames = await Array.fromAsync(conversation.audio)
  assert.equal(frames.length, 1)
  const [frame] = frames
  assert.deepEqual(
    [frame?.track, frame?.timestampMs, frame?.rateHz, frame?.pcm.length],
    ['inbound', 40, 24_000, 480],
  )
  assert.deepEqual(frame?.bytes, ulaw)
})

test('Conversation.play() sends a frame back as it came', async () => {
  const { socket, conversation } = await world('twilio', 24_000)
  const ulaw = Uint8Array.from({ length: 160 }, (_, index) => index)
  socket.say(media(ulaw))
  for await (const frame of conversation.audio) {
    await conversation.play(frame)
    break
  }
  assert.deepEqual(socket.last(), { event: 'media', streamSid: 'MZ1', media: { payload: ulaw.toBase64() } })
})

test('Conversation.play() sends samples at the wire’s rate, in messages of a second at most', async () => {
  const { socket, conversation } = await world('voxkeep', 8_000)
  await conversation.play(new Int16Array(12_000))
  assert.deepEqual(
    socket.sent.map((message) => (message as Uint8Array).length - 12),
    [32_000, 16_000],
  )
})

test('Conversation.play() waits while the gateway has enough', async () => {
  const { socket, conversation } = await world()
  socket.say({ type: 'playback', state: 'high', buffered_ms: 9_000 })
  let done = false
  const playing = conversation.play(new Int16Array(320)).then(() => (done = true))
  await settle()
  assert.deepEqual([socket.sent.length, done], [1, false])
  assert.equal(conversation.bufferedMs, 9_020)
  socket.say({ type: 'playback', state: 'ok', buffered_ms: 2_000 })
  assert.equal(await playing, true)
})

test('Conversation.play() asks an iterable for no more than may wait on Twilio’s wire', async () => {
  const { conversation, clock } = await world('twilio')
  let asked = 0
  async function* seconds() {
    while (asked < 60) {
      asked += 1
      yield new Int16Array(8_000)
    }
  }
  const playing = conversation.play(seconds())
  await settle()
  await settle()
  assert.equal(asked, 21)
  clock.pass(3_000)
  await settle()
  assert.ok(asked >= 23 && asked <= 25, String(asked))
  conversation.close()
  await playing
})

test('Conversation.play() waits while the socket is behind', async () => {
  const { socket, conversation, clock } = await world()
  Object.assign(socket.socket, { bufferedAmount: 2_000_000 })
  let done = false
  const playing = conversation.play(new Int16Array(320)).then(() => (done = true))
  clock.pass(20)
  await settle()
  assert.equal(done, false)
  Object.assign(socket.socket, { bufferedAmount: 0 })
  clock.pass(20)
  assert.equal(await playing, true)
})

test('Conversation.mark() says whether what came before was played or cleared', async () => {
  const { socket, conversation } = await world()
  const marks = [conversation.mark('a'), conversation.mark('a'), conversation.mark()]
  assert.equal(socket.last()['type'], 'mark')
  socket.say({ type: 'mark', name: 'a', state: 'played', played_ms: 20 })
  socket.say({ type: 'mark', name: 'a', state: 'cleared', played_ms: 20 })
  conversation.close()
  assert.deepEqual(await Promise.all(marks), ['played', 'cleared', 'cleared'])
})

test('Conversation.interrupt() ends what is being played and says how much of it was heard', async () => {
  const { socket, conversation, clock } = await world()
  await conversation.play(new Int16Array(16_000), { label: 'answer' })
  const { promise: never } = Promise.withResolvers<void>()
  async function* endless() {
    yield new Int16Array(320)
    await never
  }
  const playing = conversation.play(endless(), { label: 'answer' })
  await settle()
  clock.pass(300)
  const interrupting = conversation.interrupt()
  await playing
  socket.say({ type: 'cleared', id: socket.last()['id'], dropped_ms: 770 })
  assert.deepEqual(await interrupting, { label: 'answer', playedMs: 250, droppedMs: 770 })
  assert.equal(conversation.bufferedMs, 0)
})

test('Conversation.interrupt() goes by the clock on Twilio’s wire', async () => {
  const { socket, conversation, clock } = await world('twilio')
  await conversation.play(new Int16Array(8_000), { label: 'answer' })
  const mark = conversation.mark()
  clock.pass(400)
  assert.deepEqual(await conversation.interrupt(), { label: 'answer', playedMs: 400, droppedMs: 600 })
  assert.equal(socket.last()['event'], 'clear')
  socket.say({ event: 'mark', streamSid: 'MZ1', mark: { name: 'mark 1' } })
  assert.equal(await mark, 'cleared')
})

test('Conversation.interruptOnSpeech() stops what is heard as soon as the caller speaks', async () => {
  const { socket, conversation } = await world('twilio')
  const told: object[] = []
  conversation.interruptOnSpeech((interruption) => told.push(interruption))
  await conversation.play(new Int16Array(8_000))
  const loud = Uint8Array.from({ length: 160 }, (_, index) => (index % 8 < 4 ? 0x10 : 0x90))
  for (let frame = 0; frame < 10; frame++) socket.say(media(new Uint8Array(160).fill(0xff)))
  assert.equal(socket.last()['event'], 'media')
  for (let frame = 0; frame < 10; frame++) socket.say(media(loud))
  assert.equal(socket.last()['event'], 'clear')
  await settle()
  assert.deepEqual(told, [{ playedMs: 0, droppedMs: 1_000 }])
})

test('Conversation.command() resolves with the gateway’s answer', async () => {
  const { socket, conversation } = await world()
  const answered = conversation.command(commands.hangup())
  const sent = socket.last()
  assert.deepEqual([sent['type'], sent['commands']], ['command', [{ type: 'hangup' }]])
  const faults = [{ at: '0', message: 'no' }]
  socket.say({ type: 'ack', id: sent['id'], status: 'refused', code: 'not-allowed', faults })
  assert.deepEqual(await answered, { status: 'refused', code: 'not-allowed', faults })
})

test('Conversation.command() rejects on a wire without commands, and at the end', async () => {
  const twilio = await world('twilio')
  await assert.rejects(twilio.conversation.command(commands.hangup()), { code: 'STREAM_UNSUPPORTED' })
  const { conversation } = await world()
  const unanswered = assert.rejects(conversation.command(commands.hangup()), StreamError)
  await settle()
  conversation.close()
  await unanswered
  await assert.rejects(conversation.command(commands.hangup()), { code: 'STREAM_ENDED' })
})

test('Conversation.on() tells keys, privacy, gaps and warnings until it is told to stop', async () => {
  const { socket, conversation } = await world()
  const told: object[] = []
  const stop = conversation.on('dtmf', (event) => told.push(event))
  conversation.on('privacy', (event) => told.push(event))
  conversation.on('gap', (event) => told.push(event))
  conversation.on('warning', (event) => told.push(event))
  socket.say({ type: 'dtmf', digit: '5', duration_ms: 100, masked: false })
  stop()
  socket.say({ type: 'dtmf', digit: '6' })
  socket.say({ type: 'privacy', state: 'secure_capture_started', reason: 'pay' })
  socket.say({ type: 'privacy', state: 'secure_capture_ended', reason: 'pay' })
  socket.say({ type: 'gap', from_ms: 20, to_ms: 60, track: 'inbound', cause: 'lost' })
  socket.say({ type: 'warning', code: 'unknown-message' })
  assert.deepEqual(told, [
    { digit: '5', durationMs: 100 },
    { state: 'secure', why: 'pay' },
    { state: 'open', why: 'pay' },
    { fromMs: 20, toMs: 60, track: 'inbound', why: 'lost' },
    { code: 'unknown-message' },
  ])
})

test('Conversation does nothing after its end', async () => {
  const { socket, conversation } = await world()
  conversation.close('enough')
  const sent = socket.sent.length
  await conversation.play(new Int16Array(320))
  assert.equal(await conversation.mark(), 'cleared')
  assert.deepEqual(await conversation.clear(), { playedMs: 0, droppedMs: 0 })
  socket.say(mediaWire().audio(new Uint8Array(640)) as Uint8Array)
  assert.equal(socket.sent.length, sent)
  assert.deepEqual([await conversation.ended, conversation.signal.aborted], ['enough', true])
  assert.deepEqual(await Array.fromAsync(conversation.audio), [])
})

test('Conversation tells nothing after its end', async () => {
  const { socket, conversation } = await world()
  const keys: string[] = []
  conversation.on('dtmf', ({ digit }) => void keys.push(digit))
  const key = { type: 'dtmf', seq: 2, digit: '5', duration_ms: 100 }
  socket.say(key)
  conversation.close()
  socket.say({ ...key, seq: 3 })
  assert.deepEqual(keys, ['5'])
})

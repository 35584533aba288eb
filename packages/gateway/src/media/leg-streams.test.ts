import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, type LegId, type StreamId } from '#kernel'
import type { FromMedia, StreamSpec } from './contract.ts'
import type { AppStreamSink } from './deps.ts'
import { legStreams, type Label } from './leg-streams.ts'
import { warnings } from './warnings.ts'

const tls = { version: 'TLSv1.3', cipher: '', group: '', peerCertificate: null }
const counts = { framesIn: 0, framesDropped: 0, messagesIgnored: 0, bytesRejected: 0, marks: 0, clears: 0 }

/** A leg's streams over connections that remember, and a queue that only counts. */
function run() {
  const posted: FromMedia[] = []
  const told: unknown[][] = []
  const sinks: AppStreamSink[] = []
  const labels: Label[] = []
  let waitingBytes = 0
  const streams = legStreams({
    leg: 'leg_1' as LegId,
    clock: fakeClock(),
    post: (message) => posted.push(message),
    warnings: warnings(() => {}),
    openStream(_, { sink }) {
      sinks.push(sink)
      const say =
        (what: string) =>
        (...args: unknown[]) =>
          void told.push([what, ...args])
      return {
        sendAudio: say('audio'),
        sendDtmf: say('dtmf'),
        sendMark: say('mark'),
        tell: say('tell'),
        resume: say('resume'),
        close: say('close'),
        counts,
      }
    },
    host: {
      inboundSamples: () => 0,
      band: () => ({ hearsWide: true, saysWide: true }),
      outboundSamples: () => 0,
      play: (ulaw) => ((waitingBytes += ulaw.length), ulaw.length),
      label: (label) => (labels.push(label), true),
      clear() {
        const bytes = waitingBytes
        streams.cleared(bytes)
        waitingBytes = 0
        for (const label of labels.splice(0)) if (label.kind === 'mark') streams.reached(label, false)
        return bytes / 8
      },
      waitingMs: () => waitingBytes / 8,
      silence() {},
    },
  })
  return {
    streams,
    posted,
    told,
    sinks,
    open: (id: string, more: Partial<StreamSpec> = {}) =>
      streams.open({ ...spec, id: id as StreamId, ...more }),
    /** The caller hears so much. */
    play(bytes: number) {
      waitingBytes -= bytes
      streams.played()
      const [label] = labels
      if (waitingBytes === 0 && label?.kind === 'mark') streams.reached(label, true)
      if (waitingBytes === 0) labels.shift()
    },
  }
}

const spec: StreamSpec = {
  id: 'strm_1' as StreamId,
  url: 'wss://app.test/',
  address: '127.0.0.1',
  headers: {},
  tls: { spkiPins: [] },
  start: { accountSid: '', callSid: '', streamSid: '', customParameters: {} },
  direction: 'both',
  connectTimeoutMs: 1,
  pingIntervalMs: 1,
  pongTimeoutMs: 1,
  maxBufferedMs: 60_000,
  maxBehindMs: 1,
}

test('F10: legStreams() refuses a fifth fork, and takes one again when another has ended', () => {
  const { open, posted, sinks } = run()
  for (const id of ['a', 'b', 'c', 'd', 'e']) open(id, { direction: 'both_tracks' })
  assert.deepEqual(
    posted.map((event) => 'stream' in event && event.stream),
    ['e'],
  )
  sinks[0]?.closed('closed-by-app', counts)
  open('f', { direction: 'inbound' })
  assert.equal(sinks.length, 5)
})

test('F9: legStreams() refuses a second conversation beside any number of forks', () => {
  const { open, posted, sinks } = run()
  open('fork', { direction: 'inbound' })
  open('talks')
  open('too')
  assert.equal(sinks.length, 2)
  assert.deepEqual(
    posted.map((event) => event.kind === 'stream.closed' && [event.stream, event.why]),
    [['too', 'closed-by-gateway']],
  )
})

test('legStreams() tells with each mark how much was played, cleared audio left out', () => {
  const { open, sinks, told, play } = run()
  open('a')
  const [sink] = sinks
  assert.ok(sink)
  sink.opened(tls)
  sink.audio(new Uint8Array(800))
  sink.mark('one')
  play(800)
  sink.audio(new Uint8Array(1_600))
  sink.mark('two')
  play(400)
  assert.equal(sink.clear(), 150)
  sink.audio(new Uint8Array(80))
  sink.mark('three')
  play(80)
  assert.deepEqual(told, [
    ['mark', 'one', 'played', 100],
    ['mark', 'two', 'cleared', 150],
    ['mark', 'three', 'played', 160],
  ])
})

test('legStreams() tells an app whose wire has a bound what waits, and others nothing', () => {
  const { open, sinks, told, play } = run()
  const about = {}
  open('a', { wire: { name: 'voxkeep', about, options: { high_ms: 1_000 } } })
  sinks[0]?.audio(new Uint8Array(9_600))
  play(6_400)
  play(3_200)
  assert.deepEqual(
    told.map(([, notice]) => notice),
    [
      { kind: 'playback', state: 'high', bufferedMs: 1_200 },
      { kind: 'playback', state: 'ok', bufferedMs: 400 },
      { kind: 'playback', state: 'drained', bufferedMs: 0 },
    ],
  )
})

test('legStreams() tells every app that keys are secret, one that comes later too, and when they are not', () => {
  const { open, streams, sinks, told } = run()
  open('a', { direction: 'inbound' })
  sinks[0]?.opened(tls)
  streams.secure('nothing')
  open('b')
  sinks[1]?.opened(tls)
  streams.secure(undefined)
  const secure = { kind: 'privacy', state: 'secure', why: 'audio-withheld' }
  const over = { kind: 'privacy', state: 'open', why: 'ended' }
  assert.deepEqual(
    told.map(([, notice]) => notice),
    [secure, secure, over, over],
  )
})

test('legStreams() passes on what is said, what is lost and what is to be told, to the stream it is about', () => {
  const { open, streams, sinks, posted, told } = run()
  open('a')
  assert.equal(sinks[0]?.said({ id: '1' }), true)
  sinks[0]?.lost()
  streams.resume('a' as StreamId, { address: '127.0.0.2', headers: {} })
  streams.tell('a' as StreamId, { type: 'ack' })
  streams.tell('nobody' as StreamId, { type: 'ack' })
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['stream.said', 'stream.lost'],
  )
  assert.deepEqual(told, [
    ['resume', { address: '127.0.0.2', headers: {} }],
    ['tell', { kind: 'message', message: { type: 'ack' } }],
  ])
})

test('legStreams() passes on no more of what an app says than the main thread can look at, and goes on when it has', () => {
  const { open, streams, sinks, posted } = run()
  open('a')
  open('b', { direction: 'inbound' })
  const say = () => sinks[0]?.said({ id: 'x' })
  assert.equal(Array.from({ length: 200 }, say).filter(Boolean).length, 64)
  assert.equal(posted.length, 64)
  assert.equal(sinks[1]?.said({ id: 'y' }), true, 'each stream has a bound of its own')
  streams.heard('a' as StreamId)
  streams.heard('nobody' as StreamId)
  assert.deepEqual([say(), say()], [true, false])
})

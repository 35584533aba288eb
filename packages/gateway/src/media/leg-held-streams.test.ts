import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, type LegId, type StreamId } from '#kernel'
import type { StreamSpec } from './contract.ts'
import type { AppStreamSink, StreamNotice } from './deps.ts'
import { legStreams } from './leg-streams.ts'
import { warnings } from './warnings.ts'

const hold = { maxMs: 1_000, mask: 'silence' } as const
const frame = 160

interface Heard {
  readonly audio: { track: string; ms: number; ulaw: Uint8Array }[]
  readonly told: StreamNotice[]
  readonly keys: string[]
}

function open(streams: readonly Pick<StreamSpec, 'direction' | 'hold'>[], beganAt = 0) {
  const sinks: AppStreamSink[] = []
  const heard: Heard[] = []
  const leg = 'leg' as LegId
  const clock = fakeClock()
  const all = legStreams({
    leg,
    clock,
    openStream(_, { sink }) {
      const one: Heard = { audio: [], told: [], keys: [] }
      heard.push(one)
      sinks.push(sink)
      return {
        counts: { framesIn: 0, framesDropped: 0 },
        sendAudio: (track, ulaw, ms) => void one.audio.push({ track, ms, ulaw: new Uint8Array(ulaw) }),
        sendDtmf: (digit) => void one.keys.push(digit),
        sendMark: () => {},
        tell: (notice) => void one.told.push(notice),
        resume: () => {},
        close: () => {},
      }
    },
    post: () => {},
    warnings: warnings({ clock, tell: () => {} } as never),
    host: {
      inboundSamples: () => beganAt,
      band: () => ({ hearsWide: true, saysWide: true }),
      outboundSamples: () => beganAt,
      play: () => 0,
      label: () => true,
      clear: () => 0,
      waitingMs: () => 0,
      silence: () => {},
    },
  })
  for (const [n, stream] of streams.entries())
    all.open({ ...stream, id: `strm_${n}` as StreamId, maxBufferedMs: 1_000 } as StreamSpec)
  const tls = { version: 'TLSv1.3', cipher: 'c', group: 'X25519', peerCertificate: null } as never
  for (const sink of sinks) sink.opened(tls)
  const say = (from: number, to: number) => {
    for (let at = from; at < to; at += frame) {
      all.inbound(new Uint8Array(frame).fill(0x21), at)
      all.outbound(new Uint8Array(frame).fill(0x42), at)
    }
  }
  return { all, heard, say, sinks }
}

test('legStreams() lets a held conversation hear the caller late and at the true time, and keys at once', () => {
  const { all, heard, say } = open([{ direction: 'both', hold }], 320)
  const [app] = heard as [Heard]
  assert.deepEqual(app.told, [{ kind: 'privacy', state: 'held', why: 'words-judged-first' }])
  say(320, 3_520)
  all.digit('5', 80)
  assert.deepEqual([app.audio.length, app.keys], [0, ['5']])
  all.redact(0, 640, 960, 'card')
  all.judged(0, 1_920)
  assert.deepEqual(
    app.audio.map(({ track, ms }) => [track, ms]),
    Array.from({ length: 10 }, (_, n) => ['inbound', n * 20]),
  )
  for (const { ms, ulaw } of app.audio)
    assert.ok(ulaw.every((code) => code === (ms === 40 || ms === 60 ? 0xff : 0x21)))
  assert.deepEqual(app.told.slice(1), [
    { kind: 'privacy', state: 'overwritten', why: 'card', track: 'inbound', fromMs: 40, toMs: 80 },
  ])
})

test('legStreams() holds a fork’s two tracks, each until it was judged itself, beside one that hears everything at once', () => {
  const { all, heard, say } = open([{ direction: 'both_tracks', hold }, { direction: 'inbound' }])
  const [held, live] = heard as [Heard, Heard]
  say(0, 3_200)
  assert.deepEqual([held.audio.length, live.audio.length, live.told.length], [0, 20, 0])
  all.judged(1, 3_200)
  assert.deepEqual([...new Set(held.audio.map(({ track }) => track))], ['outbound'])
  all.judged(0, 3_200)
  assert.equal(held.audio.length, 40)
})

test('legStreams() gives a held stream silence when nobody judged in time, and says so', () => {
  const { all, heard, say } = open([{ direction: 'both', hold }])
  const [app] = heard as [Heard]
  say(0, 9_600)
  assert.equal(app.audio.length, 10)
  assert.ok(app.audio.every(({ ulaw }) => ulaw.every((code) => code === 0xff)))
  all.judged(0, 9_600)
  assert.equal(app.audio.length, 60)
  assert.deepEqual(app.told.slice(1), [
    { kind: 'privacy', state: 'overwritten', why: 'unjudged', track: 'inbound', fromMs: 0, toMs: 200 },
  ])
})

test('legStreams() throws away what waits when the last held stream ends', () => {
  const { all, heard, say, sinks } = open([{ direction: 'both', hold }])
  const [app] = heard as [Heard]
  say(0, 3_200)
  sinks[0]?.closed('closed-by-app', {} as never)
  all.judged(0, 3_200)
  assert.equal(app.audio.length, 0)
})

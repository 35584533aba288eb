import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readFrame, writeFrame } from './media-frame.ts'
import { mediaFault } from './media-options.ts'
import { mediaWire } from './media-wire.ts'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import type { Outgoing, StreamWire } from './wire.ts'

const { start, band } = testSetup()
const about = { stream_id: 'strm_1', call_id: 'call_1', leg_id: 'leg_1', resume_id: 'secret' }
const wireOf = (options: Readonly<Record<string, unknown>> = {}): StreamWire =>
  mediaWire({ name: 'voxkeep', about, options }, start, 'both', band)
const bytes = (message: Outgoing | undefined) => {
  assert.ok(message instanceof Uint8Array)
  return message
}
const audioOf = (wire: StreamWire, ulaw: Uint8Array, atMs: number) =>
  readFrame(bytes(wire.audio('inbound', ulaw, atMs)))
const seqOf = (message: Outgoing | undefined) =>
  typeof message === 'string' ? (JSON.parse(message) as { seq: number }).seq : readFrame(bytes(message))?.seq
const frame = (seq: number, audio: Uint8Array) => Buffer.from(writeFrame('inbound', seq, 0, audio))

test('readFrame() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (any) => void readFrame(any)))
})

test('readFrame() undoes writeFrame()', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('inbound' as const, 'outbound' as const),
      fc.nat({ max: 0xffff_ffff }),
      fc.nat({ max: 0xffff_ffff }),
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      (track, seq, timestampMs, audio) =>
        assert.deepEqual(readFrame(writeFrame(track, seq, timestampMs, audio)), {
          track,
          seq,
          timestampMs,
          audio,
        }),
    ),
  )
})

test('mediaWire() survives any bytes and any JSON', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json()), fc.boolean(), (any, isText) => {
      const read = wireOf().read(Buffer.from(any as string), isText)
      assert.ok(Array.isArray(read))
    }),
  )
})

test('mediaWire() counts all that it sends in one sequence, from 1', () => {
  const wire = wireOf()
  const sent = [
    ...wire.begin(),
    wire.audio('inbound', tone(20), 0),
    wire.dtmf('5', 80),
    wire.mark('m', 'played', 0),
    wire.audio('inbound', tone(20), 20),
    ...wire.stop('x'),
  ]
  assert.deepEqual(sent.map(seqOf), [1, 2, 3, 4, 5, 6])
})

test('mediaWire() sends µ-law as it is, with the time of its first sample', () => {
  const ulaw = tone(20)
  assert.deepEqual(audioOf(wireOf(), ulaw, 1_240), {
    track: 'inbound',
    seq: 1,
    timestampMs: 1_240,
    audio: ulaw,
  })
})

describe('audio of other forms', () => {
  for (const [encoding, rate, size] of [
    ['pcma', 8_000, 160],
    ['l16', 8_000, 320],
    ['l16', 16_000, 640],
    ['l16', 24_000, 960],
  ] as const) {
    test(`mediaWire() speaks ${encoding} at ${rate} both ways`, () => {
      const wire = wireOf({ encoding, rate })
      assert.equal(audioOf(wire, tone(20), 0)?.audio.length, size)
      assert.equal(heard(wire.read(frame(1, new Uint8Array(size)), false)).length, 160)
    })
  }

  test('mediaWire() makes frames of several times 20 ms, and sends what is left at the end', () => {
    const wire = wireOf({ frame_ms: 60 })
    const sent = [0, 20, 40, 60].map((atMs) => wire.audio('inbound', tone(20), atMs))
    assert.deepEqual(
      sent.map((each) => each && readFrame(bytes(each))?.audio.length),
      [undefined, undefined, 480, undefined],
    )
    const [rest] = wire.stop('x')
    assert.deepEqual([readFrame(bytes(rest))?.timestampMs, readFrame(bytes(rest))?.audio.length], [60, 160])
  })

  test('mediaWire() with raw framing sends and takes audio alone, and cannot go on after a loss', () => {
    const wire = wireOf({ framing: 'raw' })
    const ulaw = tone(20)
    assert.deepEqual(wire.audio('inbound', ulaw, 0), ulaw)
    assert.deepEqual(heard(wire.read(Buffer.from(ulaw), false)), ulaw)
    assert.equal(wire.resume, undefined)
  })
})

describe('a connection that broke', () => {
  const resume = (lastSeq: number) => ({ type: 'resume', resume_id: 'secret', last_seq: lastSeq })

  test('mediaWire() keeps what it has to say until the app is back, then says all that it missed, in order, once', () => {
    const wire = wireOf()
    const [begun] = wire.begin()
    assert.deepEqual((json(begun) as { resume: object }).resume, {
      id: 'secret',
      window_ms: 10_000,
      resumed: false,
      last_seq: 0,
    })
    wire.audio('inbound', tone(20), 0) // 2: came
    wire.audio('inbound', tone(20), 20) // 3: was on its way
    wire.resume?.lost()
    assert.equal(wire.audio('inbound', tone(20), 40), undefined)
    assert.equal(wire.mark('m', 'played', 20), undefined)
    const [again] = wire.begin()
    assert.equal(seqOf(again), 0)
    assert.equal((json(again) as { resume: { resumed: boolean } }).resume.resumed, true)
    const [back] = said(wire, resume(2))
    assert.ok(back?.kind === 'resumed')
    assert.deepEqual(back.messages.map(seqOf), [3, 4, 5])
    assert.equal(seqOf(wire.audio('inbound', tone(20), 60)), 6)
  })

  test('mediaWire() takes nothing of the app twice, and says how far it came', () => {
    const wire = wireOf()
    wire.begin()
    assert.equal(wire.read(frame(1, tone(20)), false).length, 1)
    assert.equal(said(wire, { type: 'mark', seq: 2, name: 'a' }).length, 1)
    wire.resume?.lost()
    const [again] = wire.begin()
    assert.equal((json(again) as { resume: { last_seq: number } }).resume.last_seq, 2)
    assert.deepEqual(wire.read(frame(1, tone(20)), false), [])
    assert.deepEqual(said(wire, { type: 'mark', seq: 2, name: 'a' }), [])
    assert.equal(wire.read(frame(3, tone(20)), false).length, 1)
    assert.equal(said(wire, { type: 'mark', name: 'not counted' }).length, 1)
  })

  test('mediaWire() repeats neither the token nor anything for whoever does not know the id', () => {
    const wire = wireOf({ token: 'once' })
    const [first] = wire.begin()
    assert.equal((json(first) as { token?: string }).token, 'once')
    wire.audio('inbound', tone(20), 0)
    wire.resume?.lost()
    const [again] = wire.begin()
    assert.equal((json(again) as { token?: string }).token, undefined)
    assert.deepEqual(said(wire, { ...resume(0), resume_id: 'guess' }), [{ kind: 'ignored' }])
    assert.equal(wire.audio('inbound', tone(20), 20), undefined)
  })

  test('mediaWire() tells what it could not keep as a gap', () => {
    const wire = wireOf({ resume_ms: 1_000 })
    wire.begin()
    wire.resume?.lost()
    for (let i = 0; i < 1_000; i += 1) wire.audio('inbound', tone(20), 20 * i)
    wire.begin()
    const [back] = said(wire, resume(1))
    assert.ok(back?.kind === 'resumed')
    assert.equal(back.messages.length, 300 + 256 + 1) // 6 s of frames, what may be beside them, and the gap
    const gap = json(back.messages.at(-1)) as { type: string; cause: string; from_ms: number; to_ms: number }
    assert.deepEqual([gap.type, gap.cause, gap.from_ms], ['gap', 'resume', 0])
    assert.equal(gap.to_ms, 20 * (1_000 - 556) + 20)
  })

  test('mediaWire() keeps the audio of the whole window in every form, and not many long labels beside it', () => {
    for (const options of [
      { resume_ms: 1_000 },
      { resume_ms: 1_000, encoding: 'l16', rate: 24_000, frame_ms: 60 },
    ] as const) {
      const wire = wireOf(options)
      wire.begin()
      wire.resume?.lost()
      for (let ms = 0; ms < 6_000; ms += 20) wire.audio('inbound', tone(20), ms)
      for (let i = 0; i < 60; i += 1) wire.mark('x'.repeat(4_000), 'played', 0)
      wire.begin()
      const [whole] = said(wire, resume(1))
      assert.ok(whole?.kind === 'resumed')
      assert.equal(whole.messages.length, 6_000 / (options.frame_ms ?? 20) + 60)
      wire.resume?.lost()
      for (let i = 0; i < 250; i += 1) wire.mark('x'.repeat(4_000), 'played', 0)
      wire.begin()
      const [back] = said(wire, resume(1))
      assert.ok(back?.kind === 'resumed')
      const heavy = back.messages.filter((message) => message.length > 4_000)
      assert.ok(heavy.length < 200, String(heavy.length))
    }
  })

  test('mediaWire() has nothing to resume while its app is there', () => {
    const wire = wireOf()
    wire.begin()
    const [error] = said(wire, resume(0))
    assert.ok(error?.kind === 'reply')
    assert.equal((json(error.message) as { code: string }).code, 'nothing-to-resume')
  })
})

test('mediaWire() answers what it does not understand with an error, and goes on', () => {
  const wire = wireOf()
  for (const message of [
    '{',
    '{"type":"sing"}',
    '{"type":"mark"}',
    `{"type":"mark","name":"${'x'.repeat(70_000)}"}`,
  ]) {
    const [error, ignored] = said(wire, message)
    assert.ok(error?.kind === 'reply' && ignored?.kind === 'ignored')
    assert.equal((json(error.message) as { status: number }).status, 400)
  }
  assert.equal(said(wire, { type: 'mark', name: 'm' })[0]?.kind, 'mark')
})

test('mediaFault() refuses what the wire does not know or cannot do', () => {
  assert.equal(mediaFault({}), undefined)
  assert.equal(mediaFault({ encoding: 'l16', rate: 24_000, resume_ms: 0, token: 't' }), undefined)
  for (const options of [{ rate: 16_000 }, { rate: 48_000, encoding: 'l16' }, { frame_ms: 30 }, { speed: 1 }])
    assert.notEqual(mediaFault(options), undefined)
})

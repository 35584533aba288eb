import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { asteriskWire } from './wire-asterisk.ts'

const streamSid = testSetup().start.streamSid

test('asteriskWire() begins with MEDIA_START, in plain text or in JSON', () => {
  assert.deepEqual(asteriskWire(testSetup()).begin(), [
    `MEDIA_START channel_id:leg_1 connection_id:${streamSid} channel:WebSocket/${streamSid} format:ulaw optimal_frame_size:160 ptime:20`,
  ])
  assert.deepEqual(
    asteriskWire(testSetup({ control: 'json', format: 'slin16' }))
      .begin()
      .map(json),
    [
      {
        event: 'MEDIA_START',
        channel_id: 'leg_1',
        connection_id: streamSid,
        channel: `WebSocket/${streamSid}`,
        format: 'slin16',
        optimal_frame_size: 640,
        ptime: 20,
        channel_variables: { customer: '42' },
      },
    ],
  )
})

test('asteriskWire() asks for the subprotocol media, unless it is told not to', () => {
  assert.equal(asteriskWire(testSetup()).subprotocol, 'media')
  assert.equal(asteriskWire(testSetup({ subprotocol: false })).subprotocol, undefined)
})

test('asteriskWire() carries every format both ways', () => {
  for (const [format, bytes] of [
    ['ulaw', 160],
    ['alaw', 160],
    ['slin', 320],
    ['slin16', 640],
  ] as const) {
    const wire = asteriskWire(testSetup({ format }))
    assert.equal(wire.audio('inbound', tone(20), 0)?.length, bytes)
    assert.equal(heard(wire.read(Buffer.alloc(bytes), false)).length, 160)
  }
})

test('asteriskWire() tells of marks and of the end of a bulk transfer when they were played, by their ids', () => {
  const wire = asteriskWire(testSetup())
  const [mark] = said(wire, 'MARK_MEDIA m-1')
  assert.ok(mark?.kind === 'mark')
  assert.equal(wire.mark(mark.name, 'played', 20), 'MEDIA_MARK_PROCESSED m-1')
  assert.equal(wire.mark(mark.name, 'cleared', 0), undefined)
  said(wire, 'START_MEDIA_BUFFERING')
  wire.read(Buffer.from(tone(21).subarray(0, 165)), false)
  const [rest, done] = said(wire, JSON.stringify({ command: 'STOP_MEDIA_BUFFERING', correlation_id: 'b' }))
  assert.ok(rest?.kind === 'audio' && done?.kind === 'mark')
  assert.equal(rest.ulaw.length, 155)
  assert.equal(wire.mark(done.name, 'played', 40), 'MEDIA_BUFFERING_COMPLETED b')
  const inJson = asteriskWire(testSetup({ control: 'json' }))
  const [other] = said(inJson, { command: 'MARK_MEDIA', correlation_id: 'm-2' })
  assert.ok(other?.kind === 'mark')
  assert.deepEqual(json(inJson.mark(other.name, 'played', 20)), {
    event: 'MEDIA_MARK_PROCESSED',
    channel_id: 'leg_1',
    correlation_id: 'm-2',
  })
})

test('asteriskWire() tells XOFF and XON, and QUEUE_DRAINED once each time it is asked to', () => {
  const wire = asteriskWire(testSetup())
  const drained = { kind: 'playback', bufferedMs: 0, state: 'drained' } as const
  assert.equal(wire.tell?.({ kind: 'playback', bufferedMs: 18_000, state: 'high' }), 'MEDIA_XOFF')
  assert.equal(wire.tell?.({ kind: 'playback', bufferedMs: 16_000, state: 'ok' }), 'MEDIA_XON')
  assert.equal(wire.tell?.(drained), undefined)
  said(wire, 'REPORT_QUEUE_DRAINED')
  assert.equal(wire.tell?.(drained), 'QUEUE_DRAINED')
  assert.equal(wire.tell?.(drained), undefined)
})

test('asteriskWire() holds what comes while it is paused, in order and within a bound, and FLUSH_MEDIA drops it', () => {
  const wire = asteriskWire(testSetup())
  said(wire, 'PAUSE_MEDIA')
  assert.deepEqual(wire.read(Buffer.from(tone(20)), false), [])
  assert.deepEqual(said(wire, 'MARK_MEDIA later'), [])
  assert.deepEqual(
    said(wire, 'CONTINUE_MEDIA').map(({ kind }) => kind),
    ['audio', 'mark'],
  )
  said(wire, 'PAUSE_MEDIA')
  for (let i = 0; i < 1_000; i += 1) assert.deepEqual(wire.read(Buffer.alloc(160), false), [])
  assert.deepEqual(wire.read(Buffer.alloc(160), false), [{ kind: 'warning', code: 'app-buffer-full' }])
  assert.deepEqual(
    said(wire, 'FLUSH_MEDIA').map(({ kind }) => kind),
    ['clear'],
  )
  assert.deepEqual(said(wire, 'CONTINUE_MEDIA'), [])
})

test('asteriskWire() holds labels within a bound of their own while it is paused, and again after it went on', () => {
  const wire = asteriskWire(testSetup())
  const long = () => said(wire, { command: 'MARK_MEDIA', correlation_id: 'x'.repeat(4_000) })
  for (const _ of ['once', 'again']) {
    said(wire, 'PAUSE_MEDIA')
    const refused = Array.from({ length: 1_000 }, long).flat()
    assert.ok(refused.length > 930 && refused.every(({ kind }) => kind === 'warning'))
    assert.deepEqual(wire.read(Buffer.from(tone(20)), false), []) // audio has its room all the same
    assert.equal(said(wire, 'CONTINUE_MEDIA').length, 1_000 - refused.length + 1)
  }
})

test('asteriskWire() ends a pause and a bulk transfer with FLUSH_MEDIA, and confirms it where QUEUE_DRAINED was asked for', () => {
  const wire = asteriskWire(testSetup())
  said(wire, 'PAUSE_MEDIA')
  said(wire, 'START_MEDIA_BUFFERING')
  assert.deepEqual(wire.read(Buffer.from(tone(21).subarray(0, 165)), false), [])
  assert.deepEqual(said(wire, 'MARK_MEDIA m-1'), [])
  assert.deepEqual(said(wire, 'REPORT_QUEUE_DRAINED'), []) // while it is paused, nothing drains
  const [clear, ...more] = said(wire, 'FLUSH_MEDIA')
  assert.ok(clear?.kind === 'clear')
  assert.deepEqual(more, [])
  assert.equal(clear.reply?.(0), 'QUEUE_DRAINED')
  assert.equal(clear.reply?.(0), undefined)
  assert.equal(heard(wire.read(Buffer.from(tone(20)), false)).length, 160) // not paused any more
  assert.equal(said(wire, 'MARK_MEDIA m-2')[0]?.kind, 'mark')
  // Nothing of the transfer that was flushed is filled up.
  assert.deepEqual(
    said(wire, 'STOP_MEDIA_BUFFERING').map(({ kind }) => kind),
    ['mark'],
  )
})

test('asteriskWire() tells QUEUE_DRAINED at once when nothing waits, and not for what came after it was asked for', () => {
  const wire = asteriskWire(testSetup())
  const asked = () => {
    const [probe] = said(wire, 'REPORT_QUEUE_DRAINED')
    assert.ok(probe?.kind === 'mark')
    return probe.name
  }
  const first = asked()
  assert.equal(wire.mark(first, 'played', 0), 'QUEUE_DRAINED')
  assert.equal(wire.mark(first, 'played', 0), undefined)
  const second = asked()
  wire.read(Buffer.from(tone(20)), false)
  assert.equal(wire.mark(second, 'played', 0), undefined)
  assert.equal(wire.tell?.({ kind: 'playback', bufferedMs: 0, state: 'drained' }), 'QUEUE_DRAINED')
})

test('asteriskWire() follows SET_MEDIA_DIRECTION and HANGUP', () => {
  const wire = asteriskWire(testSetup())
  said(wire, 'SET_MEDIA_DIRECTION out')
  assert.equal(wire.audio('inbound', tone(20), 0), undefined)
  said(wire, 'SET_MEDIA_DIRECTION in')
  assert.notEqual(wire.audio('inbound', tone(20), 20), undefined)
  assert.deepEqual(wire.read(Buffer.from(tone(20)), false), [{ kind: 'ignored' }])
  assert.deepEqual(said(wire, 'HANGUP'), [{ kind: 'end' }])
  assert.deepEqual(said(wire, 'NO_SUCH_COMMAND'), [{ kind: 'ignored' }])
})

test('asteriskWire() tells a key with its length', () => {
  assert.equal(asteriskWire(testSetup()).dtmf('7', 120), 'DTMF_END channel_id:leg_1 digit:7 duration_ms:120')
})

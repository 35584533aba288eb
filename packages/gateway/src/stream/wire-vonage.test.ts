import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { vonageWire } from './wire-vonage.ts'

test('vonageWire() begins with the form and the custom parameters, which cannot pass for its own words', () => {
  const setup = testSetup()
  const start = {
    ...setup.start,
    customParameters: { customer: '42', event: 'websocket:dtmf', 'content-type': 'x' },
  }
  assert.deepEqual(
    vonageWire({ ...setup, start })
      .begin()
      .map(json),
    [{ customer: '42', event: 'websocket:connected', 'content-type': 'audio/l16;rate=16000' }],
  )
})

test('vonageWire() sends frames of 640 bytes at 16 kHz, and of 320 at 8 kHz', () => {
  const sent = (rate: number) => vonageWire(testSetup({ rate })).audio('inbound', tone(20), 0)
  assert.deepEqual([sent(16_000)?.length, sent(8_000)?.length], [640, 320])
})

test('vonageWire() takes binary for audio, and answers clear and notify', () => {
  const wire = vonageWire(testSetup())
  assert.equal(heard(wire.read(Buffer.alloc(640), false)).length, 160)
  const [clear] = said(wire, { action: 'clear' })
  assert.ok(clear?.kind === 'clear')
  assert.deepEqual(json(clear.reply?.(0)), { event: 'websocket:cleared' })
  const [mark] = said(wire, { action: 'notify', payload: { id: 7, text: '"' } })
  assert.ok(mark?.kind === 'mark')
  assert.deepEqual(json(wire.mark(mark.name, 'played', 0)), {
    event: 'websocket:notify',
    payload: { id: 7, text: '"' },
  })
  assert.equal(wire.mark(mark.name, 'cleared', 0), undefined)
})

test('vonageWire() tells a key with its length', () => {
  assert.deepEqual(json(vonageWire(testSetup()).dtmf('5', 260)), {
    event: 'websocket:dtmf',
    digit: '5',
    duration: 260,
  })
})

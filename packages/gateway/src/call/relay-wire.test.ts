import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { interruptibleOf, readRelay } from './relay-wire.ts'

test('readRelay() reads what apps send, and ignores members that it does not know', () => {
  const read = (message: object) => readRelay(JSON.stringify(message))
  assert.deepEqual(read({ type: 'text', token: 'Hi', more: 1 }), {
    ok: true,
    message: { type: 'text', token: 'Hi', last: false },
  })
  assert.ok(read({ type: 'play', source: 'https://app.test/a.wav', loop: 2 }).ok)
  assert.ok(read({ type: 'sendDigits', digits: '12w#' }).ok)
  assert.ok(read({ type: 'language', ttsLanguage: 'de-DE' }).ok)
  assert.ok(read({ type: 'end', handoffData: '{"a":1}' }).ok)
})

test('readRelay() says what is wrong, and nothing of what was sent', () => {
  const fault = (text: string | undefined) => {
    const read = readRelay(text)
    return read.ok ? undefined : read.fault
  }
  assert.equal(fault('secret {'), 'the message is not JSON')
  assert.equal(fault(undefined), 'binary messages are not understood')
  assert.equal(fault('{"type":"secret"}'), '"type" is not valid')
  assert.equal(fault('{"type":"text","token":5}'), '"token" is not valid')
  assert.equal(fault('[]'), 'the message is not an object with a type')
  assert.equal(fault(JSON.stringify({ type: 'text', token: 'x'.repeat(20_000) })), '"token" is not valid')
})

test('readRelay() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void readRelay(text)))
  fc.assert(fc.property(fc.json(), (text) => void readRelay(text)))
})

test('readRelay() gives back every message that it takes', () => {
  const message = fc.record({
    type: fc.constant('text'),
    token: fc.string({ maxLength: 100 }),
    last: fc.boolean(),
    preemptible: fc.boolean(),
  })
  fc.assert(
    fc.property(message, (sent) =>
      assert.deepEqual(readRelay(JSON.stringify(sent)), { ok: true, message: { ...sent } }),
    ),
  )
})

test('interruptibleOf() reads both spellings', () => {
  assert.deepEqual(
    [undefined, true, false, 'dtmf', 'speech', 'any', 'none'].map((value) =>
      interruptibleOf(value as boolean | undefined, 'keys'),
    ),
    ['keys', 'any', 'none', 'keys', 'speech', 'any', 'none'],
  )
})

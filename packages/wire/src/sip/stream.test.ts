import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sipStream, type SipStreamItem } from './stream.ts'

const encoder = new TextEncoder()

function message(callId: string, body = '', length = String(body.length)): string {
  return [
    'MESSAGE sip:b@c SIP/2.0',
    'Via: SIP/2.0/TLS host;branch=z9hG4bKx',
    'From: <sip:a@b>;tag=1',
    'To: <sip:b@c>',
    `Call-ID: ${callId}`,
    'CSeq: 1 MESSAGE',
    `Content-Length: ${length}`,
    '',
    body,
  ].join('\r\n')
}

function summary(items: readonly SipStreamItem[]): string[] {
  return items.map((item) => {
    if (item.kind === 'message') return `${item.message.headers.get('Call-ID')} ${item.message.body.length}`
    if (item.kind !== 'invalid') return item.kind
    return `${item.fatal ? 'fatal' : 'invalid'} ${item.status ?? '-'} ${item.reason}`
  })
}

function read(text: string, limits = {}): string[] {
  return summary(sipStream(limits).push(encoder.encode(text)))
}

test('sipStream() gives each message of a chunk, and waits for the rest of the last', () => {
  const stream = sipStream()
  const text = message('one', 'hello') + message('two')
  assert.deepEqual(summary(stream.push(encoder.encode(text + message('three').slice(0, 50)))), [
    'one 5',
    'two 0',
  ])
  assert.equal(stream.bufferedBytes, 50)
  assert.deepEqual(summary(stream.push(encoder.encode(message('three').slice(50)))), ['three 0'])
  assert.equal(stream.bufferedBytes, 0)
})

test('sipStream() gives the same messages however the stream is cut', () => {
  const text = encoder.encode(
    message('one', 'a\r\n\r\nb') + message('two') + message('three', 'x'.repeat(300)),
  )
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
      const stream = sipStream()
      const at = [0, ...cuts.sort((a, b) => a - b), text.length]
      const items = at.slice(1).flatMap((end, index) => stream.push(text.subarray(at[index], end)))
      assert.deepEqual(summary(items), ['one 6', 'two 0', 'three 300'])
    }),
  )
})

test('sipStream() hands out bodies that later chunks do not change', () => {
  const stream = sipStream()
  const bytes = encoder.encode(message('one', 'aaaa') + message('two', 'bbbb'))
  const items = [...bytes].flatMap((byte) => stream.push(Uint8Array.of(byte)))
  assert.deepEqual(
    items.map((item) => item.kind === 'message' && new TextDecoder().decode(item.message.body)),
    ['aaaa', 'bbbb'],
  )
})

test('sipStream() tells ping from pong between messages (RFC 5626 §3.5.1)', () => {
  assert.deepEqual(read('\r\n\r\n'), ['ping'])
  assert.deepEqual(read('\r\n'), ['pong'])
  assert.deepEqual(read(`\r\n\r\n\r\n${message('one')}\r\n`), ['ping', 'pong', 'one 0', 'pong'])
})

const readPieces = (...texts: string[]): string[] => {
  const stream = sipStream()
  return texts.flatMap((text) => summary(stream.push(encoder.encode(text))))
}

test('sipStream() still sees a ping that arrives in pieces', () => {
  assert.deepEqual(readPieces('\r', '\n', '\r', '\n'), ['pong', 'ping'])
  assert.deepEqual(readPieces('\r\n\r', '\n'), ['ping'])
  assert.deepEqual(readPieces('\r\n', '\r\n', '\r\n'), ['pong', 'ping', 'pong'])
  assert.deepEqual(readPieces('\r\n', message('one'), '\r\n'), ['pong', 'one 0', 'pong'])
})

test('sipStream() goes on after a malformed message whose end is known', () => {
  const text = message('one', 'abc').replace('CSeq: 1', 'CSeq: x') + message('two')
  assert.deepEqual(read(text), ['invalid 400 malformed or missing CSeq', 'two 0'])
})

test('sipStream() gives up where the next message’s start is unknown, and then stays silent', () => {
  const fatal = (text: string): string[] => read(text + message('two'))
  assert.deepEqual(fatal(message('one', 'abc', '-3')), ['fatal 400 malformed Content-Length'])
  assert.deepEqual(fatal(message('one', 'abc', '3\r\nl: 3')), ['fatal 400 more than one Content-Length'])
  assert.deepEqual(fatal(message('one').replace(/Content-Length.*\r\n/, '')), ['fatal 400 no Content-Length'])
  assert.deepEqual(fatal('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), ['fatal - malformed start line'])
  assert.deepEqual(fatal('\rX'), ['fatal - stray carriage return between messages'])
  const stream = sipStream()
  stream.push(encoder.encode('\rX'))
  assert.deepEqual(stream.push(encoder.encode(message('two'))), [])
  assert.equal(stream.bufferedBytes, 0)
})

test('sipStream() refuses headers beyond its limits', () => {
  assert.deepEqual(read('A'.repeat(101), { maxHeaderBytes: 100 }), ['fatal - headers too large'])
  assert.deepEqual(read(message('one'), { maxHeaders: 3 }), ['fatal 400 too many headers'])
  const long = message('one').replace('CSeq', `X: ${'x'.repeat(60)}\r\nCSeq`)
  assert.deepEqual(read(long + message('two'), { maxLineBytes: 60 }), [
    'invalid 400 header line too long',
    'two 0',
  ])
})

test('sipStream() answers 413 at once and passes over the body, within reason', () => {
  const stream = sipStream({ maxBodyBytes: 10 })
  const big = message('one', 'x'.repeat(500))
  assert.deepEqual(summary(stream.push(encoder.encode(big.slice(0, -400)))), ['invalid 413 body too large'])
  assert.equal(stream.bufferedBytes, 0)
  assert.deepEqual(summary(stream.push(encoder.encode(big.slice(-400) + message('two')))), ['two 0'])
  assert.deepEqual(read(message('one', '', '999999999999')), ['fatal 413 body too large'])
})

test('sipStream() never throws and never holds more than its limits, whatever the bytes', () => {
  const limits = { maxHeaderBytes: 200, maxBodyBytes: 50 }
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom('\r\n', '\r', 'Content-Length: 20\r\n', 'A sip:b SIP/2.0\r\n', message('x', 'y'))
      .map((text) => encoder.encode(text)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const stream = sipStream(limits)
      for (const chunk of pieces) {
        stream.push(chunk)
        assert.ok(stream.bufferedBytes <= 200 + 4)
      }
    }),
  )
})

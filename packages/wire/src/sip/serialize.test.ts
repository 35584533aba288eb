import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipError } from './errors.ts'
import { SipHeaders } from './headers.ts'
import { serializeSip } from './serialize.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test('serializeSip() writes the body’s length, in place of whatever was said', () => {
  const headers = new SipHeaders([
    ['l', '99'],
    ['To', 'x'],
    ['Content-Length', '7'],
  ])
  const bytes = serializeSip({
    kind: 'response',
    status: 200,
    reason: 'OK',
    headers,
    body: Uint8Array.of(33),
  })
  assert.equal(text(bytes), 'SIP/2.0 200 OK\r\nl: 1\r\nTo: x\r\n\r\n!')
})

test('serializeSip() adds Content-Length where there is none', () => {
  const message = {
    kind: 'request',
    method: 'BYE',
    uri: 'sip:a',
    headers: new SipHeaders(),
    body: new Uint8Array(0),
  } as const
  assert.equal(text(serializeSip(message)), 'BYE sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n')
})

const isStartLine = (error: unknown): boolean => error instanceof SipError && error.code === 'SIP_START_LINE'

test('serializeSip() refuses a start line that would be two', () => {
  const base = { headers: new SipHeaders(), body: new Uint8Array(0) }
  assert.throws(
    () => serializeSip({ kind: 'request', method: 'BYE', uri: 'sip:a\r\nX: y', ...base }),
    isStartLine,
  )
  assert.throws(() => serializeSip({ kind: 'response', status: 200, reason: 'a\nb', ...base }), isStartLine)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createRequest } from './create.ts'
import { SipHeaders } from './headers.ts'
import { defaultSipLimits } from './limits.ts'
import type { SipMessage } from './message.ts'
import { parseSip } from './parse.ts'
import { screenRequest } from './screen.ts'
import { serializeSip } from './serialize.ts'

const encoder = new TextEncoder()

function options(extra = '', body = ''): Uint8Array {
  const lines = [
    'OPTIONS sip:b@example.com SIP/2.0',
    'Via: SIP/2.0/TLS host;branch=z9hG4bKx',
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    'Call-ID: id@host',
    'CSeq: 1 OPTIONS',
  ]
  return encoder.encode(`${lines.join('\r\n')}\r\n${extra}\r\n${body}`)
}

function refusal(bytes: Uint8Array, limits = defaultSipLimits): [string, number | undefined] {
  const parsed = parseSip(bytes, limits)
  assert.ok(!parsed.ok)
  assert.equal(parsed.message === undefined, parsed.status === undefined)
  return [parsed.reason, parsed.status]
}

test('parseSip() gives the body Content-Length says, aliasing the datagram, and drops the rest', () => {
  const bytes = options('Content-Type: text/plain\r\nl: 3\r\n', 'abcdef')
  const parsed = parseSip(bytes)
  assert.ok(parsed.ok)
  assert.deepEqual([...parsed.message.body], [97, 98, 99])
  assert.equal(parsed.message.body.buffer, bytes.buffer)
})

test('parseSip() takes the rest of a datagram without Content-Length as body (RFC 3261 §18.3)', () => {
  const parsed = parseSip(options('', 'abc'))
  assert.equal(parsed.ok && parsed.message.body.length, 3)
})

test('parseSip() ignores line breaks before the start line (RFC 3261 §7.5)', () => {
  assert.equal(parseSip(encoder.encode(`\r\n\r\n${new TextDecoder().decode(options())}`)).ok, true)
})

const subject = (bytes: Uint8Array): string | undefined => {
  const parsed = parseSip(bytes)
  return parsed.ok ? parsed.message.headers.get('s') : undefined
}

test('parseSip() reads a Latin-1 name and a UTF-8 one', () => {
  const latin1 = options('s: M#ller\r\n').map((byte) => (byte === 0x23 ? 0xfc : byte))
  assert.equal(subject(latin1), 'Müller')
  assert.equal(subject(options('s: Müller\r\n')), 'Müller')
})

test('parseSip() says in constant words what is wrong, and what to answer', () => {
  assert.deepEqual(refusal(options('Content-Length: 4\r\n', 'abc')), [
    'body shorter than Content-Length',
    400,
  ])
  assert.deepEqual(refusal(options('Content-Length: 1x\r\n')), ['malformed Content-Length', 400])
  assert.deepEqual(refusal(options('l: 0\r\nContent-Length: 0\r\n')), ['more than one Content-Length', 400])
  assert.deepEqual(refusal(options('no colon\r\n')), ['malformed header line', 400])
  assert.deepEqual(refusal(options('a b: c\r\n')), ['malformed header line', 400])
  const folded = new TextDecoder().decode(options()).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n ')
  assert.deepEqual(refusal(encoder.encode(folded)), ['malformed header line', undefined])
  assert.deepEqual(refusal(options('X: a\nEvil: b\r\n')), ['control character in a header', 400])
  assert.deepEqual(refusal(options('X: a\rb\r\n')), ['control character in a header', 400])
  assert.deepEqual(refusal(options('X: \u0000\r\n')), ['control character in a header', 400])
  assert.deepEqual(refusal(options('To: <sip:c@d>\r\n')), ['a single header is repeated', 400])
  assert.deepEqual(refusal(options().subarray(0, -2)), ['no end of headers', 400])
  assert.deepEqual(refusal(encoder.encode('GET / HTTP/1.1\r\n\r\n')), ['malformed start line', undefined])
  assert.deepEqual(refusal(new Uint8Array(0)), ['malformed start line', undefined])
})

test('parseSip() never answers a malformed ACK or response', () => {
  const text = new TextDecoder().decode(options('no colon\r\n'))
  assert.deepEqual(refusal(encoder.encode(text.replaceAll('OPTIONS', 'ACK'))), [
    'malformed header line',
    undefined,
  ])
  const response = text.replace(/^.*/, 'SIP/2.0 200 OK')
  assert.deepEqual(refusal(encoder.encode(response)), ['malformed header line', undefined])
})

test('parseSip() accepts a status line without a reason or its space', () => {
  const text = new TextDecoder().decode(options()).replace(/^.*/, 'SIP/2.0 200')
  const parsed = parseSip(encoder.encode(text))
  assert.ok(parsed.ok && parsed.message.kind === 'response')
  assert.deepEqual([parsed.message.status, parsed.message.reason], [200, ''])
})

const limit = (name: keyof typeof defaultSipLimits, value: number) => ({
  ...defaultSipLimits,
  [name]: value,
})

test('parseSip() keeps to each limit', () => {
  assert.deepEqual(refusal(options(), limit('maxHeaderBytes', 100)), ['headers too large', undefined])
  assert.deepEqual(refusal(options(), limit('maxHeaders', 4)), ['too many headers', 400])
  assert.equal(parseSip(options(), limit('maxHeaders', 5)).ok, true)
  assert.deepEqual(refusal(options('', 'abc'), limit('maxBodyBytes', 2)), ['body too large', 413])
  assert.deepEqual(
    refusal(options('s: aaaaaaaaaaaa\r\n  aaaaaaaaaaaaaaaaaaaaaaa\r\n'), limit('maxLineBytes', 37)),
    ['header line too long', 400],
  )
  assert.deepEqual(refusal(options('s: üüüüüüüüüüüüüüüüüü\r\n'), limit('maxLineBytes', 38)), [
    'header line too long',
    400,
  ])
  assert.deepEqual(refusal(options(), limit('maxLineBytes', 32)), ['start line too long', 414])
})

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.!%*_+`'~-]{0,11}$/)
const value = fc
  .string({ unit: 'grapheme' })
  .map((text) => text.replaceAll(/[\p{Cc}\\]/gu, '').replaceAll(/^[ \t]+|[ \t]+$/g, ''))
const extra = fc.array(
  fc.tuple(
    token.map((name) => `X-${name}`),
    value,
  ),
)

const message: fc.Arbitrary<SipMessage> = fc
  .record({
    method: token,
    uri: fc.stringMatching(/^sip:[a-z0-9@.;=%-]{1,20}$/),
    status: fc.option(fc.integer({ min: 100, max: 699 }), { nil: undefined }),
    reason: value,
    seq: fc.nat({ max: 2 ** 31 - 1 }),
    callId: fc.stringMatching(/^[!-~]{1,20}$/),
    extra,
    body: fc.uint8Array({ maxLength: 50 }),
  })
  .map(({ method, uri, status, reason, seq, callId, extra, body }) => {
    const headers = new SipHeaders([
      ['Via', 'SIP/2.0/TLS [::1]:5061;branch=z9hG4bKx'],
      ['From', '"A" <sip:a@b>;tag=1'],
      ['t', 'sip:b@c'],
      ['Call-ID', callId],
      ['CSeq', `${seq} ${method}`],
      ...extra,
      ['Content-Length', String(body.length)],
    ])
    return status === undefined
      ? { kind: 'request', method, uri, headers, body }
      : { kind: 'response', status, reason, headers, body }
  })

test('parseSip() undoes serializeSip()', () => {
  fc.assert(
    fc.property(message, (sent) => {
      const parsed = parseSip(serializeSip(sent))
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
      assert.deepEqual(
        { ...parsed.message, headers: [...parsed.message.headers] },
        { ...sent, headers: [...sent.headers] },
      )
    }),
  )
})

test('parseSip() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1_500 }), (bytes) => void parseSip(bytes)))
})

test('parseSip() never throws on a damaged message, and what it still accepts serializes', () => {
  const damage = fc.array(
    fc.tuple(
      fc.nat({ max: 400 }),
      fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...encoder.encode('\r\n :;,"<>'))),
    ),
  )
  fc.assert(
    fc.property(message, damage, (sent, changes) => {
      const bytes = serializeSip(sent)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      const parsed = parseSip(bytes)
      if (parsed.ok) assert.equal(parseSip(serializeSip(parsed.message)).ok, true)
    }),
    { numRuns: 500 },
  )
})

/** A well-formed request but for one header. */
function withHeader(name: string, value: string): Uint8Array {
  const text = new TextDecoder().decode(options(`${name}: x\r\n`))
  const first = text.indexOf(`${name}: `)
  const end = text.indexOf('\r\n', first)
  return encoder.encode(
    `${text.slice(0, first)}${name}: ${value}${text.slice(end).replace(`${name}: x\r\n`, '')}`,
  )
}

const hostileUnits = [
  ' ',
  '\t',
  '"',
  '\\',
  '<',
  ';',
  ',',
  ':',
  '/',
  '=',
  '[',
  '@',
  '%41',
  '0',
  'a',
  'a.',
  'a ',
  ' ;',
  ';a',
  '"a\\',
  '\\a',
  '\r\n ',
  'SIP/2.0/TLS a,',
  '<sip:a@b>,',
]

const hostileTemplates: [name: string, before: string, after: string][] = [
  ['Via', '', '!'],
  ['Via', 'SIP/2.0/TLS ', '!'],
  ['Via', 'SIP/2.0/TLS a;b=', '"'],
  ['From', '', '!'],
  ['From', '"', '<'],
  ['From', 'a ', '<sip:a@b'],
  ['To', '<sip:', '"'],
  ['CSeq', '', ' A B'],
  ['Call-ID', '', ' x'],
  ['Max-Forwards', '', 'x'],
  ['Contact', '<sip:', '>'],
  ['Contact', '<sip:a@', '!>'],
  ['Contact', 'sip:a@b;', '!'],
  ['Accept', '', ';x'],
  ['Subject', 'a\r\n ', '!'],
  ['Subject', '', '!\r\n a'],
  ['Content-Disposition', 'a;handling', 'optional'],
]

test('parseSip() and screenRequest() need time in proportion to a hostile message’s length', () => {
  const length = 50_000
  const limits = { ...defaultSipLimits, maxHeaderBytes: 2 * length, maxLineBytes: 2 * length }
  const started = process.hrtime.bigint()
  for (const unit of hostileUnits) {
    const text = unit.repeat(length / unit.length)
    const messages = hostileTemplates.map(([name, before, after]) =>
      withHeader(name, `${before}${text}${after}`),
    )
    for (const line of [`OPTIONS ${text} SIP/2.0`, `OPTIONS sip:${text} SIP/2.0`, text, `SIP/2.0 ${text}`]) {
      messages.push(
        encoder.encode(new TextDecoder().decode(options('l: 1\r\n', 'x')).replace(/^.*/, () => line)),
      )
    }
    messages.push(options(`X${text}!: x\r\n`))
    for (const bytes of messages) {
      const parsed = parseSip(bytes, limits)
      if (parsed.ok && parsed.message.kind === 'request') screenRequest(parsed.message)
    }
  }
  // Linear steps over these 25 MB take 0.3 s; one quadratic step over 50,000 characters takes more than the limit.
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n)
})

test('createRequest() and serializeSip() make what parseSip() accepts', () => {
  const request = createRequest({ method: 'OPTIONS', uri: 'sip:a', headers: [] })
  assert.deepEqual(refusal(serializeSip(request)), ['no Via', 400])
})

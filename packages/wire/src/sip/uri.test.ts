import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseUri, serializeUri, type SipUri } from './uri.ts'

test('parseUri() takes a SIP URI apart', () => {
  assert.deepEqual(parseUri('SIPS:a%20b:pw@Example.COM:5061;Transport=TLS;lr?Subject=x&Priority=urgent'), {
    scheme: 'sips',
    user: 'a%20b',
    password: 'pw',
    host: 'example.com',
    port: 5061,
    params: new Map([
      ['transport', 'TLS'],
      ['lr', undefined],
    ]),
    headers: 'Subject=x&Priority=urgent',
  })
})

test('parseUri() reads an IPv6 host, a user with ; and ?, and no user', () => {
  assert.equal(parseUri('sip:[2001:DB8::1]:5070')?.host, '[2001:db8::1]')
  assert.equal(parseUri('sip:a;b=c?d@e')?.user, 'a;b=c?d')
  assert.equal(parseUri('sip:*21#@pbx')?.user, '*21#')
  assert.equal(parseUri('sip:host')?.user, undefined)
})

test('parseUri() keeps other schemes opaque', () => {
  const uri = parseUri('tel:+1-201-555-0123;phone-context=x')
  assert.equal(uri?.scheme, 'tel')
  assert.equal(uri?.opaque, '+1-201-555-0123;phone-context=x')
})

test('parseUri() refuses what is no URI', () => {
  const wrong = [
    '',
    'sip',
    'sip:',
    'sip:@host',
    'sip:a@',
    'sip:a b@c',
    'sip:a@b c',
    '<sip:a@b>',
    'sip:a@b:0',
    'sip:a@b:65536',
    'sip:a@b:x',
    'sip:a@b;',
    'sip:a@b;x=',
    'sip:a@b?',
    'sip:%zz@b',
    'sip:a@-b',
    'sip:a@[::1',
    '1:a',
    'sip:ü@b',
    'sip:a@b\r\n',
    `sip:${'a'.repeat(256)}`,
  ]
  for (const text of wrong) assert.equal(parseUri(text), undefined, text)
})

test('parseUri() never throws, and what it accepts is stable', () => {
  const unit = fc.constantFrom(
    'a',
    'b',
    '@',
    '[',
    ']',
    ':',
    '0',
    ';',
    '=',
    '?',
    '&',
    '%',
    '4',
    '.',
    '<',
    ' ',
    'é',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary-ascii' }),
        fc.string({ unit }).map((text) => `sip:${text}`),
      ),
      (text) => {
        const uri = parseUri(text)
        if (uri !== undefined) assert.deepEqual(parseUri(serializeUri(uri)), uri)
      },
    ),
  )
})

const word = fc.stringMatching(/^[a-z0-9.!~*'()-]{1,10}$/)
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
)
const params = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.option(word, { nil: undefined })), { maxLength: 4 })
  .map((pairs) => new Map(pairs))

const sipUri: fc.Arbitrary<SipUri> = fc
  .record(
    {
      scheme: fc.constantFrom('sip', 'sips'),
      user: fc.stringMatching(/^(?:[\w&=+$,;?/#.-]|%[0-9A-F]{2}){1,12}$/),
      host: host.map((name) => name.toLowerCase()),
      port: fc.integer({ min: 1, max: 65_535 }),
      params,
      headers: fc.stringMatching(/^(?:[a-z]{1,4}=[a-z%0-9]{0}[a-z]{1,4}){0,1}$/),
    },
    { noNullPrototype: true, requiredKeys: ['scheme', 'host', 'params', 'headers'] },
  )
  .chain((uri) =>
    'user' in uri
      ? fc
          .option(word, { nil: undefined })
          .map((password) => (password === undefined ? uri : { ...uri, password }))
      : fc.constant(uri),
  )

test('parseUri() undoes serializeUri()', () => {
  fc.assert(fc.property(sipUri, (uri) => assert.deepEqual(parseUri(serializeUri(uri)), uri)))
  fc.assert(
    fc.property(fc.stringMatching(/^[!-~]{1,20}$/), (opaque) => {
      const uri = { scheme: 'tel', host: '', params: new Map(), headers: '', opaque }
      assert.deepEqual(parseUri(serializeUri(uri)), uri)
    }),
  )
})

test('parseUri() takes the first of a repeated parameter, as baresip 1.0 sends it', () => {
  const uri = parseUri('sip:bob@192.0.2.1:5061;transport=tls;transport=udp')
  assert.equal(uri?.params.get('transport'), 'tls')
})

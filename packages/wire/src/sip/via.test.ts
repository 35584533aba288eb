import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createRequest } from './create.ts'
import { parseVia, serializeVia, topVia, type Via } from './via.ts'

test('parseVia() reads blanks where RFC 3261 §20.42 allows them', () => {
  assert.deepEqual(parseVia('sip / 2.0 / tls  Host.example.com : 5061 ; branch = z9hG4bKx ;rport'), {
    protocol: 'SIP/2.0',
    transport: 'TLS',
    host: 'host.example.com',
    port: 5061,
    params: new Map([
      ['branch', 'z9hG4bKx'],
      ['rport', undefined],
    ]),
  })
})

test('parseVia() refuses what a response could not follow', () => {
  for (const text of [
    '',
    'SIP/2.0/TLS',
    'SIP/2.0 a',
    'SIP/2.0/TLS a b',
    'SIP/2.0/TLS a;',
    'SIP/2.0/TLS ;x',
    'a, b',
  ]) {
    assert.equal(parseVia(text), undefined, text)
  }
})

const requestWith = (via: string) => createRequest({ method: 'OPTIONS', uri: 'sip:a', headers: [['v', via]] })

test('topVia() is the first value of the first Via, or undefined', () => {
  assert.equal(topVia(requestWith('SIP/2.0/TLS a, SIP/2.0/TLS b'))?.host, 'a')
  assert.equal(topVia(requestWith('nonsense')), undefined)
  assert.equal(topVia(createRequest({ method: 'OPTIONS', uri: 'sip:a', headers: [] })), undefined)
})

test('parseVia() never throws, and undoes serializeVia()', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void parseVia(`SIP/2.0/${text}`)))
  const via: fc.Arbitrary<Via> = fc.record(
    {
      protocol: fc.constant('SIP/2.0'),
      transport: fc.constantFrom('TLS', 'UDP', 'WSS', 'TLS-SCTP'),
      host: fc
        .oneof(
          fc.domain(),
          fc.ipV4(),
          fc.ipV6().map((address) => `[${address}]`),
        )
        .map((host) => host.toLowerCase()),
      port: fc.integer({ min: 1, max: 65_535 }),
      params: fc
        .array(
          fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom(undefined, 'z9hG4bK1', '[::1]', '"q"')),
        )
        .map((pairs) => new Map(pairs)),
    },
    { noNullPrototype: true, requiredKeys: ['protocol', 'transport', 'host', 'params'] },
  )
  fc.assert(fc.property(via, (one) => assert.deepEqual(parseVia(serializeVia(one)), one)))
})

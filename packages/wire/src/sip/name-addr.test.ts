import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseNameAddr, serializeNameAddr, type NameAddr } from './name-addr.ts'

test('parseNameAddr() reads the three shapes of RFC 3261 §20.10', () => {
  assert.deepEqual(parseNameAddr('"A \\"B\\"" <sip:a@b;lr>;tag=1'), {
    displayName: 'A "B"',
    uri: 'sip:a@b;lr',
    params: new Map([['tag', '1']]),
  })
  assert.deepEqual(parseNameAddr('Anna Bell<sips:a@b>'), {
    displayName: 'Anna Bell',
    uri: 'sips:a@b',
    params: new Map(),
  })
  assert.deepEqual(parseNameAddr('sip:a@b;tag=1'), { uri: 'sip:a@b', params: new Map([['tag', '1']]) })
})

test('parseNameAddr() refuses what is ambiguous or unfinished', () => {
  const wrong = [
    '',
    '<>',
    '<sip:a@b',
    '"a <sip:a@b>',
    '"a" sip:a@b',
    'a sip:a@b',
    '"a" b <sip:a@b>',
    '< sip:a@b >',
    '*',
    '<sip:a@b> x',
    '<sip:a@b>;',
    'sip:a@b?x=y',
    'sip:a,b@c',
    '<a@b>',
    'a"b" <sip:a@b>',
  ]
  for (const text of wrong) assert.equal(parseNameAddr(text), undefined, text)
})

test('parseNameAddr() never throws, and undoes serializeNameAddr()', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void parseNameAddr(text)))
  const address: fc.Arbitrary<NameAddr> = fc.record(
    {
      displayName: fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text) && text !== ''),
      uri: fc.stringMatching(/^(?:sip|tel|http):[!#-;=?-~]{1,20}$/),
      params: fc
        .array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom(undefined, '1', '"a b"')))
        .map((pairs) => new Map(pairs)),
    },
    { noNullPrototype: true, requiredKeys: ['uri', 'params'] },
  )
  fc.assert(fc.property(address, (one) => assert.deepEqual(parseNameAddr(serializeNameAddr(one)), one)))
})

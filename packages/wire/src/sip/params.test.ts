import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseParams, quote, serializeParams, unquote } from './params.ts'

test('parseParams() lower-cases names and keeps values as written', () => {
  const params = parseParams(' ; Tag = aB ;lr; x="a;b\\"" ;ip=[::1]')
  assert.deepEqual(
    [...(params ?? [])],
    [
      ['tag', 'aB'],
      ['lr', undefined],
      ['x', '"a;b\\""'],
      ['ip', '[::1]'],
    ],
  )
})

test('parseParams() takes the first of a repeated name', () => {
  assert.equal(parseParams(';tag=1;TAG=2')?.get('tag'), '1')
})

test('parseParams() refuses empty and malformed parts', () => {
  for (const text of [
    'tag=1',
    ';',
    ';;a',
    ';a;',
    ';=1',
    ';a=',
    ';a=b c',
    ';a b=c',
    ';a="x',
    ';a=b"c"',
    ';a=<b>',
  ]) {
    assert.equal(parseParams(text), undefined, text)
  }
})

test('parseParams() never throws, and undoes serializeParams()', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void parseParams(text)))
  const value = fc.oneof(
    fc.constant(undefined),
    fc.stringMatching(/^[a-z0-9.:-]{1,9}$/),
    fc.string().map((text) => quote(text)),
  )
  const params = fc
    .array(fc.tuple(fc.stringMatching(/^[a-z+.-]{1,6}$/), value))
    .map((pairs) => new Map(pairs))
  fc.assert(fc.property(params, (map) => assert.deepEqual(parseParams(serializeParams(map)), map)))
})

test('unquote() undoes quote(), but for line breaks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(unquote(quote(text)), text.replaceAll(/[\r\n]+/g, ' '))
    }),
  )
  assert.equal(unquote('plain\\text'), 'plain\\text')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeTnAuthList } from '@voxkeep/pki'
import * as fc from 'fast-check'
import { covers, parseTnAuthList, type TnEntry } from './tn-auth-list.ts'

const entries: fc.Arbitrary<TnEntry> = fc.oneof(
  fc.stringMatching(/^[0-9A-Z]{1,10}$/).map((code) => ({ kind: 'spc', code }) as const),
  fc
    .tuple(fc.stringMatching(/^\d{1,15}$/), fc.integer({ min: 2, max: 2 ** 31 - 1 }))
    .map(([start, count]) => ({ kind: 'range', start, count }) as const),
  fc.stringMatching(/^[\d*#]{1,15}$/).map((number) => ({ kind: 'one', number }) as const),
)

test('parseTnAuthList() undoes serializeTnAuthList()', () => {
  fc.assert(
    fc.property(fc.array(entries, { minLength: 1, maxLength: 20 }), (list) => {
      assert.deepEqual(parseTnAuthList(serializeTnAuthList(list)), list)
    }),
  )
})

test('parseTnAuthList() never throws, whatever the bytes, nor with one byte of a good list changed', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void parseTnAuthList(bytes)))
  fc.assert(
    fc.property(
      fc.array(entries, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(255),
      (list, at, byte) => {
        const der = new Uint8Array(serializeTnAuthList(list))
        der[at % der.length] = byte
        parseTnAuthList(der)
      },
    ),
  )
})

test('parseTnAuthList() survives nesting without end and lists without measure', () => {
  for (const bytes of [
    [0x30, 0x80],
    [0x24, 0x80],
    [0xa0, 0x80],
  ]) {
    assert.equal(parseTnAuthList(Buffer.from(Array(16_000).fill(bytes).flat())), undefined)
  }
  assert.equal(parseTnAuthList(new Uint8Array(33 * 1_024)), undefined)
})

test('parseTnAuthList() refuses what RFC 8226 §9 does not have', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
  for (const [name, der] of Object.entries({
    'an empty list': hex('30 00'),
    'bytes after it': hex('3008 a006 1604 37303941 00'),
    'a text instead of a list': hex('1604 37303941'),
    'an implicit tag': hex('3006 8004 37303941'),
    'a fourth kind': hex('3008 a306 1604 37303941'),
    'a range of one': hex('300c a10a 3008 1603 313233 020101'),
    'a range below zero': hex('300c a10a 3008 1603 313233 0201ff'),
    'a number with letters': hex('3007 a205 1603 313261'),
    'one good and one bad': hex('300a a006 1604 37303941 a400'),
  })) {
    assert.equal(parseTnAuthList(der), undefined, name)
  }
})

test('covers() lets a provider code speak for every number', () => {
  assert.equal(covers([{ kind: 'spc', code: '709J' }], '12155551212'), true)
})

test('covers() keeps to the number that is named', () => {
  assert.equal(covers([{ kind: 'one', number: '12155551212' }], '12155551212'), true)
  assert.equal(covers([{ kind: 'one', number: '12155551212' }], '1215555121'), false)
})

test('covers() keeps to both ends of a range, and to its length', () => {
  const range: TnEntry[] = [{ kind: 'range', start: '12155551200', count: 100 }]
  for (const [number, expected] of [
    ['12155551199', false],
    ['12155551200', true],
    ['12155551299', true],
    ['12155551300', false],
    ['012155551250', false],
    ['1215555125', false],
    ['*86', false],
  ] as const) {
    assert.equal(covers(range, number), expected, number)
  }
})

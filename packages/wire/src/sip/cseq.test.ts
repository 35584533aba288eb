import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseCSeq } from './cseq.ts'

test('parseCSeq() reads a number below 2^31 and a method', () => {
  assert.deepEqual(parseCSeq('0009 \t INVITE'), { seq: 9, method: 'INVITE' })
  assert.deepEqual(parseCSeq('0 x'), { seq: 0, method: 'x' })
  assert.deepEqual(parseCSeq('2147483647 BYE'), { seq: 2_147_483_647, method: 'BYE' })
})

test('parseCSeq() refuses all else', () => {
  const wrong = [
    '',
    '1',
    'INVITE',
    '2147483648 BYE',
    '99999999999 BYE',
    '-1 BYE',
    '1.5 BYE',
    '1 B/E',
    '1 A B',
    '0x1 A',
  ]
  for (const text of wrong) assert.equal(parseCSeq(text), undefined, text)
})

test('parseCSeq() undoes writing it, and survives any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void parseCSeq(text)))
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.stringMatching(/^[A-Z]{1,9}$/), (seq, method) => {
      assert.deepEqual(parseCSeq(`${seq} ${method}`), { seq, method })
    }),
  )
})

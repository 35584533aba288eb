import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SipError } from './errors.ts'
import { SipHeaders } from './headers.ts'

test('SipHeaders finds a header by any case and by its compact form', () => {
  const headers = new SipHeaders([
    ['v', 'SIP/2.0/TLS a'],
    ['CALL-ID', 'x'],
    ['X-Own', '1'],
  ])
  assert.equal(headers.get('Via'), 'SIP/2.0/TLS a')
  assert.equal(headers.get('i'), 'x')
  assert.equal(headers.get('x-own'), '1')
  assert.equal(headers.get('Subject'), undefined)
  assert.equal(headers.has('VIA'), true)
  assert.equal(headers.has('x'), false) // Session-Expires, not X-Own
})

test('SipHeaders.getAll() splits lists at commas outside quotes and brackets, and only lists', () => {
  const headers = new SipHeaders([
    ['Contact', '"a, b" <sip:a@b;x=1,2>;q=0.5, <sip:c@d>'],
    ['m', 'sip:e@f'],
    ['Subject', 'one, two'],
    ['Supported', ''],
  ])
  assert.deepEqual(headers.getAll('Contact'), ['"a, b" <sip:a@b;x=1,2>;q=0.5', '<sip:c@d>', 'sip:e@f'])
  assert.deepEqual(headers.getAll('Subject'), ['one, two'])
  assert.deepEqual(headers.getAll('Supported'), [])
})

test('SipHeaders.set() keeps the first line’s place and removes the others', () => {
  const headers = new SipHeaders([
    ['To', 'a'],
    ['Allow', 'INVITE'],
    ['From', 'b'],
    ['allow', 'BYE'],
  ])
  assert.deepEqual(
    [...headers.set('Allow', 'ACK')],
    [
      ['To', 'a'],
      ['Allow', 'ACK'],
      ['From', 'b'],
    ],
  )
  assert.deepEqual([...headers.set('Expires', '5')].at(-1), ['Expires', '5'])
})

test('SipHeaders.removeFirst() removes one value of a list, or a whole other line', () => {
  const headers = new SipHeaders([
    ['Via', 'a, b'],
    ['Via', 'c'],
    ['Subject', 'x, y'],
  ])
  assert.deepEqual(
    [...headers.removeFirst('v')],
    [
      ['Via', 'b'],
      ['Via', 'c'],
      ['Subject', 'x, y'],
    ],
  )
  assert.deepEqual([...headers.removeFirst('Via').removeFirst('Subject')], [['Via', 'c']])
  assert.deepEqual([...headers.removeFirst('Route')], [['Via', 'c']])
})

test('SipHeaders.prepend(), append() and delete() keep the order of the rest', () => {
  const headers = new SipHeaders([['B', '2']]).prepend('A', '1').append('C', '3')
  assert.deepEqual(
    [...headers],
    [
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
    ],
  )
  assert.deepEqual(
    [...headers.delete('b')],
    [
      ['A', '1'],
      ['C', '3'],
    ],
  )
})

test('SipHeaders.clone() shares nothing with its original', () => {
  const original = new SipHeaders([['A', '1']])
  original.clone().set('A', '2').append('B', '3')
  assert.deepEqual([...original], [['A', '1']])
})

test('SipHeaders keeps a value on one line, whatever it is given', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (value) => {
      const kept = new SipHeaders([['X-App', value]]).get('X-App')
      assert.doesNotMatch(kept ?? '\n', /[\r\n]/)
    }),
  )
  assert.equal(new SipHeaders().set('X', 'a\r\nVia: evil').get('X'), 'a Via: evil')
})

test('SipHeaders refuses a name that is no token', () => {
  for (const name of ['', 'a b', 'a:', 'a\r\nb', 'é']) {
    assert.throws(
      () => new SipHeaders().append(name, ''),
      (error) => {
        return error instanceof SipError && error.code === 'SIP_HEADER_NAME'
      },
    )
  }
})

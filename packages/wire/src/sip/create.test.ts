import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse } from './create.ts'
import { SipError } from './errors.ts'

const headers = [
  ['Via', 'SIP/2.0/TLS a;branch=z9hG4bK1, SIP/2.0/TLS b;branch=z9hG4bK2'],
  ['v', 'SIP/2.0/TLS c;branch=z9hG4bK3'],
  ['Max-Forwards', '70'],
  ['Record-Route', '<sip:p;lr>'],
  ['f', '<sip:a@b>;tag=from'],
  ['To', 'sip:c@d'],
  ['i', 'id'],
  ['CSeq', '1 INVITE'],
  ['Timestamp', '54'],
  ['Contact', '<sip:a@b>'],
] as const

const invite = createRequest({ method: 'INVITE', uri: 'sip:c@d', headers })

test('createResponse() copies what RFC 3261 §8.2.6.2 says, in order, and tags To', () => {
  const response = createResponse(invite, 200, undefined, {
    toTag: 'ours',
    headers: [['Contact', '<sip:us@e>']],
  })
  assert.equal(response.reason, 'OK')
  assert.deepEqual(
    [...response.headers],
    [
      ['Via', 'SIP/2.0/TLS a;branch=z9hG4bK1, SIP/2.0/TLS b;branch=z9hG4bK2'],
      ['Via', 'SIP/2.0/TLS c;branch=z9hG4bK3'],
      ['Record-Route', '<sip:p;lr>'],
      ['From', '<sip:a@b>;tag=from'],
      ['To', 'sip:c@d;tag=ours'],
      ['Call-ID', 'id'],
      ['CSeq', '1 INVITE'],
      ['Timestamp', '54'],
      ['Contact', '<sip:us@e>'],
    ],
  )
})

test('createResponse() adds no tag to a 100, nor to a To that has one', () => {
  assert.equal(createResponse(invite, 100, undefined, { toTag: 'x' }).headers.get('To'), 'sip:c@d')
  const inDialog = { ...invite, headers: invite.headers.clone().set('To', '<sip:c@d>;tag=theirs') }
  assert.equal(
    createResponse(inDialog, 200, undefined, { toTag: 'x' }).headers.get('To'),
    '<sip:c@d>;tag=theirs',
  )
})

test('createResponse() echoes the route set only where a dialog can form', () => {
  assert.equal(createResponse(invite, 180).headers.has('Record-Route'), true)
  assert.equal(createResponse(invite, 100).headers.has('Record-Route'), false)
  assert.equal(createResponse(invite, 486).headers.has('Record-Route'), false)
  assert.equal(createResponse({ ...invite, method: 'BYE' }, 200).headers.has('Record-Route'), false)
})

test('createResponse() takes a reason, on one line, and a body', () => {
  const body = Uint8Array.of(1)
  const response = createResponse(invite, 499, 'Own\r\nEvil: 1', { body })
  assert.equal(response.reason, 'Own Evil: 1')
  assert.equal(response.body, body)
  assert.equal(createResponse(invite, 499).reason, '')
})

test('createRequest() refuses a method or URI that would break the start line', () => {
  const wrong = [
    ['', 'sip:a'],
    ['A B', 'sip:a'],
    ['INVITE', ''],
    ['INVITE', 'sip:a b'],
    ['INVITE', 'sip:a\r\nVia:'],
  ] as const
  for (const [method, uri] of wrong) {
    assert.throws(
      () => createRequest({ method, uri, headers: [] }),
      (error) => {
        return error instanceof SipError && error.code === 'SIP_START_LINE'
      },
    )
  }
})

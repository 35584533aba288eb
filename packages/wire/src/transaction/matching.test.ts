import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ackKey, cancels, clientKey, inviteKey, mergeKey, serverKey } from './matching.ts'
import { received, request, respondTo } from './test-bench.ts'

const via = (value: string): Record<string, string> => ({ Via: value })

test('serverKey() is of method, sent-by and branch', () => {
  const key = serverKey(received('INVITE'))
  assert.equal(serverKey(received('INVITE', { 'Call-ID': 'other', From: '<sip:x@y>' })), key)
  assert.notEqual(serverKey(received('BYE')), key)
  assert.notEqual(serverKey(received('INVITE', via('SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKtheirs'))), key)
  assert.notEqual(serverKey(received('INVITE', via('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKTheirs'))), key)
})

test('serverKey() of an ACK is its INVITE’s, and of a CANCEL when asked', () => {
  assert.equal(serverKey(received('ACK')), serverKey(received('INVITE')))
  assert.equal(serverKey(received('CANCEL'), 'INVITE'), serverKey(received('INVITE')))
  assert.notEqual(serverKey(received('CANCEL')), serverKey(received('INVITE')))
})

test('serverKey() goes by all that identifies a request when the branch has no cookie', () => {
  const old = via('SIP/2.0/UDP 192.0.2.1:5060;branch=1')
  const key = serverKey(received('INVITE', old))
  assert.equal(serverKey(received('ACK', { ...old, To: '<sip:callee@example.com>;tag=to' })), key)
  assert.notEqual(serverKey(received('INVITE', { ...old, 'Call-ID': 'other' })), key)
  assert.notEqual(serverKey(received('INVITE', { ...old, CSeq: '2 INVITE' })), key)
})

test('serverKey() is undefined without a usable Via', () => {
  assert.equal(serverKey(request('INVITE')), undefined)
  assert.equal(serverKey(received('INVITE', via('nonsense'))), undefined)
})

test('mergeKey() is undefined within a dialog', () => {
  assert.equal(mergeKey(received('INVITE', { To: '<sip:callee@example.com>;tag=to' })), undefined)
  assert.notEqual(mergeKey(received('INVITE')), mergeKey(received('OPTIONS')))
})

test('ackKey() is shared by a 2xx and its ACK, and by no other number or tag', () => {
  const key = ackKey(respondTo(received('INVITE'), 200))
  const To = '<sip:callee@example.com>;tag=to'
  assert.equal(ackKey(received('ACK', { To })), key)
  assert.notEqual(ackKey(received('ACK', { To, CSeq: '2 ACK' })), key)
  assert.notEqual(ackKey(received('ACK')), key)
})

test('inviteKey() is shared by an INVITE and the responses of all forks', () => {
  const invite = received('INVITE')
  assert.equal(inviteKey(respondTo(invite, 200, 'one')), inviteKey(invite))
  assert.equal(inviteKey(respondTo(invite, 200, 'two')), inviteKey(invite))
})

test('clientKey() tells the response to a CANCEL from that to its INVITE', () => {
  assert.notEqual(
    clientKey(respondTo(received('CANCEL'), 200)),
    clientKey(respondTo(received('INVITE'), 200)),
  )
  assert.equal(clientKey(respondTo(request('INVITE'), 200)), undefined)
})

test('cancels() wants Call-ID, From tag and number alike', () => {
  const invite = received('INVITE')
  assert.equal(cancels(received('CANCEL'), invite), true)
  assert.equal(cancels(received('CANCEL', { 'Call-ID': 'other' }), invite), false)
  assert.equal(cancels(received('CANCEL', { From: '<sip:caller@example.com>;tag=other' }), invite), false)
  assert.equal(cancels(received('CANCEL', { CSeq: '2 CANCEL' }), invite), false)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uacDialog, uasDialog, type Dialog } from './dialog.ts'
import { ackFor, dialogRequest, nextHop } from './requests.ts'
import { invite, reply } from './test-messages.ts'

const contact = '<sip:gw.example.com>'
const loose = '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>'

function dialogVia(recordRoute?: string): Dialog {
  const dialog = uasDialog(invite({ 'Record-Route': recordRoute }), 'ours')
  assert.ok(dialog)
  return dialog
}

test('dialogRequest() writes the dialog’s parties, our Contact and what it is given', () => {
  const body = new Uint8Array([1])
  const headers = [['Reason', 'Q.850;cause=16']] as const
  const request = dialogRequest(dialogVia(), 'BYE', { contact, headers, body, maxForwards: 69 })
  assert.equal(request.method, 'BYE')
  assert.equal(request.headers.get('From'), '<sip:callee@example.com>;tag=ours')
  assert.equal(request.headers.get('To'), '"Caller" <sip:caller@example.com>;tag=from')
  assert.equal(request.headers.get('Call-ID'), 'call@example.com')
  assert.equal(request.headers.get('Contact'), contact)
  assert.equal(request.headers.get('Max-Forwards'), '69')
  assert.equal(request.headers.get('Reason'), 'Q.850;cause=16')
  assert.equal(request.body, body)
  assert.equal(request.headers.has('Via'), false)
})

test('interop 22: each request takes its own CSeq before it is sent', () => {
  const dialog = dialogVia()
  const refresh = dialogRequest(dialog, 'UPDATE', { contact })
  const bye = dialogRequest(dialog, 'BYE', { contact })
  assert.equal(refresh.headers.get('CSeq'), '1 UPDATE')
  assert.equal(bye.headers.get('CSeq'), '2 BYE')
})

test('interop 23: From stays the same over hold, refer and BYE while CSeq grows', () => {
  const dialog = uacDialog(invite(), reply(invite(), 200))
  assert.ok(dialog)
  const requests = ['INVITE', 'REFER', 'BYE'].map((method) => dialogRequest(dialog, method, { contact }))
  assert.deepEqual(new Set(requests.map((each) => each.headers.get('From'))).size, 1)
  assert.deepEqual(
    requests.map((each) => each.headers.get('CSeq')),
    ['11 INVITE', '12 REFER', '13 BYE'],
  )
})

test('dialogRequest() goes straight to the remote target without a route', () => {
  const dialog = dialogVia()
  const request = dialogRequest(dialog, 'BYE', { contact })
  assert.equal(request.uri, 'sip:caller@192.0.2.1:5061;transport=tls')
  assert.equal(request.headers.has('Route'), false)
  assert.equal(nextHop(dialog), request.uri)
})

test('interop 23: a loose route keeps the target in the Request-URI', () => {
  const dialog = dialogVia(loose)
  const request = dialogRequest(dialog, 'BYE', { contact })
  assert.equal(request.uri, 'sip:caller@192.0.2.1:5061;transport=tls')
  assert.deepEqual(request.headers.getAll('Route'), ['<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>'])
  assert.equal(nextHop(dialog), 'sip:p1.example.com;lr')
})

test('interop 23: a strict router gets its own name in the Request-URI, and the target goes last', () => {
  const dialog = dialogVia('<sip:strict.example.com;method=INVITE>, <sip:p2.example.com;lr>')
  const request = dialogRequest(dialog, 'BYE', { contact })
  assert.equal(request.uri, 'sip:strict.example.com', 'no method parameter in a Request-URI')
  assert.deepEqual(request.headers.getAll('Route'), [
    '<sip:p2.example.com;lr>',
    '<sip:caller@192.0.2.1:5061;transport=tls>',
  ])
})

test('interop 23: the ACK of a 2xx follows Record-Route, with the INVITE’s CSeq', () => {
  const dialog = uacDialog(invite(), reply(invite({ 'Record-Route': loose }), 200))
  assert.ok(dialog)
  const ack = ackFor(dialog, 10, { contact })
  assert.equal(ack.headers.get('CSeq'), '10 ACK')
  assert.equal(ack.uri, 'sip:callee@198.51.100.1:5061')
  assert.deepEqual(ack.headers.getAll('Route'), ['<sip:p2.example.com;lr>', '<sip:p1.example.com;lr>'])
  assert.equal(dialog.localSeq, 10, 'an ACK takes no number')
})

test('dialogRequest() takes header fields of a Contact out of the Request-URI', () => {
  const dialog = dialogVia()
  dialog.remoteTarget = 'sip:caller@192.0.2.1?Replaces=x'
  assert.equal(dialogRequest(dialog, 'BYE', { contact }).uri, 'sip:caller@192.0.2.1')
})

test('dialogRequest() leaves out the tag of a peer that has none', () => {
  const dialog = uasDialog(invite({ From: '<sip:caller@example.com>' }), 'ours')
  assert.ok(dialog)
  assert.equal(dialogRequest(dialog, 'BYE', { contact }).headers.get('To'), '<sip:caller@example.com>')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uacDialog, uasDialog } from './dialog.ts'
import { invite, reply } from './test-messages.ts'

const twoProxies = '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>'

test('uasDialog() takes its parts from the request', () => {
  assert.deepEqual(uasDialog(invite(), 'ours'), {
    callId: 'call@example.com',
    localTag: 'ours',
    remoteTag: 'from',
    localUri: '<sip:callee@example.com>',
    remoteUri: '"Caller" <sip:caller@example.com>',
    remoteTarget: 'sip:caller@192.0.2.1:5061;transport=tls',
    routeSet: [],
    localSeq: 0,
    remoteSeq: 10,
    secure: false,
  })
})

test('uasDialog() is secure when the Request-URI is a SIPS URI', () => {
  assert.equal(uasDialog(invite({}, 'sips:gw.example.com'), 'ours')?.secure, true)
})

test('uasDialog() makes none without a Contact that can be called, or with a broken route', () => {
  for (const changes of [
    { Contact: undefined },
    { Contact: '*' },
    { Contact: '<tel:+15551234>' },
    { 'Record-Route': '<sip:p1.example.com;lr>, nonsense' },
    { 'Call-ID': undefined },
    { CSeq: 'x INVITE' },
  ]) {
    assert.equal(uasDialog(invite(changes), 'ours'), undefined, JSON.stringify(changes))
  }
})

test('uasDialog() accepts a peer without a From tag', () => {
  assert.equal(uasDialog(invite({ From: 'sip:caller@example.com' }), 'ours')?.remoteTag, '')
})

test('interop 23: the UAS keeps Record-Route in order, the UAC reverses it', () => {
  const request = invite({ 'Record-Route': twoProxies })
  const inOrder = ['<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>']
  assert.deepEqual(uasDialog(request, 'ours')?.routeSet, inOrder)
  assert.deepEqual(uacDialog(invite(), reply(request, 200))?.routeSet, inOrder.toReversed())
})

test('interop 23: both values of a double Record-Route stay', () => {
  const both = '<sip:10.0.0.1;transport=tls;r2=on;lr>, <sip:192.0.2.9;r2=on;lr>'
  assert.equal(uasDialog(invite({ 'Record-Route': both }), 'ours')?.routeSet.length, 2)
})

test('uacDialog() takes its parts from the response', () => {
  assert.deepEqual(uacDialog(invite(), reply(invite(), 200)), {
    callId: 'call@example.com',
    localTag: 'from',
    remoteTag: 'to',
    localUri: '"Caller" <sip:caller@example.com>',
    remoteUri: '<sip:callee@example.com>',
    remoteTarget: 'sip:callee@198.51.100.1:5061',
    routeSet: [],
    localSeq: 10,
    remoteSeq: undefined,
    secure: false,
  })
})

test('uacDialog() makes none by a 100, a failure or a 180 without a To tag', () => {
  const untagged = reply(invite(), 180)
  untagged.headers.set('To', '<sip:callee@example.com>')
  for (const response of [reply(invite(), 100), reply(invite(), 302), reply(invite(), 486), untagged]) {
    assert.equal(uacDialog(invite(), response), undefined)
  }
})

test('uacDialog() goes on where the INVITE went when a 180 has no Contact', () => {
  const dialog = uacDialog(invite(), reply(invite(), 180, { contact: undefined }))
  assert.equal(dialog?.remoteTarget, 'sip:gw.example.com')
})

test('uacDialog() goes on counting from the early dialog, and takes its route anew', () => {
  const early = uacDialog(invite(), reply(invite({ 'Record-Route': twoProxies }), 183))
  assert.ok(early)
  early.localSeq = 12
  early.remoteSeq = 3
  const confirmed = uacDialog(invite(), reply(invite(), 200), early)
  assert.equal(confirmed?.localSeq, 12)
  assert.equal(confirmed.remoteSeq, 3)
  assert.deepEqual(confirmed.routeSet, [])
})

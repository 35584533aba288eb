import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uacDialog, uasDialog, type Dialog } from './dialog.ts'
import { receiveInDialog, refreshTarget } from './receive.ts'
import { invite, reply } from './test-messages.ts'

function answered(): Dialog {
  const dialog = uasDialog(invite(), 'ours')
  assert.ok(dialog)
  return dialog
}

test('receiveInDialog() takes requests whose CSeq grows, gaps included', () => {
  const dialog = answered()
  assert.deepEqual(receiveInDialog(dialog, invite({ CSeq: '11 INFO' })), { ok: true })
  assert.deepEqual(receiveInDialog(dialog, invite({ CSeq: '40 BYE' })), { ok: true })
  assert.equal(dialog.remoteSeq, 40)
})

test('receiveInDialog() refuses an old or repeated CSeq with 500 and changes nothing', () => {
  const dialog = answered()
  for (const seq of [9, 10]) {
    const old = invite({ CSeq: `${seq} INVITE`, Contact: '<sip:hijack@203.0.113.1>' })
    assert.deepEqual(receiveInDialog(dialog, old), { ok: false, status: 500 })
  }
  assert.deepEqual(dialog, answered())
})

test('receiveInDialog() takes the first number of a peer that we called', () => {
  const dialog = uacDialog(invite(), reply(invite(), 200))
  assert.ok(dialog)
  assert.deepEqual(receiveInDialog(dialog, invite({ CSeq: '0 BYE' })), { ok: true })
  assert.equal(dialog.remoteSeq, 0)
})

test('receiveInDialog() counts neither ACK nor CANCEL', () => {
  const dialog = answered()
  for (const method of ['ACK', 'CANCEL']) {
    assert.deepEqual(receiveInDialog(dialog, invite({ CSeq: `10 ${method}` })), { ok: true })
  }
  assert.equal(dialog.remoteSeq, 10)
})

test('receiveInDialog() moves the target by a re-INVITE or UPDATE, not by INFO or BYE', () => {
  const Contact = '<sip:moved@192.0.2.77>'
  for (const [method, moves] of [
    ['INVITE', true],
    ['UPDATE', true],
    ['INFO', false],
    ['BYE', false],
  ] as const) {
    const dialog = answered()
    receiveInDialog(dialog, invite({ CSeq: `11 ${method}`, Contact }))
    assert.equal(dialog.remoteTarget === 'sip:moved@192.0.2.77', moves, method)
  }
})

test('receiveInDialog() keeps the target when a refresh has no Contact, and refuses a broken one with 400', () => {
  const dialog = answered()
  assert.deepEqual(receiveInDialog(dialog, invite({ CSeq: '11 UPDATE', Contact: undefined })), { ok: true })
  const broken = invite({ CSeq: '12 UPDATE', Contact: '<tel:+15551234>' })
  assert.deepEqual(receiveInDialog(dialog, broken), { ok: false, status: 400 })
  assert.equal(dialog.remoteTarget, answered().remoteTarget)
  assert.equal(dialog.remoteSeq, 11)
})

test('receiveInDialog() refuses a CSeq that cannot be read with 400', () => {
  assert.deepEqual(receiveInDialog(answered(), invite({ CSeq: 'x' })), { ok: false, status: 400 })
})

test('refreshTarget() takes the Contact of a 2xx to our re-INVITE', () => {
  const dialog = answered()
  refreshTarget(dialog, reply(invite(), 200, { contact: '<sip:moved@198.51.100.9>' }))
  assert.equal(dialog.remoteTarget, 'sip:moved@198.51.100.9')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uacDialog, uasDialog } from './dialog.ts'
import { dialogId, dialogKey } from './dialog-id.ts'
import { dialogRequest } from './requests.ts'
import { invite, reply } from './test-messages.ts'

const contact = '<sip:gw.example.com>'

test('dialogId() finds the dialog by a request of either party and by its response', () => {
  const request = invite()
  const response = reply(request, 200)
  const callee = uasDialog(request, 'to')
  const caller = uacDialog(request, response)
  assert.ok(callee && caller)
  assert.equal(dialogId(response, 'uas'), dialogKey(callee))
  assert.equal(dialogId(response, 'uac'), dialogKey(caller))
  const bye = dialogRequest(caller, 'BYE', { contact })
  assert.equal(dialogId(bye, 'uas'), dialogKey(callee))
  assert.equal(dialogId(bye, 'uac'), dialogKey(caller))
  const info = dialogRequest(callee, 'INFO', { contact })
  assert.equal(dialogId(info, 'uas'), dialogKey(caller))
})

test('dialogId() does not mix up tags', () => {
  const request = invite({ To: '<sip:callee@example.com>;tag=to' })
  assert.notEqual(dialogId(request, 'uas'), dialogId(request, 'uac'))
  assert.notEqual(dialogId(request, 'uas'), dialogId(invite(), 'uas'))
})

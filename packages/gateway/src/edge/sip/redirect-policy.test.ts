import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipHeaders, type SipResponse } from '@voxkeep/wire/sip'
import { redirectTarget } from './redirect-policy.ts'

const asked = 'sip:+12025550100@carrier.example;user=phone;transport=tls'

function moved(contact: string, status = 302): SipResponse {
  const headers = new SipHeaders([['Contact', contact]])
  return { kind: 'response', status, reason: '', headers, body: new Uint8Array(0) }
}
const target = (contact: string, tried: string[] = [asked]) =>
  redirectTarget(moved(contact), asked, new Set(tried))

test('redirectTarget() follows a ported number on the same host', () => {
  const ported = 'sip:+12025550100;npdi;rn=+12025559999@carrier.example;user=phone;transport=tls'
  assert.equal(target('<sip:+12025550100;npdi;rn=+12025559999@carrier.example;user=phone>;q=0.9'), ported)
  assert.equal(target('<sip:+12025550100;npdi;rn=+12025559999@CARRIER.example>', [asked, ported]), undefined)
})

test('redirectTarget() takes the first Contact that will do', () => {
  const contacts = '<sip:+12025550100@elsewhere.example>, <sip:+12025550100;tgrp=b@carrier.example>'
  assert.equal(target(contacts), 'sip:+12025550100;tgrp=b@carrier.example;user=phone;transport=tls')
})

for (const contact of [
  '<sip:+9001234567@carrier.example>', // a number that nobody allowed
  '<sip:+12025550100;x@elsewhere.example>',
  '<sip:+12025550100;x@carrier.example:5099>',
  '<sip:+12025550100;x@carrier.example;maddr=192.0.2.1>',
  '<sip:+12025550100;x:pass@carrier.example>',
  '<sips:+12025550100;x@carrier.example>',
  '<tel:+12025550100>',
  '<sip:+12025550100@carrier.example>', // where we have been
  'garbage',
  '*',
]) {
  test(`redirectTarget() does not follow ${contact}`, () => {
    assert.equal(target(contact), undefined)
  })
}

test('redirectTarget() reads nothing into a response that is no 3xx', () => {
  assert.equal(
    redirectTarget(moved('<sip:+12025550100;x@carrier.example>', 485), asked, new Set()),
    undefined,
  )
})

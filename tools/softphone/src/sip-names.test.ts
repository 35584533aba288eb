import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshToken, hostPort, uriOf } from './sip-names.ts'

test('uriOf() makes a SIP URI of what people type', () => {
  assert.equal(uriOf('+4912', 'gw.example'), 'sip:+4912@gw.example')
  assert.equal(uriOf('+4912', '::1'), 'sip:+4912@[::1]')
  assert.equal(uriOf('ann@home.example', 'gw.example'), 'sip:ann@home.example')
  assert.equal(uriOf('sips:ann@home.example', 'gw.example'), 'sips:ann@home.example')
})

test('hostPort() puts IPv6 addresses in brackets', () => {
  assert.equal(hostPort('::1', 5_061), '[::1]:5061')
  assert.equal(hostPort('127.0.0.1', 5_061), '127.0.0.1:5061')
})

test('freshToken() is never the same', () => {
  assert.equal(new Set(Array.from({ length: 100 }, () => freshToken())).size, 100)
})

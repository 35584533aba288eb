import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sourceKey } from './source-key.ts'

test('sourceKey() names an IPv4 address the same when it comes mapped into IPv6', () => {
  assert.equal(sourceKey('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(sourceKey('192.0.2.1'), '192.0.2.1')
})

test('sourceKey() counts the addresses of one IPv6 network together', () => {
  assert.equal(sourceKey('2001:db8:1:2::1'), sourceKey('2001:db8:1:2:ffff::9'))
  assert.notEqual(sourceKey('2001:db8:1:2::1'), sourceKey('2001:db8:1:3::1'))
})

test('sourceKey() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void sourceKey(text)))
})

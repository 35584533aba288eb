import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { splitUrl } from './stream-url.ts'

test('A1, A8: splitUrl() keeps authority, path and query as they were written', () => {
  assert.deepEqual(splitUrl('wss://App.Test:443/a/../b//%7e?x=%20'), {
    authority: 'App.Test:443',
    requestTarget: '/a/../b//%7e?x=%20',
    hostname: 'app.test',
    port: 443,
  })
})

test('splitUrl() knows the default port, IPv6 and a URL without a path', () => {
  assert.deepEqual(splitUrl('wss://[2001:db8::1]:8443'), {
    authority: '[2001:db8::1]:8443',
    requestTarget: '/',
    hostname: '2001:db8::1',
    port: 8_443,
  })
  assert.equal(splitUrl('wss://app.test?x')?.requestTarget, '/?x')
  assert.equal(splitUrl('wss://app.test/')?.port, 443)
})

test('A3: splitUrl() takes nothing but wss, and neither credentials nor fragments', () => {
  for (const url of [
    'ws://a/',
    'https://a/',
    'wss://',
    'wss:a',
    'wss://u@a/',
    'wss://u:p@a/',
    'wss://a/#b',
    'wss://a /',
    '',
  ]) {
    assert.equal(splitUrl(url), undefined, url)
  }
})

test('splitUrl() never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void splitUrl(text)))
  fc.assert(fc.property(fc.string(), (text) => void splitUrl(`wss://${text}`)))
})

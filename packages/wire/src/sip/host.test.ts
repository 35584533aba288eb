import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { splitHostPort } from './host.ts'

test('splitHostPort() reads names, addresses and ports', () => {
  assert.deepEqual(splitHostPort('A.example.com'), { host: 'a.example.com' })
  assert.deepEqual(splitHostPort('192.0.2.1 : 5061'), { host: '192.0.2.1', port: 5061 })
  assert.deepEqual(splitHostPort('[2001:db8::1]:5061'), { host: '[2001:db8::1]', port: 5061 })
  assert.deepEqual(splitHostPort('sip_gw-1'), { host: 'sip_gw-1' })
})

test('splitHostPort() refuses what cannot be dialled', () => {
  for (const text of [
    '',
    ':5060',
    'a:',
    'a:0',
    'a:65536',
    'a:123456',
    'a b',
    '::1',
    '[a]',
    'a..b',
    '-a',
    'a/b',
  ]) {
    assert.equal(splitHostPort(text), undefined, text)
  }
})

test('splitHostPort() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void splitHostPort(text)))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generalName } from './general-name.ts'

test('generalName() tells addresses, URIs and DNS names apart', () => {
  assert.deepEqual(generalName('127.0.0.1'), { type: 'ip', value: '127.0.0.1' })
  assert.deepEqual(generalName('::1'), { type: 'ip', value: '::1' })
  assert.deepEqual(generalName('sip:trunk.example'), { type: 'url', value: 'sip:trunk.example' })
  assert.deepEqual(generalName('sip.example.com'), { type: 'dns', value: 'sip.example.com' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strangerAddress } from './strangers.ts'

test('strangerAddress() gives many loopback addresses, none of them 127.0.0.1', () => {
  const addresses = Array.from({ length: 1_000 }, (_, index) => strangerAddress(index))
  assert.ok(new Set(addresses).size > 900)
  for (const address of addresses) {
    assert.notEqual(address, '127.0.0.1')
    const parts = address.split('.').map(Number)
    assert.ok(parts.length === 4 && parts.every((part) => part >= 0 && part < 255))
  }
})

import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isGroupAddress, isIpv4, isIpv6, isUnspecified } from './ip-literal.ts'

test('isIpv4() and isIpv6() accept addresses', () => {
  assert.equal(isIpv4('198.51.100.255'), true)
  for (const address of ['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1', '1::8']) {
    assert.equal(isIpv6(address), true, address)
  }
})

test('isIpv4() and isIpv6() refuse names, zones, prefixes and octal', () => {
  for (const text of ['localhost', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '224.1.1.1/127', '']) {
    assert.equal(isIpv4(text), false, text)
  }
  for (const text of [
    ':',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7',
    '1.2.3.4::',
    '::1.2.3',
    '12345::',
  ]) {
    assert.equal(isIpv6(text), false, text)
  }
})

test('isIpv4() and isIpv6() agree with the runtime’s own', () => {
  const pieces = fc.constantFrom(':', '::', '.', '0', '1', 'ffff', 'a', '255', '1.2.3.4', '00')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: pieces, maxLength: 15 }), fc.ipV4(), fc.ipV6()), (text) => {
      assert.equal(isIpv4(text), isIPv4(text), text)
      assert.equal(isIpv6(text), isIPv6(text), text)
    }),
    { numRuns: 2_000 },
  )
})

test('isUnspecified() knows both families’', () => {
  for (const [address, unspecified] of [
    ['0.0.0.0', true],
    ['::', true],
    ['0:0:0:0:0:0:0:0', true],
    ['::1', false],
    ['10.0.0.0', false],
  ] as const) {
    assert.equal(isUnspecified(address), unspecified, address)
  }
})

test('isGroupAddress() knows multicast and broadcast', () => {
  for (const address of ['224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1']) {
    assert.equal(isGroupAddress(address), true, address)
  }
  assert.equal(isGroupAddress('223.255.255.1'), false)
  assert.equal(isGroupAddress('2001:db8::1'), false)
})

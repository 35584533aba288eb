import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeL16, encodeL16 } from './index.ts'

test('encodeL16() writes network order (RFC 3551 §4.5.11)', () => {
  const bytes = encodeL16(Int16Array.of(0x1234, -2, -32_768), new Uint8Array(8))
  assert.deepEqual([...bytes], [0x12, 0x34, 0xff, 0xfe, 0x80, 0x00])
})

test('decodeL16() leaves an odd last byte out', () => {
  assert.deepEqual([...decodeL16(Uint8Array.of(1, 2, 3), new Int16Array(4))], [0x0102])
})

test('decodeL16() undoes encodeL16(), and survives any bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -32_768, max: 32_767 })), (values) => {
      const samples = Int16Array.from(values)
      const bytes = encodeL16(samples, new Uint8Array(samples.length * 2))
      assert.deepEqual(decodeL16(bytes, new Int16Array(samples.length)), samples)
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeL16(bytes, new Int16Array(bytes.length))))
})

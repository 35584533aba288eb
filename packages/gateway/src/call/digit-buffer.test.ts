import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DigitBuffer } from './digit-buffer.ts'

const keyed = (text: string, max = 64) => {
  const buffer = new DigitBuffer(max)
  for (const key of Buffer.from(text)) buffer.push(key)
  return buffer
}
const text = (buffer: DigitBuffer) => Buffer.from(buffer.digits).toString()

test('DigitBuffer keeps what was keyed in, up to its bound', () => {
  const buffer = keyed('12345', 4)
  assert.deepEqual([text(buffer), buffer.length, buffer.isFull], ['1234', 4, true])
  buffer.pop()
  assert.deepEqual([text(buffer), buffer.isFull], ['123', false])
})

test('DigitBuffer zeroes the memory that was lent, and what was taken back', () => {
  const buffer = keyed('123')
  const lent = buffer.digits
  buffer.pop()
  assert.deepEqual([...lent], [0x31, 0x32, 0])
  buffer.wipe()
  assert.deepEqual([[...lent], buffer.length], [[0, 0, 0], 0])
  buffer.pop()
  assert.equal(buffer.length, 0)
})

test('DigitBuffer equals another one that holds the same, whatever their bounds', () => {
  const digits = fc.stringMatching(/^\d{0,12}$/)
  fc.assert(
    fc.property(digits, digits, (one, other) => {
      assert.equal(keyed(one).equals(keyed(other, 12)), one === other)
      assert.equal(keyed(one).equals(keyed(one, 12)), true)
    }),
  )
})

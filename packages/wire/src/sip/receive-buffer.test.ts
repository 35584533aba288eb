import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ReceiveBuffer } from './receive-buffer.ts'

test('ReceiveBuffer holds what was appended and not consumed, in order', () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.nat({ max: 12 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const buffer = new ReceiveBuffer()
      let expected: number[] = []
      for (const one of steps) {
        if (typeof one === 'number') {
          buffer.consume(one)
          expected = expected.slice(one)
        } else {
          buffer.append(one)
          expected.push(...one)
        }
        assert.deepEqual([...buffer.view()], expected)
        assert.equal(buffer.length, expected.length)
      }
    }),
  )
})

test('ReceiveBuffer never writes to memory it has shown or was given', () => {
  const buffer = new ReceiveBuffer()
  const first = Uint8Array.of(1, 2, 3)
  buffer.append(first.subarray(0, 1))
  buffer.append(Uint8Array.of(9))
  assert.deepEqual([...first], [1, 2, 3])
  const shown = buffer.view()
  buffer.consume(1)
  for (const byte of [4, 5, 6, 7]) buffer.append(Uint8Array.of(byte))
  assert.deepEqual([...shown], [1, 9])
})

test('ReceiveBuffer.clear() lets go of everything', () => {
  const buffer = new ReceiveBuffer()
  buffer.append(Uint8Array.of(1))
  buffer.clear()
  assert.equal(buffer.view().length, 0)
})

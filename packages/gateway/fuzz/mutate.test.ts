import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { chanceFrom } from './chance.ts'
import { mutate } from './mutate.ts'

const options = (seed: number, maxBytes = 200) => ({
  chance: chanceFrom(seed),
  words: [new Uint8Array([1, 2, 3])],
  maxBytes,
  other: () => new Uint8Array([9, 9]),
})

test('mutate() takes any input, leaves it as it is, and keeps to the size that is allowed', () => {
  const anyInput = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 }))
  fc.assert(
    fc.property(anyInput, fc.nat(), (made, seed) => {
      const input = typeof made === 'string' ? new Uint8Array(Buffer.from(made)) : made
      const before = input.slice()
      assert.ok(mutate(input, options(seed)).length <= Math.max(200, input.length))
      assert.deepEqual(input, before)
    }),
  )
})

test('mutate() does the same again with the same seed', () => {
  const input = new Uint8Array(Buffer.from('INVITE sip:a SIP/2.0\r\nVia: x\r\n\r\n'))
  for (let seed = 1; seed < 50; seed += 1)
    assert.deepEqual(mutate(input, options(seed)), mutate(input, options(seed)))
})

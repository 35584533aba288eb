import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { netstrings, toNetstring } from './netstring.ts'

test('netstrings() undoes toNetstring(), however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const bytes = Buffer.from(texts.map(toNetstring).join(''))
      const split = netstrings()
      const got: string[] = []
      for (let at = 0; at < bytes.length; at += size) got.push(...split(bytes.subarray(at, at + size)))
      assert.deepEqual(got, texts)
    }),
  )
})

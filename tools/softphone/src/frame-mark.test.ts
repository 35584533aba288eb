import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { markedPayload, readMark, writeMark } from './frame-mark.ts'

const call = fc.integer({ min: 0, max: 0xffff })
const frame = fc.integer({ min: 0, max: 0xffffff })

test('readMark() undoes writeMark()', () => {
  fc.assert(
    fc.property(call, frame, (someCall, someFrame) => {
      const payload = markedPayload(160)
      writeMark(payload, someCall, someFrame)
      assert.deepEqual(readMark(payload), { call: someCall, frame: someFrame })
    }),
  )
})

test('readMark() finds the mark of a frame that was cut anywhere', () => {
  const [first, second] = [markedPayload(160), markedPayload(160)]
  writeMark(first, 7, 1)
  writeMark(second, 7, 2)
  const both = Uint8Array.of(...first, ...second)
  for (let at = 0; at <= 160; at += 1) {
    const mark = readMark(both.subarray(at, at + 160))
    assert.equal(mark?.call, 7, `cut at ${at}`)
  }
})

test('readMark() finds none in silence or in the unmarked filler', () => {
  assert.equal(readMark(markedPayload(160)), undefined)
  assert.equal(readMark(new Uint8Array(160).fill(0xff)), undefined)
  assert.equal(readMark(Uint8Array.of(0x5a, 0xa5, 0xc3)), undefined)
})

test('readMark() never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(250), (bytes, from) => void readMark(bytes, from)),
  )
})

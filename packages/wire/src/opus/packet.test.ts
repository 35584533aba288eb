import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readOpus } from './index.ts'

const toc = (configuration: number, code: number) => (configuration << 3) | code

test('readOpus() knows the length of every configuration (RFC 6716 §3.1 Table 2)', () => {
  const silk = [10, 20, 40, 60]
  const hybrid = [10, 20]
  const celt = [2.5, 5, 10, 20]
  const lengths = [...silk, ...silk, ...silk, ...hybrid, ...hybrid, ...celt, ...celt, ...celt, ...celt]
  lengths.forEach((ms, configuration) => {
    assert.equal(
      readOpus(Uint8Array.of(toc(configuration, 0), 1, 2))?.samples48k,
      ms * 48,
      `${configuration}`,
    )
  })
})

test('readOpus() counts the frames of a packet, up to 120 ms', () => {
  assert.equal(readOpus(Uint8Array.of(toc(1, 1), 1, 2))?.samples48k, 1_920)
  assert.equal(readOpus(Uint8Array.of(toc(1, 2), 1, 2))?.samples48k, 1_920)
  assert.equal(readOpus(Uint8Array.of(toc(0, 3), 3, 0))?.samples48k, 1_440)
  assert.equal(readOpus(Uint8Array.of(toc(3, 3), 2, 0))?.samples48k, 5_760)
  assert.equal(readOpus(Uint8Array.of(toc(3, 3), 3, 0)), undefined)
  assert.equal(readOpus(Uint8Array.of(toc(0, 3), 0)), undefined)
  assert.equal(readOpus(Uint8Array.of(toc(0, 3))), undefined)
  assert.equal(readOpus(new Uint8Array(0)), undefined)
})

test('readOpus() tells a silent sender by its empty frames', () => {
  assert.equal(readOpus(Uint8Array.of(toc(1, 0)))?.silent, true)
  assert.equal(readOpus(Uint8Array.of(toc(1, 0), 0))?.silent, true)
  assert.equal(readOpus(Uint8Array.of(toc(1, 0), 1, 2))?.silent, false)
})

test('readOpus() never throws, whatever the bytes, and never claims more than 120 ms', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      assert.ok((readOpus(bytes)?.samples48k ?? 0) <= 5_760)
    }),
  )
})

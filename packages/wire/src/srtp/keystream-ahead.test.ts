import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { keystreamAhead } from './keystream-ahead.ts'

const key = Uint8Array.from({ length: 16 }, (_, i) => i)
const salt = Uint8Array.from({ length: 14 }, (_, i) => 0xf0 + i)

function countingAes(): { encrypt: (input: Uint8Array, output: Uint8Array) => void; calls: () => number } {
  const aes = nodeSrtpCrypto.aesEcb(key)
  let calls = 0
  const encrypt = (input: Uint8Array, output: Uint8Array): void => {
    calls += 1
    aes(input, output)
  }
  return { encrypt, calls: () => calls }
}

test('keystreamAhead() calls AES once for eight packets that follow each other', () => {
  const { encrypt, calls } = countingAes()
  const keystream = keystreamAhead(encrypt, salt)
  for (let index = 0; index < 81; index += 1) keystream.locate(1, 0, index, 10)
  assert.equal(calls(), 1 + 10)
})

test('keystreamAhead() makes nothing ahead for packets that follow no order', () => {
  const { encrypt, calls } = countingAes()
  const keystream = keystreamAhead(encrypt, salt)
  for (const index of [7, 5, 3, 100, 90]) keystream.locate(1, 0, index, 10)
  assert.equal(calls(), 5)
})

test('keystreamAhead() gives each packet the keystream it would have alone, whatever came before', () => {
  const packet = fc.record({
    ssrc: fc.integer({ min: 0xfffffffe, max: 0xffffffff }),
    high: fc.nat({ max: 1 }),
    low: fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: 0xfff0, max: 0xffff })),
    run: fc.integer({ min: 1, max: 12 }),
    blocks: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 30, max: 40 })),
  })
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 12 }), (packets) => {
      const keystream = keystreamAhead(nodeSrtpCrypto.aesEcb(key), salt)
      for (const { ssrc, high, low, run, blocks } of packets) {
        for (let index = low; index < Math.min(low + run, 0x10000); index += 1) {
          const alone = keystreamAhead(nodeSrtpCrypto.aesEcb(key), salt)
          const [at, from] = [
            keystream.locate(ssrc, high, index, blocks),
            alone.locate(ssrc, high, index, blocks),
          ]
          assert.deepEqual(
            keystream.bytes.slice(at, at + blocks * 16),
            alone.bytes.slice(from, from + blocks * 16),
          )
        }
      }
    }),
    { numRuns: 40 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { playoutBuffer, type PlayoutBuffer } from './playout-buffer.ts'

const samples = 160
const options = { clockRateHz: 8_000, ptimeMs: 20 }
const frame = (n: number): Uint8Array => new Uint8Array(samples).fill(n)
const push = (buffer: PlayoutBuffer, n: number, nowMs = n * 20): void =>
  buffer.push((n * samples) >>> 0, frame(n), nowMs)
const pull = (buffer: PlayoutBuffer): number | string => {
  const item = buffer.pull()
  return item.kind === 'frame' ? (item.payload[0] ?? -1) : item.kind
}

test('playoutBuffer() plays silence until it holds its target', () => {
  const buffer = playoutBuffer({ ...options, minDelayMs: 40 })
  assert.equal(pull(buffer), 'silence')
  push(buffer, 1)
  assert.equal(pull(buffer), 'silence')
  push(buffer, 2)
  assert.deepEqual([pull(buffer), pull(buffer)], [1, 2])
})

test('playoutBuffer() puts packets in order and conceals a missing one', () => {
  const buffer = playoutBuffer({ ...options, minDelayMs: 60 })
  for (const n of [1, 4, 2, 2]) push(buffer, n)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => pull(buffer)),
    [1, 2, 'conceal', 4],
  )
})

test('playoutBuffer() drops what arrives after its turn', () => {
  const buffer = playoutBuffer(options)
  push(buffer, 1)
  assert.deepEqual([pull(buffer), pull(buffer)], [1, 'conceal'])
  push(buffer, 2)
  assert.equal(buffer.late, 1)
})

test('playoutBuffer() conceals 60 ms of an interruption, then buffers anew', () => {
  const buffer = playoutBuffer(options)
  push(buffer, 1)
  const heard = Array.from({ length: 6 }, () => pull(buffer))
  assert.deepEqual(heard, [1, 'conceal', 'conceal', 'conceal', 'conceal', 'silence'])
  push(buffer, 100)
  assert.equal(pull(buffer), 100)
})

test('playoutBuffer() aims deeper when the network jitters, within its bounds', () => {
  const buffer = playoutBuffer({ ...options, maxDelayMs: 120 })
  assert.equal(buffer.targetDelayMs, 20)
  for (let n = 1; n < 200; n += 1) push(buffer, n, n * 20 + (n % 2) * 15)
  assert.ok(buffer.targetDelayMs > 40, `${buffer.targetDelayMs}`)
  for (let n = 200; n < 400; n += 1) push(buffer, n, n * 20 + (n % 2) * 500)
  assert.equal(buffer.targetDelayMs, 120)
})

test('playoutBuffer() sheds delay that a burst left, one frame a second', () => {
  const buffer = playoutBuffer(options)
  for (let n = 1; n <= 5; n += 1) push(buffer, n, 100)
  pull(buffer)
  const depths = Array.from({ length: 400 }, (_, i) => {
    push(buffer, 6 + i, 100 + i * 20)
    pull(buffer)
    return buffer.bufferedMs
  })
  assert.equal(depths[0], 80)
  assert.ok((depths.at(-1) ?? 0) <= buffer.targetDelayMs + 40, `${depths.at(-1)}`)
})

test('interop 16: playoutBuffer() cuts packets of any length to its own', () => {
  const buffer = playoutBuffer(options)
  const stream = Uint8Array.from({ length: 480 }, (_, i) => i)
  buffer.push(0, stream.subarray(0, 240), 30)
  buffer.push(240, stream.subarray(240), 60)
  const heard = [1, 2, 3].flatMap(() => {
    const item = buffer.pull()
    return item.kind === 'frame' ? [...item.payload] : []
  })
  assert.deepEqual(heard, [...stream])
})

test('playoutBuffer() follows a sender whose clock jumped', () => {
  const buffer = playoutBuffer(options)
  push(buffer, 1)
  pull(buffer)
  push(buffer, 5_000_000)
  assert.equal(pull(buffer), 5_000_000 & 0xff)
})

test('playoutBuffer() survives any packets and pulls', () => {
  const step = fc.oneof(
    fc.constant(undefined),
    fc.tuple(fc.nat({ max: 0xffffffff }), fc.nat({ max: 400 }), fc.nat({ max: 1_000 })),
    fc.tuple(fc.nat({ max: 4_000 }), fc.nat({ max: 400 }), fc.nat({ max: 1_000 })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const buffer = playoutBuffer(options)
      for (const packet of steps) {
        if (packet !== undefined) buffer.push(packet[0], new Uint8Array(packet[1]), packet[2])
        const item = buffer.pull()
        if (item.kind === 'frame') assert.equal(item.payload.length, samples)
        assert.ok(buffer.bufferedMs >= 0 && buffer.bufferedMs <= 420)
      }
    }),
  )
})

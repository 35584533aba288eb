import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { reorderBuffer, type ReorderBuffer, type ReorderItem, type ReorderOptions } from './reorder-buffer.ts'

const samples = 160
const options: ReorderOptions = { clockRateHz: 8_000, maxDelayMs: 100, maxPackets: 10 }
const payload = new Uint8Array(samples)

/** Pushes the n-th packet of a steady 20 ms stream. */
function push(buffer: ReorderBuffer, n: number, nowMs = n * 20): readonly ReorderItem[] {
  return buffer.push(n & 0xffff, (n * samples) >>> 0, payload, nowMs)
}

/** Frames as their place in the stream, gaps as text. */
function shown(items: readonly ReorderItem[]): (number | string)[] {
  return items.map((item) =>
    item.kind === 'frame' ? item.timestamp / samples : `gap ${item.packets}/${item.samples}`,
  )
}

test('reorderBuffer() passes packets in order at once', () => {
  const buffer = reorderBuffer(options)
  for (const n of [7, 8, 9]) assert.deepEqual(shown(push(buffer, n)), [n])
  assert.equal(buffer.deadlineMs, undefined)
})

test('reorderBuffer() passes an in-order payload on without a copy, and copies one it holds', () => {
  const buffer = reorderBuffer(options)
  const [first] = push(buffer, 1)
  assert.ok(first?.kind === 'frame' && first.payload === payload)
  const held = Buffer.of(1) // whose own `slice` would be a view
  buffer.push(3, 3 * samples, held, 60)
  held[0] = 2
  const third = push(buffer, 2).at(-1)
  assert.ok(third?.kind === 'frame' && third.payload[0] === 1)
})

test('reorderBuffer() holds what follows a gap until it fills', () => {
  const buffer = reorderBuffer(options)
  push(buffer, 1)
  assert.deepEqual(push(buffer, 3), [])
  assert.deepEqual(push(buffer, 4), [])
  assert.deepEqual(shown(push(buffer, 2)), [2, 3, 4])
  assert.equal(buffer.lost, 0)
})

test('reorderBuffer() gives a gap up at its deadline and tells its length', () => {
  const buffer = reorderBuffer(options)
  push(buffer, 1)
  push(buffer, 4, 80)
  assert.equal(buffer.deadlineMs, 100) // no jitter yet: one packet time
  assert.deepEqual(buffer.poll(99), [])
  assert.deepEqual(shown(buffer.poll(100)), ['gap 2/320', 4])
  assert.equal(buffer.lost, 2)
})

test('reorderBuffer() waits longer when the network jitters, and never beyond its bound', () => {
  const buffer = reorderBuffer(options)
  for (let n = 1; n <= 200; n += 1) push(buffer, n, n * 20 + (n % 2) * 16)
  const wait = (): number => (buffer.deadlineMs ?? 0) - 4_040
  push(buffer, 202, 4_040)
  assert.ok(wait() > 40 && wait() <= 80, `${wait()}`)
  for (let n = 300; n <= 500; n += 1) push(buffer, n, n * 20 + (n % 2) * 200)
  buffer.poll(Infinity)
  push(buffer, 502, 10_040)
  assert.ok(wait() <= 10_040 - 4_040 + 100)
})

test('reorderBuffer() skips a gap when it holds its bound', () => {
  const buffer = reorderBuffer({ ...options, maxPackets: 3 })
  push(buffer, 1)
  for (const n of [3, 4, 5]) assert.deepEqual(push(buffer, n), [])
  assert.deepEqual(shown(push(buffer, 6)), ['gap 1/160', 3, 4, 5, 6])
})

test('reorderBuffer() opens a second gap with a deadline of its own', () => {
  const buffer = reorderBuffer(options)
  push(buffer, 1)
  push(buffer, 3, 60)
  push(buffer, 5, 75)
  assert.deepEqual(shown(buffer.poll(80)), ['gap 1/160', 3])
  assert.equal(buffer.deadlineMs, 95)
  assert.deepEqual(shown(buffer.poll(95)), ['gap 1/160', 5])
})

test('reorderBuffer() counts duplicates and late packets apart, and returns neither', () => {
  const buffer = reorderBuffer(options)
  for (const n of [1, 3]) push(buffer, n)
  push(buffer, 3)
  buffer.poll(Infinity)
  assert.deepEqual(push(buffer, 1), [])
  assert.deepEqual(push(buffer, 2), [])
  assert.deepEqual(push(buffer, 2), [])
  assert.deepEqual([buffer.duplicates, buffer.late, buffer.lost], [3, 1, 0])
})

test('interop 7: reorderBuffer() goes on over the wrap of sequence and timestamp', () => {
  const buffer = reorderBuffer(options)
  const start = Math.floor(2 ** 32 / samples) - 2
  const frames = [0, 1, 2, 3, 4].flatMap((i) =>
    buffer.push((65_534 + i) & 0xffff, ((start + i) * samples) >>> 0, payload, i * 20),
  )
  assert.deepEqual(
    frames.map((item) => item.kind === 'frame' && item.timestamp),
    [0, 1, 2, 3, 4].map((i) => (start + i) * samples),
  )
})

test('interop 16: reorderBuffer() tells a pause of the sender (DTX) from loss', () => {
  const buffer = reorderBuffer(options)
  push(buffer, 1)
  assert.deepEqual(shown(buffer.push(2, 26 * samples, payload, 520)), ['gap 0/3840', 26])
  assert.equal(buffer.lost, 0)
})

test('reorderBuffer() takes a pause from the clock when the sender restarted its timestamps', () => {
  const buffer = reorderBuffer(options)
  buffer.push(1, 1_000, payload, 0)
  const [gap] = buffer.push(2, 3_000_000_000, payload, 520)
  assert.deepEqual(gap, { kind: 'gap', samples: 520 * 8 - samples, packets: 0 })
  assert.deepEqual(shown(buffer.push(3, 3_000_000_000 + samples, payload, 540)).length, 1)
})

test('reorderBuffer() leaves events out of the timeline: their packets carry no samples', () => {
  const buffer = reorderBuffer({ ...options, samplesOf: (bytes, type) => (type === 101 ? 0 : bytes.length) })
  push(buffer, 1)
  const event = new Uint8Array(4)
  const items = [2, 3, 4].flatMap((n) => buffer.push(n, 2 * samples, event, n * 20, n === 2, 101))
  assert.deepEqual(
    items.map((item) => (item.kind === 'frame' ? [item.payloadType, item.marker] : item.kind)),
    [
      [101, true],
      [101, false],
      [101, false],
    ],
  )
  assert.deepEqual(shown(push(buffer, 5)), ['gap 0/480', 5])
})

test('reorderBuffer() takes a far sequence as a restarted sender, and lets go what it held', () => {
  const buffer = reorderBuffer(options)
  push(buffer, 1)
  push(buffer, 3)
  assert.deepEqual(shown(buffer.push(30_000, 4 * samples, payload, 80)), ['gap 1/160', 3, 4])
  assert.deepEqual(shown(buffer.push(30_001, 5 * samples, payload, 100)), [5])
})

test('C15: reorderBuffer() returns every packet once and in order, whatever the arrival, within its bound', () => {
  const arrivals = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 50 })), { maxLength: 120 })
  fc.assert(
    fc.property(arrivals, (order) => {
      const buffer = reorderBuffer({ ...options, maxPackets: 5 })
      let nowMs = 0
      const out: ReorderItem[] = []
      for (const [n, waitMs] of order) {
        nowMs += waitMs
        out.push(...buffer.poll(nowMs), ...push(buffer, n, nowMs))
      }
      out.push(...buffer.poll(Infinity))
      const frames = shown(out).filter((item) => typeof item === 'number')
      assert.deepEqual(
        frames,
        [...new Set(frames)].sort((a, b) => a - b),
      )
      assert.equal(frames.length + buffer.duplicates + buffer.late, order.length)
      assert.equal(buffer.deadlineMs, undefined)
    }),
  )
})

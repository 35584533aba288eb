import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { playbackQueue } from './playback-queue.ts'
import { wideSpans } from './wide-spans.ts'

const unlimited = Number.MAX_SAFE_INTEGER
const bytes = (...values: number[]) => Uint8Array.from(values)

test('playbackQueue() plays bytes in the order they came, whatever the sizes (D1)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 30 }),
      (chunks, pulls) => {
        const queue = playbackQueue<never>()
        const out: number[] = []
        const scratch = new Uint8Array(9_000)
        chunks.forEach((chunk, i) => {
          assert.equal(queue.append(chunk, unlimited), chunk.length)
          const got = queue.pull(scratch, 0, pulls[i % pulls.length] ?? 1)
          out.push(...scratch.subarray(0, got))
        })
        while (queue.bufferedBytes > 0) {
          const got = queue.pull(scratch, 0, 160)
          out.push(...scratch.subarray(0, got))
        }
        assert.deepEqual(
          out,
          chunks.flatMap((chunk) => [...chunk]),
        )
      },
    ),
  )
})

test('interop 37: playbackQueue() takes what fits under the limit and refuses the rest (D18)', () => {
  const queue = playbackQueue<never>()
  assert.equal(queue.append(bytes(1, 2, 3), 4), 3)
  assert.equal(queue.append(bytes(4, 5, 6), 4), 1)
  assert.equal(queue.append(bytes(7), 4), 0)
  const out = new Uint8Array(5)
  assert.equal(queue.pull(out, 1, 4), 4)
  assert.deepEqual(out, bytes(0, 1, 2, 3, 4))
})

test('playbackQueue() hands a label out only once the audio before it was pulled (D5)', () => {
  const queue = playbackQueue<string>()
  queue.append(bytes(1, 2), unlimited)
  queue.label('a')
  queue.append(bytes(3), unlimited)
  queue.label('b')
  const out = new Uint8Array(8)
  assert.equal(queue.takeDue(), undefined)
  queue.pull(out, 0, 1)
  assert.equal(queue.takeDue(), undefined)
  queue.pull(out, 0, 1)
  assert.equal(queue.takeDue(), 'a')
  assert.equal(queue.takeDue(), undefined)
  queue.pull(out, 0, 1)
  assert.equal(queue.takeDue(), 'b')
})

test('playbackQueue() hands a label out at once when nothing is queued (D6)', () => {
  const queue = playbackQueue<string>()
  queue.label('now')
  assert.equal(queue.takeDue(), 'now')
})

test('playbackQueue() keeps equal labels apart, first in first out (D7)', () => {
  const queue = playbackQueue<string>()
  queue.label('same')
  queue.append(bytes(1), unlimited)
  queue.label('same')
  assert.equal(queue.takeDue(), 'same')
  assert.equal(queue.takeDue(), undefined)
  queue.pull(new Uint8Array(1), 0, 1)
  assert.equal(queue.takeDue(), 'same')
})

test('interop 37: playbackQueue() clear() returns every label once, in order, and forgets the audio (D10, D11)', () => {
  const queue = playbackQueue<string>()
  queue.append(bytes(1, 2), unlimited)
  queue.label('a')
  queue.append(new Uint8Array(20_000), unlimited)
  queue.label('b')
  assert.deepEqual(queue.clear(), ['a', 'b'])
  assert.deepEqual(queue.clear(), [])
  assert.equal(queue.takeDue(), undefined)
  const out = new Uint8Array(2)
  queue.append(bytes(9), unlimited)
  queue.label('c')
  assert.equal(queue.pull(out, 0, 2), 1)
  assert.deepEqual(out, bytes(9, 0))
  assert.equal(queue.takeDue(), 'c')
})

test('playbackQueue() clear() of an empty queue is nothing (D12)', () => {
  const queue = playbackQueue<string>()
  assert.deepEqual(queue.clear(), [])
  assert.equal(queue.bufferedBytes, 0)
})

test('playbackQueue() never loses or doubles a label, however clears and pulls race (D13)', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('audio' as const), size: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ kind: fc.constantFrom('label' as const, 'pull' as const, 'clear' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = playbackQueue<number>()
      const scratch = new Uint8Array(160)
      const out: number[] = []
      let labels = 0
      const drain = () => {
        for (let due = queue.takeDue(); due !== undefined; due = queue.takeDue()) out.push(due)
      }
      for (const step of steps) {
        if (step.kind === 'audio') queue.append(new Uint8Array(step.size), unlimited)
        else if (step.kind === 'label') queue.label(labels++)
        else if (step.kind === 'pull') queue.pull(scratch, 0, 160)
        else out.push(...queue.clear())
        drain()
      }
      out.push(...queue.clear())
      assert.deepEqual(
        out,
        Array.from({ length: labels }, (_, i) => i),
      )
    }),
  )
})

test('playbackQueue() refuses labels past its bound', () => {
  const queue = playbackQueue<number>()
  queue.append(bytes(1), unlimited)
  let taken = 0
  while (queue.label(taken)) taken += 1
  assert.equal(taken, 8_192)
  assert.equal(queue.pendingLabels, 8_192)
})

test('playbackQueue() says whether a label follows the last byte', () => {
  const queue = playbackQueue<string>()
  assert.equal(queue.endsWithLabel, false)
  queue.append(bytes(1), unlimited)
  queue.label('a')
  assert.equal(queue.endsWithLabel, true)
  queue.append(bytes(1), unlimited)
  assert.equal(queue.endsWithLabel, false)
})

describe('audio with a companion at 16 kHz', () => {
  /** A companion that says where it belongs. */
  const wideOf = (audio: Uint8Array) =>
    decodeUlaw(
      Uint8Array.from({ length: 2 * audio.length }, (_, i) => (audio[i >> 1] ?? 0) & 0x7e),
      new Int16Array(2 * audio.length),
    )

  test('playbackQueue() hands a companion out with its own audio, and never another’s, whatever the sizes', () => {
    const piece = fc.tuple(fc.uint8Array({ maxLength: 6_000 }), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }),
        (pieces, pulls) => {
          const queue = playbackQueue<never>()
          const kinds: boolean[] = []
          const [out, wide] = [new Uint8Array(5_000), new Int16Array(10_000)]
          let pulled = 0
          const pull = (length: number) => {
            const got = queue.pull(out, 0, length, wide)
            const all = got > 0 && kinds.slice(pulled, pulled + got).every(Boolean)
            assert.equal(queue.isWide, all)
            const part = out.subarray(0, got)
            if (all)
              assert.ok(
                Buffer.from(wide.subarray(0, 2 * got).slice().buffer).equals(
                  Buffer.from(wideOf(part).buffer),
                ),
              )
            pulled += got
          }
          pieces.forEach(([audio, isWide], i) => {
            queue.append(audio, unlimited, isWide ? wideOf(audio) : undefined)
            for (let at = 0; at < audio.length; at += 1) kinds.push(isWide)
            pull(pulls[i % pulls.length] ?? 1)
          })
          while (queue.bufferedBytes > 0) pull(160)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('playbackQueue() takes as much of a companion as of its audio, and none of another length', () => {
    const queue = playbackQueue<never>()
    const [out, wide] = [new Uint8Array(4), new Int16Array(8)]
    assert.equal(queue.append(bytes(1, 2, 3), 2, Int16Array.of(0, 0, 8, 8, 16, 16)), 2)
    queue.pull(out, 0, 4, wide)
    assert.deepEqual([queue.isWide, [...wide.subarray(0, 4)]], [true, [0, 0, 8, 8]])
    queue.append(bytes(1, 2), unlimited, Int16Array.of(1, 1, 2))
    queue.pull(out, 0, 4, wide)
    assert.equal(queue.isWide, false)
  })

  test('playbackQueue() forgets companions with the audio that is cleared', () => {
    const queue = playbackQueue<never>()
    const audio = new Uint8Array(320)
    queue.append(audio, unlimited, wideOf(audio))
    queue.clear()
    queue.append(audio, unlimited)
    queue.pull(new Uint8Array(160), 0, 160, new Int16Array(320))
    assert.equal(queue.isWide, false)
  })

  test('wideSpans() keeps so many stretches, and takes what comes beyond them for narrow', () => {
    const spans = wideSpans()
    for (let at = 0; at < 600; at += 2) spans.add(at, at + 1)
    assert.deepEqual([spans.covers(510, 511), spans.covers(512, 513)], [true, false])
    spans.forget(511)
    spans.add(600, 601)
    spans.add(601, 700)
    assert.deepEqual(
      [spans.covers(600, 700), spans.covers(510, 511), spans.covers(599, 601)],
      [true, false, false],
    )
  })
})

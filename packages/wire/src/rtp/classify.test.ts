import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify, type DatagramKind } from './classify.ts'

/** RFC 7983 §7 Figure 3, by the first byte; the second one is that of an RTP packet. */
const firstBytes: [from: number, to: number, kind: DatagramKind][] = [
  [0, 3, 'stun'],
  [4, 19, 'other'],
  [20, 63, 'dtls'],
  [64, 127, 'other'],
  [128, 191, 'rtp'],
  [192, 255, 'other'],
]

test('classify() sorts by the first byte as RFC 7983 §7 does', () => {
  for (const [from, to, kind] of firstBytes) {
    for (let first = from; first <= to; first += 1) assert.equal(classify(Uint8Array.of(first, 0)), kind)
  }
})

test('classify() calls packet types 192 to 223 RTCP, with RFC 5761 §4', () => {
  for (let second = 0; second < 256; second += 1) {
    const expected = second >= 192 && second <= 223 ? 'rtcp' : 'rtp'
    assert.equal(classify(Uint8Array.of(0x80, second)), expected)
  }
})

test('classify() has no name for less than two bytes', () => {
  assert.equal(classify(new Uint8Array(0)), 'other')
  assert.equal(classify(Uint8Array.of(0x80)), 'other')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEvent } from './event-payload.ts'
import { eventSender } from './event-sender.ts'

test('eventSender() sends updates, then the end three times, all at one timestamp', () => {
  const packets = eventSender('8', 80, { timestamp: 4_000 }) ?? []
  assert.deepEqual(
    packets.map(({ payload, timestamp, marker }) => ({ ...parseEvent(payload), timestamp, marker })),
    [160, 320, 480, 640, 640, 640].map((duration, i) => ({
      digit: '8',
      volume: 10,
      duration,
      end: i >= 3,
      timestamp: 4_000,
      marker: i === 0,
    })),
  )
})

test('interop 18: eventSender() starts a new segment where 0xffff units end', () => {
  const packets = eventSender('1', 9_000, { timestamp: 0, ptimeMs: 50 }) ?? []
  const segments = [...new Set(packets.map((packet) => packet.timestamp))]
  assert.deepEqual(segments, [0, 0xffff])
  const durations = packets.map((packet) => parseEvent(packet.payload)?.duration ?? 0)
  const firstOfNext = packets.findIndex((packet) => packet.timestamp === 0xffff)
  assert.equal(durations[firstOfNext - 1], 0xffff)
  assert.equal(0xffff + (durations.at(-1) ?? 0), 72_000)
  assert.equal(packets.filter((packet) => packet.marker).length, 1)
  assert.equal(packets.filter((packet) => parseEvent(packet.payload)?.end).length, 3)
})

test('eventSender() never lets a duration pass 0xffff, also when the end falls behind a segment', () => {
  for (let durationMs = 8_180; durationMs <= 8_220; durationMs += 1) {
    const packets = eventSender('1', durationMs, { timestamp: 0 }) ?? []
    const last = packets.at(-1)
    assert.ok(last)
    assert.equal(last.timestamp + (parseEvent(last.payload)?.duration ?? 0), durationMs * 8)
  }
})

test('eventSender() holds a key at least 40 ms and at most a minute', () => {
  assert.equal(heldMs(0), 40)
  assert.equal(heldMs(Infinity), 60_000)
})

test('eventSender() has no packets for what is no key', () => {
  assert.equal(eventSender('x', 100, { timestamp: 0 }), undefined)
})

function heldMs(durationMs: number): number {
  const last = (eventSender('1', durationMs, { timestamp: 0 }) ?? []).at(-1)
  return last === undefined ? 0 : (last.timestamp + (parseEvent(last.payload)?.duration ?? 0)) / 8
}

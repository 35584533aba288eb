import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { serializeEvent } from './event-payload.ts'
import { eventReceiver, type DtmfEvent, type EventReceiver } from './event-receiver.ts'
import { eventSender } from './event-sender.ts'

function payload(digit: string, duration: number, end = false): Uint8Array {
  const bytes = serializeEvent({ digit, end, volume: 10, duration })
  assert.ok(bytes)
  return bytes
}

function pushAll(receiver: EventReceiver, digit: string, durationMs: number, timestamp: number): DtmfEvent[] {
  const packets = eventSender(digit, durationMs, { timestamp })
  assert.ok(packets)
  return packets.flatMap((packet) => receiver.push(packet.timestamp, packet.payload) ?? [])
}

test('interop 18: eventReceiver() reports an event once, of three end packets', () => {
  assert.deepEqual(pushAll(eventReceiver(), '5', 100, 1_000), [{ digit: '5', durationMs: 100 }])
})

test('interop 18: eventReceiver() tells events apart by timestamp, and the same key twice', () => {
  const receiver = eventReceiver()
  const events = [1_000, 3_000].flatMap((timestamp) => pushAll(receiver, '5', 60, timestamp))
  assert.deepEqual(events, [
    { digit: '5', durationMs: 60 },
    { digit: '5', durationMs: 60 },
  ])
})

test('interop 18: eventReceiver() reports one event of a key held beyond 0xffff units', () => {
  assert.deepEqual(pushAll(eventReceiver(), '#', 20_000, 0xffff0000), [{ digit: '#', durationMs: 20_000 }])
})

test('interop 18: eventReceiver() joins segments of a long event though the last updates of one were lost', () => {
  const receiver = eventReceiver()
  receiver.push(1_000, payload('#', 0xff00))
  receiver.push(1_000 + 0xffff, payload('#', 160))
  assert.equal(receiver.push(1_000, payload('#', 0xffff)), undefined)
  assert.deepEqual(receiver.push(1_000 + 0xffff, payload('#', 801, true)), {
    digit: '#',
    durationMs: (0xffff + 801) / 8,
  })
  assert.equal(receiver.push(1_000, payload('#', 0xffff)), undefined)
  assert.equal(receiver.active, false)
})

test('eventReceiver() needs one end packet of the three, and no other', () => {
  const receiver = eventReceiver()
  assert.deepEqual(receiver.push(1_000, payload('1', 800, true)), { digit: '1', durationMs: 100 })
  assert.equal(receiver.push(1_000, payload('1', 800, true)), undefined)
})

test('eventReceiver() reports an event whose end was lost when the next one begins', () => {
  const receiver = eventReceiver()
  assert.equal(receiver.push(1_000, payload('1', 160)), undefined)
  assert.equal(receiver.push(1_000, payload('1', 320)), undefined)
  assert.deepEqual(receiver.push(5_000, payload('2', 160)), { digit: '1', durationMs: 40 })
  assert.equal(receiver.active, true)
})

test('eventReceiver() loses neither of two events that one packet finishes', () => {
  const receiver = eventReceiver()
  assert.equal(receiver.push(1_000, payload('1', 320)), undefined)
  assert.deepEqual(receiver.push(5_000, payload('2', 480, true)), { digit: '1', durationMs: 40 })
  assert.deepEqual(receiver.push(5_000, payload('2', 480, true)), { digit: '2', durationMs: 60 })
  assert.equal(receiver.flush(90_000), undefined)
})

test('flush() reports an event whose end was lost, once its updates have stopped for 100 ms', () => {
  const receiver = eventReceiver()
  receiver.push(1_000, payload('7', 320))
  assert.equal(receiver.flush(1_000 + 320 + 800), undefined)
  assert.equal(receiver.active, true)
  assert.deepEqual(receiver.flush(1_000 + 320 + 801), { digit: '7', durationMs: 40 })
  assert.equal(receiver.active, false)
  assert.equal(receiver.push(1_000, payload('7', 480, true)), undefined)
})

test('eventReceiver() ignores packets of an earlier event that arrive late', () => {
  const receiver = eventReceiver()
  receiver.push(5_000, payload('2', 160))
  assert.equal(receiver.push(1_000, payload('1', 160)), undefined)
  assert.deepEqual(receiver.push(5_000, payload('2', 800, true)), { digit: '2', durationMs: 100 })
})

test('eventReceiver() takes the longest duration when updates are reordered', () => {
  const receiver = eventReceiver()
  receiver.push(1_000, payload('9', 480))
  receiver.push(1_000, payload('9', 320))
  assert.deepEqual(receiver.flush(9_000), { digit: '9', durationMs: 60 })
})

test('eventReceiver() measures in the clock of the event payload', () => {
  const receiver = eventReceiver({ clockRateHz: 48_000 })
  assert.deepEqual(receiver.push(0, payload('0', 4_800, true)), { digit: '0', durationMs: 100 })
})

test('eventReceiver() survives any packets', () => {
  const packet = fc.tuple(fc.nat({ max: 0xffffffff }), fc.uint8Array({ maxLength: 6 }))
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
      const receiver = eventReceiver()
      for (const [timestamp, bytes] of packets) {
        const event = receiver.push(timestamp, bytes) ?? receiver.flush(timestamp)
        assert.ok(event === undefined || event.durationMs >= 0)
      }
    }),
  )
})

test('eventReceiver() undoes eventSender(), over any keys and durations, with any two of three ends lost', () => {
  const press = fc.record({
    digit: fc.constantFrom(...'0123456789*#ABCD'.split('')),
    durationMs: fc.integer({ min: 2, max: 1_000 }).map((n) => n * 20),
    arrives: fc.nat({ max: 2 }),
  })
  fc.assert(
    fc.property(fc.array(press, { maxLength: 8 }), (presses) => {
      const receiver = eventReceiver()
      let timestamp = 0xfff00000
      const heard = presses.flatMap(({ digit, durationMs, arrives }) => {
        const packets = eventSender(digit, durationMs, { timestamp }) ?? []
        timestamp = (timestamp + durationMs * 8 + 800) >>> 0
        const kept = packets.filter((_, i) => i < packets.length - 3 || i === packets.length - 3 + arrives)
        return kept.flatMap((packet) => receiver.push(packet.timestamp, packet.payload) ?? [])
      })
      assert.deepEqual(
        heard,
        presses.map(({ digit, durationMs }) => ({ digit, durationMs })),
      )
    }),
  )
})

for (const clockRateHz of [8_000, 16_000, 48_000]) {
  test(`interop 19: eventReceiver() tells a key's length on a clock of ${clockRateHz} Hz, long ones included`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 12_000 }), fc.nat(0xffff_ffff), (durationMs, timestamp) => {
        const packets = eventSender('9', durationMs, { timestamp, clockRateHz }) ?? []
        const receiver = eventReceiver({ clockRateHz })
        const events = packets.flatMap((packet) => receiver.push(packet.timestamp, packet.payload) ?? [])
        assert.deepEqual(events, [{ digit: '9', durationMs }])
      }),
      { numRuns: 50 },
    )
  })
}

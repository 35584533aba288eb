import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { roundTrips } from './round-trips.ts'

const frame = (n: number): Int16Array =>
  Int16Array.from({ length: 160 }, (_, i) => 8_000 * Math.sin((i + 1) * (n + 1) * 0.017))
const ulaw = (samples: Int16Array): Uint8Array => encodeUlaw(samples, new Uint8Array(samples.length))

test('roundTrips() times each frame that comes back', () => {
  const trips = roundTrips()
  for (let n = 0; n < 100; n += 1) {
    trips.sent(frame(n), n * 20)
    trips.received(ulaw(frame(n)), n * 20 + n / 10)
  }
  assert.equal(trips.matched, 100)
  assert.ok(Math.abs((trips.percentileMs(0.5) ?? 0) - 5) < 0.001)
  assert.ok(Math.abs((trips.percentileMs(0.99) ?? 0) - 9.9) < 0.001)
})

test('roundTrips() takes no notice of silence, of strange audio, or of a frame that comes twice', () => {
  const trips = roundTrips()
  trips.sent(new Int16Array(160), 0)
  trips.received(ulaw(new Int16Array(160)), 1)
  trips.received(ulaw(frame(7)), 2)
  assert.equal(trips.matched, 0)
  assert.equal(trips.percentileMs(0.5), undefined)
  trips.sent(frame(1), 10)
  trips.received(ulaw(frame(1)), 12)
  trips.received(ulaw(frame(1)), 15)
  assert.equal(trips.matched, 1)
})

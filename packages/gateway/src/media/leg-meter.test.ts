import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId } from '#kernel'
import { encodeUlaw } from '@voxkeep/wire/g711'
import type { FromMedia } from './contract.ts'
import { floorDb, legMeter } from './leg-meter.ts'

const leg = 'leg_1' as LegId

function tone(amplitude: number): Uint8Array {
  const pcm = Int16Array.from({ length: 160 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * i) / 16)),
  )
  return encodeUlaw(pcm, new Uint8Array(160))
}

function metered() {
  const told: FromMedia[] = []
  const meter = legMeter({ leg, post: (message) => told.push(message), streams: () => [] })
  const play = (frames: number, inward: Uint8Array, outward: Uint8Array) => {
    for (let i = 0; i <= frames; i++) {
      meter.frame(0, i * 160, inward)
      meter.frame(1, i * 160, outward)
    }
  }
  return { told, meter, play }
}

test('legMeter() says nothing while nobody looks', () => {
  const { told, play, meter } = metered()
  play(50, tone(8_000), tone(8_000))
  meter.watch(true)
  meter.watch(false)
  play(50, tone(8_000), tone(8_000))
  assert.deepEqual(told, [])
})

test('legMeter() tells five times a second how loud each side is', () => {
  const { told, meter, play } = metered()
  meter.watch(true)
  play(50, tone(32_000 / 2), new Uint8Array(160).fill(0xff))
  assert.equal(told.length, 5)
  const [first] = told
  assert.ok(first?.kind === 'level')
  // Half of full scale is -6 dB, and a sine's root mean square is 3 dB below its peak.
  assert.ok(Math.abs(first.inDb + 9) <= 1, `${first.inDb} dB`)
  assert.equal(first.outDb, floorDb)
})

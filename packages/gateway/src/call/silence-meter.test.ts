import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { silenceMeter } from './silence-meter.ts'

/** 100 ms of a sine at a level against full scale. */
function tone(db: number): Uint8Array {
  const peak = 32_124 * 10 ** (db / 20)
  const pcm = Int16Array.from({ length: 800 }, (_, at) =>
    Math.round(peak * Math.sin((2 * Math.PI * 400 * at) / 8_000)),
  )
  return encodeUlaw(pcm, new Uint8Array(800))
}

test('silenceMeter() hears speech over the noise of a line, pause after pause', () => {
  for (const noise of [-70, -55, -45]) {
    const meter = silenceMeter()
    for (let i = 0; i < 20; i++) meter.speaks(tone(noise))
    for (let word = 0; word < 10; word++) {
      for (let i = 0; i < 5; i++) assert.equal(meter.speaks(tone(-25)), true, `${noise}`)
      for (let i = 0; i < 3; i++) assert.equal(meter.speaks(tone(noise)), false, `${noise}`)
    }
  }
})

test('silenceMeter() hears nobody in silence, whatever its level below speech', () => {
  const meter = silenceMeter()
  for (const db of [-60, -80, -52, -70]) assert.equal(meter.speaks(tone(db)), false)
  assert.equal(meter.speaks(new Uint8Array(800).fill(0xff)), false)
  assert.equal(meter.speaks(new Uint8Array()), false)
})

test('silenceMeter() gets used to noise that stays', () => {
  const meter = silenceMeter()
  const heard = Array.from({ length: 200 }, () => meter.speaks(tone(-30)))
  assert.equal(heard[0], true)
  assert.equal(heard.at(-1), false)
})

test('silenceMeter() takes any bytes, of any length', () => {
  const meter = silenceMeter()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (ulaw) => typeof meter.speaks(ulaw) === 'boolean'),
  )
})

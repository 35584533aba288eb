import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { alertBeep } from './alert-beep.ts'
import { toneLevel } from './test-secure.ts'

test('alertBeep() sounds for 200 ms at 1400 Hz and −18 dBm0, and then changes nothing', () => {
  const beep = alertBeep()
  const silent = new Uint8Array(160).fill(ULAW_SILENCE)
  beep.mix(silent)
  assert.ok(silent.every((code) => code === ULAW_SILENCE))
  beep.start()
  const levels = Array.from({ length: 12 }, () => {
    const frame = new Uint8Array(160).fill(ULAW_SILENCE)
    beep.mix(frame)
    return toneLevel(frame, 1_400)
  })
  assert.equal(levels.filter((level) => Math.abs(level + 18) < 0.5).length, 8)
  assert.deepEqual(
    levels.map((level) => level > -25),
    [...Array<boolean>(10).fill(true), false, false],
  )
  assert.equal(beep.isOn, false)
})

test('alertBeep() is added to what is said, and begun again while it sounds it just goes on', () => {
  const beep = alertBeep()
  beep.start()
  const speech = Uint8Array.from({ length: 160 }, (_, i) => (i % 8 < 4 ? 0x20 : 0xa0))
  const mixed = speech.slice()
  beep.mix(mixed)
  assert.ok(mixed.some((code, i) => code !== speech[i]))
  beep.start()
  for (let frames = 1; frames < 10; frames += 1) beep.mix(new Uint8Array(160).fill(0xff))
  assert.equal(beep.isOn, false)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw, ULAW_SILENCE } from '@voxkeep/wire/g711'
import { ringbackTone } from './tones.ts'

test('ringbackTone is two seconds of 440 and 480 Hz, and four of silence', () => {
  const samples = decodeUlaw(ringbackTone, new Int16Array(ringbackTone.length))
  const power = (hz: number) => {
    let [real, imaginary] = [0, 0]
    for (let at = 0; at < 8_000; at++) {
      const angle = (2 * Math.PI * hz * at) / 8_000
      real += (samples[at] ?? 0) * Math.cos(angle)
      imaginary += (samples[at] ?? 0) * Math.sin(angle)
    }
    return Math.hypot(real, imaginary) / 4_000
  }
  for (const hz of [440, 480]) assert.ok(Math.abs(power(hz) - 3_600) < 150, `${hz} Hz: ${power(hz)}`)
  assert.ok(power(620) < 60)
  assert.equal(ringbackTone.length, 48_000)
  assert.ok(ringbackTone.subarray(16_000).every((byte) => byte === ULAW_SILENCE))
})

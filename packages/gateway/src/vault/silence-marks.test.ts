import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingMarks } from './recording-marks.ts'
import { silenceMarks } from './silence-marks.ts'

test('silenceMarks() marks pauses on both channels and secure rooms on the caller’s, once however often they are told', () => {
  const marks = recordingMarks()
  const silences = silenceMarks(marks)
  silences.resume(1)
  silences.secure(false, 2)
  silences.pause(800)
  silences.pause(1_600)
  silences.resume(2_400)
  silences.secure(true, 3_200)
  silences.secure(true, 4_000)
  silences.close(8_000)
  silences.close(16_000)
  assert.deepEqual(
    marks.list(80_000).map(({ channel, fromMs, toMs, kind }) => [channel, fromMs, toMs, kind]),
    [
      [0, 100, 300, 'paused'],
      [1, 100, 300, 'paused'],
      [0, 400, 1_000, 'secure'],
    ],
  )
})

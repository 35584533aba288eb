import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, type LegId } from '#kernel'
import type { FromMedia } from './contract.ts'
import type { MissedRedaction, Recorder } from './deps.ts'
import { legRecording } from './leg-recording.ts'
import { recordingSpec } from './test-leg.ts'

const leg = 'leg_1' as LegId

/** A leg that is two seconds old, and what its recorder and the main thread are told. */
function setUp() {
  const told: unknown[] = []
  const posted: FromMedia[] = []
  const miss: { tell?: (missed: MissedRedaction) => void } = {}
  const recorder: Recorder = {
    ready: Promise.resolve(),
    write: (channel, position) => told.push(['write', channel, position]),
    redact: (...span) => told.push(['redact', ...span]),
    judged: (...through) => told.push(['judged', ...through]),
    mark: (...mark) => told.push(['mark', ...mark]),
    pause() {},
    resume() {},
    finish: () => Promise.resolve({ bytes: 0, segments: 0, durationMs: 0, sha256: '', marks: [] }),
  }
  const recording = legRecording({
    leg,
    epochMs: 0,
    clock: fakeClock(),
    random: { bytes: (count) => new Uint8Array(count) },
    openRecorder: (_, { onMissed }) => {
      miss.tell = onMissed
      return recorder
    },
    post: (message) => posted.push(message),
  })
  return { recording, told, posted, miss, start: () => recording.start(recordingSpec, 2_000) }
}

test('legRecording() gives its recorder positions from the recording’s beginning', async () => {
  const { recording, told, start } = setUp()
  await start()
  recording.write(0, 15_999, new Uint8Array(160))
  recording.write(0, 16_160, new Uint8Array(160))
  recording.redact({ channel: 0, fromSamples: 8_000, toSamples: 24_000, why: 'card' })
  recording.redact({ channel: 1, fromSamples: 80, toSamples: 160, why: 'slip', of: 'recording' })
  recording.judged(1, 24_000)
  assert.deepEqual(told, [
    ['write', 0, 160],
    ['redact', 0, -8_000, 8_000, 'card'],
    ['redact', 1, 80, 160, 'slip'],
    ['judged', 1, 8_000],
  ])
})

test('legRecording() tells a recorder of the secure room that was there before it', async () => {
  const { recording, told, start } = setUp()
  recording.mark('secure', true)
  await start()
  recording.mark('secure', false)
  assert.deepEqual(told, [
    ['mark', 'secure', true],
    ['mark', 'secure', false],
  ])
})

test('legRecording() posts what was to be redacted too late, and takes what comes without a recording for nothing', async () => {
  const { recording, posted, miss, start } = setUp()
  recording.redact({ channel: 0, fromSamples: 0, toSamples: 8, why: 'card' })
  recording.judged(0, 8)
  await start()
  miss.tell?.({ channel: 0, fromMs: 1, toMs: 2, why: 'card' })
  const { id } = recordingSpec
  assert.deepEqual(posted, [
    { kind: 'record.missed', leg, recording: id, channel: 0, fromMs: 1, toMs: 2, why: 'card' },
  ])
})

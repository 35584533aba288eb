import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { leftBehind } from './fake-left-behind.ts'
import { programVoice } from './program-voice.ts'

test('programVoice() ends with a program that is too slow what it left behind, although it ended itself', async () => {
  using left = leftBehind()
  const clock = fakeClock()
  const env = { PATH: process.env['PATH'] ?? '' }
  const options = { command: left.command, env, text: 'hello', timeoutMs: 1_000 }
  const slow = programVoice(options, clock, new AbortController().signal).next()
  const stalled = assert.rejects(slow, { code: 'VOICE_STALLED' })
  const gone = left.gone()
  await left.ended()
  clock.advance(1_000)
  await stalled
  await gone
})

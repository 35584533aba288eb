import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionAnswer } from '@voxkeep/gateway/call-commands'
import { answerWith, commands } from './index.ts'

test('commands builds what the gateway understands', () => {
  const answer = answerWith(
    commands.answer(),
    commands.reject(603),
    commands.play('prompt.wav', 2),
    commands.gather({ num_digits: 4, finish_on_key: '', timeout_ms: 3_000, prompt_url: 'pin.wav' }),
    commands.record(),
    commands.pauseRecording(),
    commands.resumeRecording(),
    commands.stopRecording(),
    commands.stream('wss://app.example/s', { direction: 'inbound', parameters: { a: 'b' } }),
    commands.stopStream(),
    commands.wait(5),
    commands.wait(),
    commands.hangup(),
  )
  const parsed = decisionAnswer.safeParse(answer)
  assert.ok(parsed.success, JSON.stringify(parsed.error?.issues))
  assert.equal(parsed.data.length, 13)
  assert.deepEqual(parsed.data[1], { type: 'reject', status: 603 })
  assert.deepEqual(parsed.data[11], { type: 'wait' })
})

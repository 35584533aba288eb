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
    commands.collect(
      [
        { field: 'card-number', prompt_url: 'card.wav', cards: ['visa'] },
        { field: 'pin', name: 'door' },
      ],
      {
        purposes: ['payment'],
        mode: 'agent',
      },
    ),
    commands.cancelCollect(),
    commands.pay('stripe', {
      amount_minor: 1_999,
      currency: 'eur',
      fields: { 'card-number': { prompt_url: 'card.wav', prompts: [{ url: 'wrong.wav', fault: 'luhn' }] } },
    }),
    commands.cancelPay(),
    commands.record(),
    commands.pauseRecording(),
    commands.resumeRecording(),
    commands.stopRecording(),
    commands.transcribe({ language: 'de', engine: 'ears' }),
    commands.stopTranscribing(),
    commands.expect('card', 5_000),
    commands.redact({ from_ms: 1_000, to_ms: 2_000 }, { channel: 'caller', why: 'slip' }),
    commands.redact({ last_ms: 5_000 }),
    commands.stream('wss://app.example/s', { direction: 'inbound', parameters: { a: 'b' } }),
    commands.stopStream(),
    commands.wait(5),
    commands.wait(),
    commands.hangup(),
    commands.dial('+1 212 555 0100'),
    commands.dial(['+12125550100', 'sip:agent@pbx.example'], {
      strategy: 'simultaneous',
      from: '+12125550199',
      ring_timeout_ms: 20_000,
      ring: 'music',
      time_limit_ms: 60_000,
      hangup_on_star: true,
    }),
    commands.hold(),
    commands.unhold(),
    commands.consult('+12125550101', { ring_timeout_ms: 5_000 }),
    commands.cancelConsult(),
    commands.transfer('sip:desk@pbx.example', { mode: 'refer' }),
    commands.transfer('+12125550102', { ring: 'ringback' }),
    commands.completeTransfer(),
  )
  const parsed = decisionAnswer.safeParse(answer)
  assert.ok(parsed.success, JSON.stringify(parsed.error?.issues))
  assert.equal(parsed.data.length, 31)
  assert.deepEqual(parsed.data[1], { type: 'reject', status: 603 })
  assert.deepEqual(parsed.data[20], { type: 'wait' })
})

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
    commands.say('Welcome.', { voice: 'amy', language: 'en-GB', loop: 2, early: true, cache: true }),
    commands.relay('/relay', {
      greeting: 'Hello.',
      language: 'en-US',
      languages: [{ code: 'de-DE', voice: 'anna' }],
      hints: ['balance'],
      interruptible: 'keys',
      greeting_interruptible: 'none',
      preemptible: true,
      partials: true,
      keys: false,
      parameters: { customer: '42' },
      action_url: '/after',
      action_method: 'GET',
    }),
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
    commands.record({ events: { url: '/recorded', only: ['completed'] } }),
    commands.message({
      max_ms: 60_000,
      silence_ms: 3_000,
      finish_on_key: '#',
      beep: false,
      trim: false,
      on_empty: 'go-on',
      action_url: '/left',
      action_method: 'GET',
    }),
    commands.sendDigits('12ww#'),
    commands.redirect('/next', 'GET'),
    commands.set({ tier: 'gold', name: null }),
    commands.gather({
      prompts: [{ say: 'Yes or no?' }, { wait_ms: 500 }, { play: 'beep.wav', loop: 2 }],
      input: ['keys', 'speech'],
      language: 'en-US',
      hints: ['yes', 'no'],
      end_silence_ms: 800,
      max_speech_ms: 10_000,
      barge_in: false,
      on_empty: 'go-on',
      partials: { url: '/partial' },
      action_url: '/said',
    }),
    commands.dial('sip:desk@pbx.example', {
      send_digits: 'w1',
      headers: { 'X-Case': '7' },
      whisper_url: '/whisper',
      whisper_method: 'GET',
      record: true,
      record_events: { url: '/recorded' },
      events: { url: '/leg', method: 'POST', only: ['answered', 'ended'] },
      action_url: '/after',
    }),
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
  assert.equal(parsed.data.length, 39)
  assert.deepEqual(parsed.data[1], { type: 'reject', status: 603 })
  assert.deepEqual(
    parsed.data.filter(({ type }) => type === 'wait'),
    [{ type: 'wait', ms: 5 }, { type: 'wait' }],
  )
})

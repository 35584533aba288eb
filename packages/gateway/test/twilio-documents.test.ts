import assert from 'node:assert/strict'
import { test } from 'node:test'
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { callCommand } from '#call'
import { fakeClock } from '#kernel'
import { testPki } from '#src/webhook/fake-app-server.ts'
import { codes, hangUp, xml } from './support/twilio-got.ts'
import { twilioWorld } from './support/twilio-world.ts'

const pki = await testPki

test('H9: documents that redirect in a circle are stopped', async () => {
  const clock = fakeClock()
  await using world = await twilioWorld(
    pki,
    (response) => xml(response, '<Response><Redirect/></Response>'),
    { clock },
  )
  const hop = () => world.ask({ type: 'call.redirected', to: { url: world.url, method: 'POST' } })
  for (let round = 0; round < 20; round++) assert.equal((await hop()).ok, true)
  const stopped = await hop()
  assert.deepEqual([stopped.ok, !stopped.ok && stopped.why], [false, 'redirects'])
  clock.advance(10_001)
  assert.equal((await hop()).ok, true)
})

test('H15: what VoiceResponse makes of every verb is commands that calls take', async () => {
  const response = new VoiceResponse()
  response.say('hello')
  response.play({ digits: '1w2' })
  response.play('/a.wav')
  response.pause({ length: 1 })
  response
    .gather({ numDigits: 1, input: ['dtmf', 'speech'], hints: 'a, b', partialResultCallback: '/p' })
    .say('press')
  response.start().stream({ url: 'wss://app.test/fork', track: 'outbound_track', name: 'n' })
  response.stop().stream({ name: 'n' })
  response.record({ action: '/r', recordingStatusCallback: '/rs' })
  const dial = response.dial({
    action: '/d',
    callerId: '+12125550100',
    record: 'record-from-answer',
    timeLimit: 60,
  })
  dial.number({ statusCallback: '/leg', sendDigits: '1', url: '/whisper', method: 'GET' }, '+12125550101')
  dial.sip(
    { statusCallback: '/leg', sendDigits: '1', url: '/whisper', method: 'GET' } as object,
    'sip:a@b.test',
  )
  const pay = response.pay({
    chargeAmount: '10.00',
    paymentConnector: 'stripe',
    action: '/paid',
    statusCallback: '/ps',
  })
  pay.prompt({ for: 'payment-card-number' }).say('Card please')
  response.refer({ action: '/referred' }).sip('sip:b@pbx.test')
  response.connect({ action: '/c' }).conversationRelay({ url: 'wss://app.test/relay', welcomeGreeting: 'Hi' })
  const stream = response
    .connect({ action: '/c' })
    .stream({ url: 'wss://app.test/media', statusCallback: '/ss' })
  stream.parameter({ name: 'k', value: 'v' })
  response.redirect('/next')
  await using world = await twilioWorld(pki, (answer) => xml(answer, response.toString()))
  const decided = await world.ask()
  assert.ok(decided.ok)
  const { actions } = decided.answer as { actions: { type: string }[] }
  assert.deepEqual(world.faults, [])
  for (const action of actions) callCommand.parse(action)
  assert.deepEqual(
    actions.map(({ type }) => type),
    [
      'say',
      'send_digits',
      'play',
      'wait',
      'gather',
      'stream',
      'stream',
      'message',
      'dial',
      'pay',
      'transfer',
      'relay',
      'stream',
      'redirect',
    ],
  )
})

test('H2: a command that calls do not take is left out with a warning, or fails where documents are taken strictly', async () => {
  const text = '<Response><Dial><Number>nobody</Number></Dial><Say>after</Say></Response>'
  await using world = await twilioWorld(pki, (response) => xml(response, text))
  const decided = await world.ask()
  assert.deepEqual(
    decided.ok && (decided.answer as { actions: { type: string }[] }).actions.map(({ type }) => type),
    ['say', 'hangup'],
  )
  assert.deepEqual(codes(world), [12_200])
  await using strict = await twilioWorld(pki, (response) => xml(response, text), { twilio: { strict: true } })
  assert.equal((await strict.ask()).ok, false)
})

test('openTwilioApp() goes on without asking where a document named no address', async () => {
  await using world = await twilioWorld(pki, hangUp)
  const decided = await world.ask({ type: 'call.dialed', data: { outcome: 'busy' } })
  assert.deepEqual(decided.ok && decided.answer, { actions: [] })
  assert.equal(world.server.requests.length, 0)
})

test('openTwilioApp() has a plain answer said', async () => {
  await using world = await twilioWorld(pki, (response) => {
    response.setHeader('content-type', 'text/plain')
    response.end('Good morning')
  })
  const decided = await world.ask()
  assert.deepEqual(decided.ok && decided.answer, {
    actions: [{ type: 'say', text: 'Good morning' }, { type: 'hangup' }],
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actions, read } from './fake-twiml.ts'

test('H10: Dial calls numbers, SIP addresses and clients, with its callbacks in our words', () => {
  const [dial] = actions(
    (response) => {
      const inner = response.dial({
        action: '/dialed',
        timeout: 20,
        timeLimit: 600,
        callerId: '+12125550100',
        answerOnBridge: true,
        hangupOnStar: true,
        record: 'record-from-answer-dual',
        sequential: true,
      })
      const each = {
        statusCallback: '/leg',
        statusCallbackEvent: ['initiated' as const, 'completed' as const],
      }
      inner.number(each, '+12125550101')
      inner.sip(each, 'sip:joe@pbx.test')
      inner.client(each, 'joey')
    },
    { clientDomain: 'clients.test' },
  )
  assert.deepEqual(dial, {
    type: 'dial',
    to: ['+12125550101', 'sip:joe@pbx.test', 'sip:joey@clients.test'],
    strategy: 'sequential',
    ring_timeout_ms: 20_000,
    hangup_on_star: true,
    answer_on_bridge: true,
    record: true,
    from: '+12125550100',
    time_limit_ms: 600_000,
    events: { url: 'https://app.test/leg', method: 'POST', only: ['dialling', 'ended'] },
    action_url: 'https://app.test/dialed',
    action_method: 'POST',
  })
})

test('H10: Dial with a bare number goes on with the next verb when it is over', () => {
  const [dial, say] = actions((response) => {
    response.dial({}, '+12125550101')
    response.say('over')
  })
  assert.deepEqual(dial, {
    type: 'dial',
    to: ['+12125550101'],
    strategy: 'simultaneous',
    ring_timeout_ms: 30_000,
    hangup_on_star: false,
    answer_on_bridge: false,
    record: false,
  })
  assert.deepEqual(say, { type: 'say', text: 'over', loop: 1 })
})

test('readTwiml() presses keys and whispers as a Number asks', () => {
  const [dial] = actions((response) =>
    response.dial().number({ sendDigits: 'wwww1928', url: '/whisper', method: 'GET' }, '+12125550101'),
  )
  const { send_digits, whisper_url, whisper_method } = dial as Record<string, unknown>
  assert.deepEqual(
    { send_digits, whisper_url, whisper_method },
    { send_digits: 'wwww1928', whisper_url: 'https://app.test/whisper', whisper_method: 'GET' },
  )
})

test('readTwiml() dials no client where no domain is set up for them', () => {
  const { actions: all, warnings } = read((response) => response.dial().client('joey'))
  assert.deepEqual(all, [{ type: 'hangup' }])
  assert.deepEqual(
    warnings.map(({ code }) => code),
    [13_224, 13_221],
  )
})

test('H11: Record has its limits, its end keys and where it is told', () => {
  const [message] = actions((response) =>
    response.record({
      action: '/recorded',
      maxLength: 30,
      timeout: 3,
      finishOnKey: '#',
      playBeep: false,
      trim: 'do-not-trim',
      recordingStatusCallback: '/recording',
      recordingStatusCallbackEvent: ['in-progress', 'absent'],
    }),
  )
  assert.deepEqual(message, {
    type: 'message',
    beep: false,
    trim: false,
    on_empty: 'go-on',
    silence_ms: 3_000,
    max_ms: 30_000,
    finish_on_key: '#',
    events: { url: 'https://app.test/recording', method: 'POST', only: ['started', 'failed', 'refused'] },
    action_url: 'https://app.test/recorded',
    action_method: 'POST',
  })
})

test('A2: a relative stream address is one of the document’s server, over a socket; A1: an absolute one stays as it is', () => {
  const streamOf = (to: string) =>
    (actions((response) => response.connect().stream({ url: to }))[0] as Record<string, unknown>)['url']
  assert.equal(streamOf('/media'), 'wss://app.test/media')
  assert.equal(streamOf('wss://App.test:8443/Media/%7e'), 'wss://App.test:8443/Media/%7e')
})

test('B9 B10: stream parameters have their entities resolved, and one of 500 characters or more is left out', () => {
  const { actions: all, warnings } = read((response) => {
    const stream = response
      .connect({ action: '/over' })
      .stream({ url: '/m', name: 'n', statusCallback: '/s' })
    stream.parameter({ name: 'a&b', value: '<"é">' })
    stream.parameter({ name: 'long', value: 'x'.repeat(496) })
    stream.parameter({ name: 'fits', value: 'x'.repeat(495) })
  })
  assert.deepEqual(all[0], {
    type: 'stream',
    direction: 'both',
    url: 'wss://app.test/m',
    parameters: { 'a&b': '<"é">', fits: 'x'.repeat(495) },
    name: 'n',
    events: { url: 'https://app.test/s', method: 'POST' },
    action_url: 'https://app.test/over',
    action_method: 'POST',
  })
  assert.equal(warnings.length, 1)
})

test('readTwiml() starts and stops forks and recordings', () => {
  const all = actions((response) => {
    response.start().stream({ url: 'wss://app.test/fork', name: 'ear', track: 'both_tracks' })
    response.start().recording({ recordingStatusCallback: '/r' })
    response.stop().stream({ name: 'ear' })
    response.stop().addChild('Recording', {})
  })
  assert.deepEqual(all, [
    { type: 'stream', direction: 'both_tracks', url: 'wss://app.test/fork', parameters: {}, name: 'ear' },
    {
      type: 'record',
      action: 'start',
      events: { url: 'https://app.test/r', method: 'POST', only: ['completed'] },
    },
    { type: 'stream', action: 'stop', name: 'ear' },
    { type: 'record', action: 'stop' },
  ])
})

test('readTwiml() presses keys with Play, refers, and relays in text', () => {
  const all = actions((response) => {
    response.play({ digits: '1w2#' })
    response.refer({ action: '/referred' }).sip('sip:other@pbx.test')
    const relay = response.connect({ action: '/relayed' }).conversationRelay({
      url: 'wss://app.test/relay',
      welcomeGreeting: 'Hello',
      language: 'en-US',
      interruptible: 'speech',
      dtmfDetection: true,
    })
    relay.parameter({ name: 'k', value: 'v' })
    relay.language({ code: 'de-DE' })
  })
  assert.deepEqual(all, [
    { type: 'send_digits', digits: '1w2#' },
    {
      type: 'transfer',
      mode: 'refer',
      to: 'sip:other@pbx.test',
      action_url: 'https://app.test/referred',
      action_method: 'POST',
    },
    {
      type: 'relay',
      url: 'wss://app.test/relay',
      languages: [{ code: 'de-DE' }],
      parameters: { k: 'v' },
      partials: false,
      keys: true,
      preemptible: false,
      greeting: 'Hello',
      language: 'en-US',
      interruptible: 'speech',
      action_url: 'https://app.test/relayed',
      action_method: 'POST',
    },
  ])
})

test('readTwiml() leaves out a stream without an address, and keys that are none', () => {
  const { actions: all, warnings } = read((response) => {
    response.connect().stream({})
    response.start().stream({ url: ' ' })
    response.gather({ finishOnKey: '' })
  })
  assert.deepEqual(
    all.map((command) => [
      (command as { type: string }).type,
      (command as { finish_on_key?: string }).finish_on_key,
    ]),
    [
      ['gather', ''],
      ['hangup', undefined],
    ],
  )
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['Stream: no url', 'Stream: no url'],
  )
})

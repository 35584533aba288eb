import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DialectFault } from './contract.ts'
import { DialectError } from './error.ts'
import { actions, document, documentUrl, read, twimlSettings, type Build } from './fake-twiml.ts'
import { readTwiml } from './twilio-document.ts'

function faultOf(run: () => unknown): DialectFault {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof DialectError)
    return error.fault
  }
  return assert.fail('it was read')
}

test('H1: verbs run in order, and the end of the document hangs up', () => {
  const { actions: all } = read((response) => {
    response.say('one')
    response.pause({ length: 2 })
    response.play('/two.wav')
  })
  assert.deepEqual(all, [
    { type: 'say', text: 'one', loop: 1 },
    { type: 'wait', ms: 2_000 },
    { type: 'play', url: 'https://app.test/two.wav', loop: 1 },
    { type: 'hangup' },
  ])
  assert.deepEqual(readTwiml('<Response/>', documentUrl, twimlSettings).actions, [{ type: 'hangup' }])
})

test('H2: an unknown verb is skipped with a warning, or fails the document where it is taken strictly', () => {
  const text = '<Response><Fax/><Say>after</Say></Response>'
  const { actions: all, warnings } = readTwiml(text, documentUrl, twimlSettings)
  assert.deepEqual(all, [{ type: 'say', text: 'after', loop: 1 }, { type: 'hangup' }])
  assert.deepEqual(warnings, [{ code: 12_200, message: 'Fax: a verb that is not known' }])
  const strict = { ...twimlSettings, strict: true }
  assert.equal(faultOf(() => readTwiml(text, documentUrl, strict)).code, 12_200)
})

test('H3: Reject is a refusal, busy or not, and nothing answers before it', () => {
  const status = (build: Build) => read(build).actions
  assert.deepEqual(
    status((response) => response.reject()),
    [{ type: 'reject', status: 603 }],
  )
  assert.deepEqual(
    status((response) => response.reject({ reason: 'busy' })),
    [{ type: 'reject', status: 486 }],
  )
})

test('H4: Say and Play stand before Connect, which waits for them', () => {
  const all = actions((response) => {
    response.say({ language: 'en-GB', loop: 0 }, 'Welcome & <hello>')
    response.play({ loop: 2 }, 'https://cdn.test/a.wav')
    response.connect().stream({ url: 'wss://app.test/media' })
  })
  assert.deepEqual(all, [
    { type: 'say', text: 'Welcome & <hello>', language: 'en-GB', loop: 100 },
    { type: 'play', url: 'https://cdn.test/a.wav', loop: 2 },
    { type: 'stream', direction: 'both', url: 'wss://app.test/media', parameters: {} },
  ])
})

test('H5 H6 H7 H8: Gather has its digits, finish key, time-out, prompts and what an empty result does', () => {
  const [gather] = actions((response) => {
    const inner = response.gather({
      action: 'menu',
      method: 'GET',
      numDigits: 4,
      finishOnKey: '*',
      timeout: 7,
      actionOnEmptyResult: true,
    })
    inner.say('Press')
    inner.pause()
    inner.play('/beep.wav')
  })
  assert.deepEqual(gather, {
    type: 'gather',
    input: ['keys'],
    prompts: [{ say: 'Press', loop: 1 }, { wait_ms: 1_000 }, { play: 'https://app.test/beep.wav', loop: 1 }],
    barge_in: true,
    on_empty: 'ask',
    num_digits: 4,
    finish_on_key: '*',
    timeout_ms: 7_000,
    action_url: 'https://app.test/voice/menu',
    action_method: 'GET',
  })
})

test('H7: Gather without an action asks for its own document again, and goes on after nothing was pressed', () => {
  const [gather] = actions((response) => response.gather())
  assert.deepEqual(gather, {
    type: 'gather',
    input: ['keys'],
    prompts: [],
    barge_in: true,
    on_empty: 'go-on',
    action_url: documentUrl,
    action_method: 'POST',
  })
})

test('readTwiml() has speech gathered with its hints, pauses and partial results', () => {
  const [gather] = actions((response) =>
    response.gather({
      input: ['dtmf', 'speech'],
      speechTimeout: '2',
      maxSpeechTime: 20,
      hints: 'yes, no ,maybe',
      language: 'de-DE',
      partialResultCallback: '/partial',
    }),
  )
  assert.deepEqual(gather, {
    type: 'gather',
    input: ['keys', 'speech'],
    prompts: [],
    barge_in: true,
    on_empty: 'go-on',
    end_silence_ms: 2_000,
    max_speech_ms: 20_000,
    hints: ['yes', 'no', 'maybe'],
    partials: { url: 'https://app.test/partial', method: 'POST' },
    language: 'de-DE',
    action_url: documentUrl,
    action_method: 'POST',
  })
})

test('H9: Redirect asks by its method, with no text the document’s own address', () => {
  const of = (build: Build) => read(build).actions
  assert.deepEqual(
    of((response) => response.redirect({ method: 'GET' }, '../other?a=1&b=2')),
    [{ type: 'redirect', url: 'https://app.test/other?a=1&b=2', method: 'GET' }],
  )
  assert.deepEqual(readTwiml('<Response><Redirect/></Response>', documentUrl, twimlSettings).actions, [
    { type: 'redirect', url: documentUrl, method: 'POST' },
  ])
})

test('H12: Pause waits its length, one second unless it says so', () => {
  assert.deepEqual(
    actions((response) => {
      response.pause()
      response.pause({ length: 10 })
    }),
    [
      { type: 'wait', ms: 1_000 },
      { type: 'wait', ms: 10_000 },
    ],
  )
})

test('H13: Hangup ends the call, and nothing is added after it', () => {
  assert.deepEqual(read((response) => response.hangup()).actions, [{ type: 'hangup' }])
})

test('H14: addresses are relative to the document, and absolute in one that was handed over as text', () => {
  const build: Build = (response) => response.gather({ action: '/next' })
  const [relative] = read(build).actions as Record<string, unknown>[]
  assert.equal(relative?.['action_url'], 'https://app.test/next')
  const handed = readTwiml(document(build), undefined, twimlSettings)
  assert.equal('action_url' in (handed.actions[0] ?? {}), false)
  assert.equal(handed.warnings[0]?.code, 11_100)
  const absolute = readTwiml(
    document((response) => response.gather({ action: 'https://a.test/b?c=%2B' })),
    undefined,
    twimlSettings,
  )
  assert.equal((absolute.actions[0] as Record<string, unknown>)['action_url'], 'https://a.test/b?c=%2B')
})

test('readTwiml() keeps SSML, written anew, and picks voices by their names', () => {
  const [say] = actions(
    (response) => {
      const words = response.say({ voice: 'Polly.Joanna' }, 'Hi ')
      words.break({ time: '300ms' })
      words.prosody({ rate: 'slow' }, 'there & then')
    },
    { voices: { 'Polly.Joanna': 'anna' } },
  )
  assert.deepEqual(say, {
    type: 'say',
    text: '<speak>Hi <break time="300ms"/><prosody rate="slow">there &amp; then</prosody></speak>',
    voice: 'anna',
    loop: 1,
  })
})

test('H16: a document with a DTD, an entity of its own, or more than there may be is refused', () => {
  const evil = {
    xxe: '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response><Say>&x;</Say></Response>',
    'billion laughs': `<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "${'&a;'.repeat(99)}">]><Response><Say>&b;</Say></Response>`,
    undeclared: '<Response><Say>&x;</Say></Response>',
    'not closed': '<Response><Say></Response>',
    empty: '',
    text: 'hello',
    deep: `<Response>${'<a>'.repeat(99)}${'</a>'.repeat(99)}</Response>`,
    many: `<Response>${'<Pause/>'.repeat(3_000)}</Response>`,
    null: '<Response><Say>&#0;</Say></Response>',
  }
  for (const [name, text] of Object.entries(evil))
    assert.equal(faultOf(() => readTwiml(text, documentUrl, twimlSettings)).code, 12_100, name)
  const large = `<Response><Say>${'x'.repeat(70_000)}</Say></Response>`
  assert.equal(faultOf(() => readTwiml(large, documentUrl, twimlSettings)).code, 11_750)
  assert.equal(faultOf(() => readTwiml('<Other/>', documentUrl, twimlSettings)).code, 12_102)
})

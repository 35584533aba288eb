import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '@voxkeep/pii'
import type { Call } from './running-call.ts'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import type { FakeText } from './fake-texts.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

interface Talk {
  readonly world: FakeWorld
  readonly call: Call
  readonly app: FakeText
  /** What the app was sent, of one type. */
  of(type: string): Record<string, unknown>[]
  /** The caller says it; the engine hears it at once. */
  hears(text: string, final?: boolean, segment?: number): Promise<void>
  advance(ms: number): Promise<void>
  say(message: object | string): Promise<void>
  press(digit: string): Promise<void>
}

async function talking(command: object = {}, o: Parameters<typeof fakeWorld>[0] = {}): Promise<Talk> {
  const world = fakeWorld({ privacy: { rules: {} }, ...o })
  const relay = { type: 'relay', url: 'wss://app.test/relay', language: 'en-US', ...command }
  world.decisions.push(answers(relay), answers({ type: 'hangup' }))
  const call = await begin(world)
  const [app] = world.texts
  assert.ok(app, `it was dialled: ${world.stories.join()}`)
  app.open()
  await settle()
  let segments = 0
  let heardMs = 0
  return {
    world,
    call,
    app,
    of: (type) => app.sent.filter((message) => message['type'] === type),
    async hears(text, final = true, segment = segments) {
      const fromMs = heardMs
      heardMs += 3_000
      const ulaw = new Uint8Array(24_000)
      world.media({ kind: 'heard', leg: fakeLeg, channel: 0, positionSamples: fromMs * 8, ulaw })
      const spoken = text.split(' ')
      const endMs = heardMs
      const words = spoken.map((word, at) => ({
        text: word,
        startMs: endMs - (spoken.length - at) * 100,
        endMs: endMs - (spoken.length - at - 1) * 100 - 10,
      }))
      const voice = world.words.voices.at(-1)
      voice?.sink.words({ segment, final, words })
      if (final) {
        segments += 1
        voice?.sink.through(heardMs)
      }
      await settle()
    },
    async advance(ms) {
      world.clock.advance(ms)
      await settle()
    },
    async say(message) {
      app.say(message)
      await settle()
    },
    async press(digit) {
      world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
      await settle()
    },
  }
}

const said = (world: FakeWorld) => traced(world, /^speak/).map((line) => line.replace(/^speak \S+ ?/, ''))

test('J1: setup comes first, with a VX sid and the parameters', async () => {
  const { app, world } = await talking({ parameters: { customer: '42' } })
  const [setup] = app.sent
  assert.match(String(setup?.['sessionId']), /^VX[0-9a-f]{32}$/)
  assert.match(String(setup?.['callSid']), /^CA[0-9a-f]{32}$/)
  assert.deepEqual(
    { ...setup, sessionId: '', callSid: '' },
    {
      type: 'setup',
      sessionId: '',
      callSid: '',
      accountSid: `AC${'0'.repeat(32)}`,
      parentCallSid: '',
      from: '+12025550100',
      to: '+12025550101',
      forwardedFrom: '',
      callType: 'PSTN',
      callerName: '',
      direction: 'inbound',
      callStatus: 'RINGING',
      customParameters: { customer: '42' },
    },
  )
  const order = traced(world, /^audit (relay|transcription)/)
  assert.deepEqual(order, ['audit relay.opening', 'audit transcription.starting'])
})

test('J1: what the caller says before the app is there comes after setup', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  world.decisions.push(answers({ type: 'relay', url: '/relay' }))
  await begin(world)
  world.media({ kind: 'heard', leg: fakeLeg, channel: 0, positionSamples: 0, ulaw: new Uint8Array(8_000) })
  world.words.voices[0]?.sink.words({
    segment: 0,
    final: true,
    words: [{ text: 'hello', startMs: 0, endMs: 90 }],
  })
  const [app] = world.texts
  assert.deepEqual(app?.sent, [])
  app?.open()
  await settle()
  assert.deepEqual(
    app?.sent.map(({ type }) => type),
    ['setup', 'prompt'],
  )
  assert.equal(app?.target.url, 'wss://app.test/relay')
})

test('J2: a prompt that is last comes once for each utterance, and no partial unless asked', async () => {
  const { hears, of } = await talking()
  await hears('what is', false)
  await hears('what is my balance', false)
  await hears('what is my balance')
  await hears('please')
  assert.deepEqual(of('prompt'), [
    { type: 'prompt', voicePrompt: 'what is my balance', lang: 'en-US', last: true },
    { type: 'prompt', voicePrompt: 'please', lang: 'en-US', last: true },
  ])
})

test('J2: partials come where they are asked for, redacted as well', async () => {
  const { hears, of } = await talking(
    { partials: true },
    { privacy: { rules: {}, session: () => createEngine().session({ language: 'en' }) } },
  )
  await hears('what is my', false)
  await hears('what is my balance please', false)
  await hears('what is my balance please thank you')
  const prompts = of('prompt')
  assert.ok(
    prompts.some(({ last }) => last === false),
    'there are partials',
  )
  assert.deepEqual(
    prompts.filter(({ last }) => last === true).map(({ voicePrompt }) => voicePrompt),
    ['what is my balance please thank you'],
  )
})

test('relay() gives the app a placeholder in place of a card number that is spoken, and no audio', async () => {
  const { hears, of, app, world, advance } = await talking(
    { partials: true },
    { privacy: { rules: {}, session: () => createEngine().session({ language: 'en' }) } },
  )
  const card = 'four one one one one one one one one one one one one one one one'
  await hears(`my card number is ${card.slice(0, 40)}`, false)
  await hears(`my card number is ${card}`)
  await hears('thank you very much')
  await advance(10_000)
  const finals = of('prompt').filter(({ last }) => last === true)
  assert.equal(finals[0]?.['voicePrompt'], 'my card number is [CARD]')
  const sent = JSON.stringify(app.sent)
  assert.ok(!/one one one/.test(sent), sent)
  assert.ok(!/4111/.test(sent))
  assert.deepEqual(world.streams, [], 'no stream carries audio')
  assert.ok(!world.stories.join().includes('one'))
})

test('relay() gives words as they were said by policy and grant alone', async () => {
  for (const [rules, originals, text] of [
    [{ events: 'original' as const }, true, 'my card secret'],
    [{ events: 'original' as const }, false, 'my card [CARD]'],
    [{}, true, 'my card [CARD]'],
  ] as const) {
    const { hears, of } = await talking({}, { privacy: { rules }, originals })
    await hears('my card secret')
    assert.equal(of('prompt')[0]?.['voicePrompt'], text)
  }
})

test('J3: a sentence is said before the last token came', async () => {
  const { say, world } = await talking()
  await say({ type: 'text', token: 'Your balance is ' })
  assert.deepEqual(said(world), [])
  await say({ type: 'text', token: 'ten pounds. Would you' })
  assert.deepEqual(said(world), ['Your balance is ten pounds. '])
  assert.equal(traced(world, /^play /).length, 1)
  await say({ type: 'text', token: ' like more?', last: true })
  assert.deepEqual(said(world), ['Your balance is ten pounds. ', 'Would you like more?'])
})

test('J4: an interruption tells a true prefix of what was sent, by what was played', async () => {
  const { say, hears, advance, of, world } = await talking()
  const sent = 'One two three four five six seven eight nine ten. And then something else follows.'
  await say({ type: 'text', token: sent, last: true })
  await advance(200) // of 500 ms: the fake voice takes 10 ms for each character
  await hears('stop', false)
  const [interrupt] = of('interrupt')
  const heard = String(interrupt?.['utteranceUntilInterrupt'])
  assert.ok(sent.startsWith(heard))
  assert.equal(heard, 'One two three four ')
  assert.equal(interrupt?.['durationUntilInterruptMs'], 200)
  assert.equal(traced(world, /^stopPlay/).length, 1)
  await hears('stop it')
  assert.deepEqual(of('interrupt').length, 1, 'nothing is said any more that could be interrupted')
  assert.deepEqual(of('prompt').length, 1)
})

test('J4: a key interrupts as well, and what is not interruptible goes on', async () => {
  const { say, press, advance, of, hears } = await talking({ interruptible: 'keys' })
  await say({ type: 'text', token: 'A rather long sentence is said here.', last: true })
  await advance(100)
  await hears('hello', false)
  assert.deepEqual(of('interrupt'), [])
  await press('5')
  assert.deepEqual(of('interrupt').length, 1)
  assert.deepEqual(of('dtmf'), [{ type: 'dtmf', digit: '5' }])
  await say({ type: 'text', token: 'This must be heard to its end.', last: true, interruptible: false })
  await press('6')
  assert.deepEqual(of('interrupt').length, 1)
})

test('J4: what the app still sends of an interrupted utterance is not said', async () => {
  const { say, hears, advance, world } = await talking()
  await say({ type: 'text', token: 'The first sentence of many. ' })
  await advance(100)
  await hears('no', false)
  await say({ type: 'text', token: 'The second sentence of many. ' })
  await say({ type: 'text', token: 'The last sentence of many.', last: true })
  await say({ type: 'text', token: 'What may I do instead?', last: true })
  assert.deepEqual(said(world), ['The first sentence of many. ', 'What may I do instead?'])
})

test('J4: an utterance of many sentences is told from its beginning', async () => {
  const { say, hears, advance, of, world } = await talking()
  await say({
    type: 'text',
    token: 'A first sentence is here. A second sentence is there. A third is far.',
    last: true,
  })
  await advance(250)
  world.finishPlay()
  await settle()
  await advance(150)
  await hears('wait', false)
  assert.equal(of('interrupt')[0]?.['utteranceUntilInterrupt'], 'A first sentence is here. A second ')
})

test('relay() lets what is preemptible give way to what comes after it', async () => {
  const { say, world } = await talking()
  await say({ type: 'text', token: 'Please wait a moment now.', last: true, preemptible: true })
  await say({ type: 'text', token: 'Here is the answer at last.', last: true })
  assert.equal(traced(world, /^stopPlay/).length, 1)
  assert.deepEqual(said(world), ['Please wait a moment now.', 'Here is the answer at last.'])
})

test('J5: the language of what is said and heard is switched', async () => {
  const { say, hears, of, world } = await talking({ languages: [{ code: 'de-DE', voice: 'amy' }] })
  await say({ type: 'language', ttsLanguage: 'de-DE', transcriptionLanguage: 'de-DE' })
  await say({ type: 'text', token: 'Guten Tag, wie geht es?', last: true })
  assert.deepEqual(traced(world, /^speak/), ['speak de-DE: Guten Tag, wie geht es?'])
  assert.deepEqual(
    world.words.voices.map(({ state }) => state),
    ['closed', 'open'],
  )
  await hears('guten Tag')
  assert.deepEqual(of('prompt').at(-1)?.['lang'], 'de-DE')
  await say({ type: 'language', ttsLanguage: 'fr-FR' })
  assert.deepEqual(of('error'), [{ type: 'error', description: 'the language is not one of this relay' }])
})

test('J6: end asks the action’s address with the hand-off data, word for word', async () => {
  const { say, app, world } = await talking({ action_url: '/after' })
  await say({ type: 'end', handoffData: '{"reason":"human"}' })
  assert.ok(app.isClosed)
  const asked = world.asked.at(-1) as { type: string; data: Record<string, unknown>; to?: { url: string } }
  assert.equal(asked.type, 'call.relay_ended')
  assert.equal(asked.to?.url, 'https://app.test/after')
  assert.equal(asked.data['handoff_data'], '{"reason":"human"}')
  assert.deepEqual([asked.data['status'], asked.data['reason']], ['ended', 'ended'])
  assert.match(String(asked.data['session_sid']), /^VX/)
})

test('J6: an app that closes, or is lost, is asked too, and told which it was', async () => {
  for (const [why, status] of [
    ['closed-by-app', 'completed'],
    ['lost', 'failed'],
    ['refused', 'failed'],
  ] as const) {
    const { app, world } = await talking()
    app.end(why)
    await settle()
    const asked = world.asked.at(-1) as { type: string; data: Record<string, unknown> }
    assert.deepEqual(
      [asked.type, asked.data['status'], asked.data['reason']],
      ['call.relay_ended', status, why],
    )
    assert.equal(traced(world, /^hangup/).length, 1)
    assert.equal(world.words.voices[0]?.state, 'closed')
  }
})

test('J7: an invalid message is answered with an error, and the conversation goes on', async () => {
  const { say, hears, of, world } = await talking()
  await say('nonsense {')
  await say({ type: 'dance' })
  await say({ type: 'text', token: 5 })
  assert.deepEqual(
    of('error').map(({ description }) => description),
    ['the message is not JSON', '"type" is not valid', '"token" is not valid'],
  )
  await say({ type: 'text', token: 'Still here.', last: true })
  await hears('good')
  assert.deepEqual(said(world), ['Still here.'])
  assert.equal(of('prompt').length, 1)
})

test('J7: an app that sends nothing but nonsense is told so ten times a second', async () => {
  const { say, of, advance } = await talking()
  for (let message = 0; message < 50; message++) await say('x')
  assert.equal(of('error').length, 10)
  await advance(1_000)
  await say('x')
  assert.equal(of('error').length, 11)
})

test('relay() bounds what waits to be said', async () => {
  const { say, of } = await talking({}, { voice: { byPiece: () => new Promise(() => {}) } })
  for (let message = 0; message < 10; message++)
    await say({ type: 'text', token: 'This is one more sentence. '.repeat(100) })
  const faults = of('error').map(({ description }) => description)
  assert.ok(faults.length > 0 && faults.every((fault) => fault === 'too much waits to be said'))
})

test('relay() bounds what waits to be done', async () => {
  const { app, say, of, world } = await talking()
  const play = { type: 'play', source: 'https://app.test/a.wav' }
  for (let message = 0; message < 105; message++) app.say(play)
  for (let round = 0; round < 20; round++) await settle()
  const faults = of('error').map(({ description }) => description)
  assert.deepEqual(
    faults,
    Array.from({ length: 5 }, () => 'too much waits to be done'),
  )
  assert.equal(traced(world, /^play 160$/).length, 100)
  await say(play)
  assert.equal(traced(world, /^play 160$/).length, 101)
})

test('relay() says its greeting, tells what cannot be said, and presses keys', async () => {
  const { say, world, of } = await talking({
    greeting: 'Welcome to the bank.',
    greeting_interruptible: 'none',
  })
  assert.deepEqual(said(world), ['Welcome to the bank.'])
  await say({ type: 'text', token: 'This is unsayable for me.', last: true })
  assert.deepEqual(of('error'), [{ type: 'error', description: 'words could not be said: VOICE_FAILED' }])
  await say({ type: 'play', source: 'https://app.test/a.wav' })
  assert.equal(traced(world, /^play 160$/).length, 1)
})

test('relay() dials nobody where the caller may not be heard, or the address may not be reached', async () => {
  for (const [url, o, why] of [
    ['wss://app.test/r', { privacy: undefined }, 'NO_POLICY'],
    ['wss://app.test/r', { privacy: { rules: { events: 'off' as const } } }, 'POLICY_OFF'],
    ['wss://app.test/r', { privacy: { rules: {}, refuses: true } }, 'SPEECH_REFUSED'],
    ['wss://blocked.test/r', {}, 'blocked'],
  ] as const) {
    const world = fakeWorld({ privacy: { rules: {} }, ...o })
    world.decisions.push(answers({ type: 'relay', url }), answers({ type: 'hangup' }))
    await begin(world)
    assert.equal(world.texts.length, 0)
    const asked = world.asked.at(-1) as { type: string; data: Record<string, unknown> }
    assert.deepEqual([asked.type, asked.data['reason']], ['call.relay_ended', why])
    assert.equal(world.words.voices.length, 0)
  }
})

test('relay() tells no key that is pressed in secret', async () => {
  const { world, of, press } = await talking()
  world.media({ kind: 'secure.digit', leg: fakeLeg, digit: '4', durationMs: 100, by: 'event' })
  await press('5')
  assert.deepEqual(of('dtmf'), [{ type: 'dtmf', digit: '5' }])
})

test('relay() is not interrupted by what was said before it spoke, by an engine that is late', async () => {
  const { world, say, of, advance, hears } = await talking()
  await hears('hello')
  await advance(5_000)
  await say({ type: 'text', token: 'Here is what you wanted.', last: true })
  await advance(50)
  const words = [{ text: 'please', startMs: 2_900, endMs: 3_000 }]
  world.words.voices[0]?.sink.words({ segment: 1, final: true, words })
  await settle()
  assert.deepEqual(of('interrupt'), [])
  assert.deepEqual(
    of('prompt').map(({ voicePrompt }) => voicePrompt),
    ['hello', 'please'],
  )
})

test('relay() ends when the caller hangs up', async () => {
  const { world, app, call } = await talking()
  world.signalling().ended('caller-hung-up')
  await settle()
  assert.ok(app.isClosed)
  await call.settled
  assert.equal(world.asked.length, 1)
})

test('relay() ends when consent is taken back where the app may not hear a call without it, and nobody listens any more', async () => {
  const { world, call, of, hears } = await talking({}, { consent: { streamsWithout: 'refuse' } })
  await hears('hello there')
  const voice = world.words.voices[0]
  await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
  await settle()
  voice?.sink.words({ segment: 1, final: true, words: [{ text: 'secretly', startMs: 3_000, endMs: 3_100 }] })
  await settle()
  assert.equal(of('prompt').length, 1)
  assert.equal(voice?.state, 'closed')
  assert.deepEqual(traced(world, /^listen/), ['listen A on', 'listen A off'])
  assert.partialDeepStrictEqual(world.asked.at(-1), {
    type: 'call.relay_ended',
    data: { status: 'failed', reason: 'CONSENT' },
  })
})

test('relay() hears nobody whose consent was taken back while that was written down', async () => {
  const world = fakeWorld({ privacy: { rules: {} }, consent: { streamsWithout: 'refuse' } })
  const { audit } = world.deps.keep
  const written = Promise.withResolvers<void>()
  Object.assign(world.deps.keep, {
    audit: async (event: Parameters<typeof audit>[0]) => {
      if (event.type === 'transcription.starting') await written.promise
      return audit(event)
    },
  })
  world.decisions.push(answers({ type: 'relay', url: '/relay' }), answers({ type: 'hangup' }))
  const call = await begin(world)
  await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
  written.resolve()
  await settle()
  assert.deepEqual([world.words.voices, world.texts], [[], []])
  assert.partialDeepStrictEqual(world.asked.at(-1)?.data, { reason: 'CONSENT' })
})

test('relay() plays and presses nothing that was asked for before its end and comes after it', async () => {
  const { world, app, say } = await talking()
  const [asked] = world.deps.apps.values()
  const fetched = Promise.withResolvers<Uint8Array>()
  Object.assign(asked ?? {}, { fetchAudio: () => fetched.promise })
  world.decisions.unshift(answers({ type: 'wait' }))
  await say({ type: 'play', source: 'https://app.test/a.wav' })
  await say({ type: 'end' })
  fetched.resolve(new Uint8Array(160))
  await say({ type: 'text', token: 'Are you still there?', last: true })
  await settle()
  assert.ok(app.isClosed)
  assert.deepEqual(traced(world, /^(play|speak)/), [])
  const pressing = await talking()
  pressing.world.decisions.unshift(answers({ type: 'wait' }))
  await pressing.say({ type: 'sendDigits', digits: '123' })
  await pressing.say({ type: 'end' })
  assert.deepEqual(traced(pressing.world, /^(press|stopPlay)/), ['press 3', 'stopPlay'])
})

test('relay() goes on when the engine of the language before ends while its last words are waited for', async () => {
  const { world, say, hears, of } = await talking({ languages: [{ code: 'de-DE', voice: 'amy' }] })
  const { engine } = world.deps.words
  Object.assign(world.deps.words, {
    engine: (id: string) => {
      const ears = engine(id)
      return (
        ears && {
          ...ears,
          open: (...asked: Parameters<typeof ears.open>) => ({
            ...ears.open(...asked),
            finish: () => new Promise<void>(() => {}),
          }),
        }
      )
    },
  })
  await say({ type: 'language', transcriptionLanguage: 'de-DE' })
  await say({ type: 'language', transcriptionLanguage: 'en-US' })
  assert.equal(world.words.voices.length, 3)
  world.words.voices[1]?.sink.ended('SPEECH_UNREACHABLE')
  await settle()
  await hears('still here')
  assert.equal(of('prompt').length, 1)
  world.words.voices[2]?.sink.ended('SPEECH_UNREACHABLE')
  await settle()
  assert.partialDeepStrictEqual(world.asked.at(-1)?.data, { reason: 'SPEECH_UNREACHABLE' })
})

test('relay() reads no more for a while of an app that says more than a conversation takes, and does so again after it', async () => {
  const { say, app, advance, of, world } = await talking()
  for (let token = 0; token < 1_000; token++) app.say({ type: 'text', token: 'word ' })
  assert.deepEqual(app.heldMs, [], 'an answer of a thousand tokens at once')
  await advance(60_000)
  const large = { type: 'nothing', more: 'x'.repeat(128 * 1_024) }
  for (let message = 0; message < 5; message++) app.say(large)
  assert.ok(app.heldMs.length === 2 && app.heldMs.every((ms) => ms > 0 && ms <= 1_000), app.heldMs.join())
  await advance(60_000)
  await say({ type: 'text', token: 'Still here.', last: true })
  assert.equal(app.heldMs.length, 2)
  assert.equal(of('error').length, 5)
  assert.equal(world.stories.includes('relay.ended'), false)
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SecureRoom } from '#media'
import type { CallCommand } from './commands.ts'
import { callCommands } from './commands.ts'
import { askedOf, pressSecretly, testCard, toldOf } from './fake-keypad.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

const card = { type: 'collect', fields: [{ field: 'card-number' }], purposes: ['payment'] } as const
const wait = { type: 'wait' } as const
const parsed = (...commands: object[]): readonly CallCommand[] => callCommands.parse(commands)

/** A world whose rooms are remembered. */
function watchedWorld(): { world: FakeWorld; rooms: (SecureRoom | null)[] } {
  const world = fakeWorld()
  const rooms: (SecureRoom | null)[] = []
  const { secure } = world.deps.media
  Object.assign(world.deps.media, {
    secure: (leg: typeof fakeLeg, room: SecureRoom | null) => (rooms.push(room), secure(leg, room)),
  })
  return { world, rooms }
}

const fieldsOf = (world: FakeWorld) =>
  (askedOf(world, 'call.collected')?.['fields'] ?? []) as Record<string, unknown>[]
const everything = (world: FakeWorld) =>
  JSON.stringify([world.trace, world.told, world.asked, world.stories, world.receipts])

describe('collect', () => {
  test('gives the app a token for a card, and its digits to nobody', async () => {
    const { world, rooms } = watchedWorld()
    world.decisions.push(answers(card, wait), answers())
    await begin(world)
    await pressSecretly(world, testCard.number)
    const asked = askedOf(world, 'call.collected')
    const [field] = fieldsOf(world)
    assert.equal(asked?.['outcome'], 'collected')
    assert.match(String(field?.['token']), /^vt_/)
    assert.deepEqual(
      { ...field, token: '' },
      {
        name: 'card_number',
        field: 'card-number',
        attempts: 1,
        token: '',
        masked: '**** **** **** 4242',
        brand: 'visa',
      },
    )
    assert.equal(world.tokens.held.get(String(field?.['token']))?.value, testCard.number)
    assert.doesNotMatch(everything(world), /424242/)
    assert.deepEqual(rooms[0], {
      streams: 'nothing',
      recording: 'nothing',
      listening: 'nothing',
      bridge: 'nothing',
      mask: 'silence',
      lookAheadMs: 60,
    })
  })

  test('makes keys secret before the first prompt and its audit entry, and plain again a second after the last key', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ ...card, fields: [{ field: 'card-number', prompt_url: '/card.wav' }] }, wait),
      answers(),
    )
    await begin(world)
    assert.deepEqual(traced(world, /secure|audit collect|^play/), [
      'secure A on',
      'audit collect.starting',
      'play 160',
    ])
    await pressSecretly(world, testCard.number)
    world.clock.advance(999)
    assert.deepEqual(traced(world, /secure/), ['secure A on'])
    world.clock.advance(1)
    assert.deepEqual(traced(world, /secure/), ['secure A on', 'secure A off'])
  })

  test('goes on with the next command only when keys are plain again', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(card, { type: 'play', url: '/thanks.wav' }), answers())
    await begin(world)
    await pressSecretly(world, testCard.number)
    assert.deepEqual(traced(world, /^play/), [])
    world.clock.advance(1_000)
    await settle()
    assert.deepEqual(traced(world, /^play|secure/), ['secure A on', 'secure A off', 'play 160'])
  })

  test('stops the prompt at the first key', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ ...card, fields: [{ field: 'card-number', prompt_url: '/card.wav' }] }),
      answers(),
    )
    await begin(world)
    await pressSecretly(world, '4')
    assert.deepEqual(traced(world, /play/i), ['play 160', 'stopPlay'])
  })

  test('never has a code or a PIN kept: the app hears that it came', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'collect', fields: [{ field: 'pin' }, { field: 'card-code' }] }),
      answers(),
    )
    await begin(world)
    await pressSecretly(world, '9876#737#')
    await pressSecretly(world, '#')
    assert.deepEqual(askedOf(world, 'call.collected')?.['fields'], [
      { name: 'pin', field: 'pin', attempts: 1, present: true },
      { name: 'card_code', field: 'card-code', attempts: 1, present: true },
    ])
    assert.equal(world.tokens.held.size, 0)
    assert.doesNotMatch(everything(world), /9876|737/)
  })

  test('plays the prompt that fits the fault and the attempt, and gives up when the attempts are spent', async () => {
    const { world } = watchedWorld()
    const fetched: string[] = []
    const [app] = world.deps.apps.values()
    Object.assign(app ?? {}, {
      fetchAudio: async (url: string) => (fetched.push(new URL(url).pathname), new Uint8Array(160)),
    })
    const prompts = [
      { url: '/wrong.wav', fault: 'luhn' },
      { url: '/last.wav', attempt: 3 },
    ]
    const field = { field: 'card-number', prompt_url: '/card.wav', prompts }
    world.decisions.push(answers({ ...card, fields: [field] }), answers())
    await begin(world)
    await pressSecretly(world, '4242424242424241')
    await pressSecretly(world, '42#')
    await pressSecretly(world, '42#')
    const asked = askedOf(world, 'call.collected')
    assert.equal(asked?.['outcome'], 'attempts')
    assert.deepEqual(asked?.['failed'], {
      name: 'card_number',
      field: 'card-number',
      attempts: 3,
      fault: 'too-short',
    })
    assert.deepEqual(fetched, ['/card.wav', '/wrong.wav', '/last.wav'])
  })

  test('tells of a time-out when nobody presses anything', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ ...card, attempts: 1 }), answers())
    await begin(world)
    world.clock.advance(10_000)
    await settle()
    assert.equal(askedOf(world, 'call.collected')?.['outcome'], 'timeout')
  })

  for (const [how, act, outcome] of [
    ['the caller’s cancel key', (world) => pressSecretly(world, '42*'), 'cancelled'],
    ['its limit', async (world) => world.clock.advance(20_000), 'limit'],
  ] as readonly (readonly [string, (world: FakeWorld) => Promise<void>, string])[])
    test(`ends with ${how}, and the app is asked how to go on`, async () => {
      const world = fakeWorld()
      world.decisions.push(answers({ ...card, limit_ms: 20_000, timeout_ms: 60_000 }, wait), answers())
      await begin(world)
      await act(world)
      await settle()
      assert.equal(askedOf(world, 'call.collected')?.['outcome'], outcome)
    })

  test('is cancelled by the app, which is asked how to go on', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(wait), answers())
    const call = await begin(world)
    await call.command(parsed(card))
    await settle()
    await pressSecretly(world, '4242')
    await call.command(parsed({ type: 'collect', action: 'cancel' }))
    await settle()
    assert.equal(askedOf(world, 'call.collected')?.['outcome'], 'cancelled')
    assert.equal(call.state, 'active')
  })

  test('by REST runs beside a stream, and what the app then wants takes its place', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'stream', url: 'wss://app.test/s' }),
      answers({ type: 'play', url: '/x.wav' }),
    )
    const call = await begin(world)
    await call.command(parsed(card))
    await settle()
    await pressSecretly(world, testCard.number)
    assert.deepEqual(traced(world, /Stream/), ['openStream both'])
    world.clock.advance(1_000)
    await settle()
    assert.deepEqual(traced(world, /Stream|^play/), ['openStream both', 'closeStream', 'play 160'])
  })

  test('by REST leaves what goes on as it is when the app wants nothing', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'stream', url: 'wss://app.test/s' }), answers())
    const call = await begin(world)
    await call.command(parsed(card))
    await settle()
    await pressSecretly(world, testCard.number)
    world.clock.advance(1_000)
    await settle()
    assert.deepEqual(traced(world, /Stream/), ['openStream both'])
    assert.equal(call.state, 'active')
  })

  test('keeps a call going whose commands ran out meanwhile', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'wait', ms: 100 }), answers())
    const call = await begin(world)
    await call.command(parsed(card))
    await settle()
    world.clock.advance(100)
    await settle()
    assert.equal(call.state, 'active')
    await pressSecretly(world, testCard.number)
    world.clock.advance(1_000)
    await settle()
    assert.equal(call.state, 'ended')
  })

  for (const [what, first, then, kept] of [
    [
      'in the middle of a list takes the place of what goes on',
      [wait],
      [card, { type: 'play', url: '/x.wav' }],
      false,
    ],
    [
      'takes the place of a program that is at one itself',
      [card, wait],
      [{ ...card, fields: [{ field: 'ssn' }] }],
      false,
    ],
    ['at the end of a list of others runs beside what goes on', [wait], [{ type: 'hold' }, card], true],
  ] as const)
    test(`by REST ${what}`, async () => {
      const world = fakeWorld()
      world.decisions.push(answers(...first), answers({ type: 'stream', url: 'wss://app.test/s' }))
      const call = await begin(world)
      await pressSecretly(world, '42')
      await call.command(parsed(...then))
      await settle()
      assert.equal(call.state, 'active')
      await pressSecretly(world, '*')
      world.clock.advance(1_000)
      await settle()
      assert.equal(world.asked.filter(({ type }) => type === 'call.collected').length, 1)
      assert.deepEqual(traced(world, /openStream/), ['openStream both'])
      assert.equal(world.stories.includes('held'), kept)
    })

  test('gives way to newer commands, and what was keyed in goes nowhere', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(card, wait), answers())
    const call = await begin(world)
    await pressSecretly(world, testCard.number.slice(0, -1))
    await call.command(parsed(wait))
    await pressSecretly(world, testCard.number.slice(-1))
    await settle()
    assert.equal(askedOf(world, 'call.collected'), undefined)
    assert.equal(world.tokens.held.size, 0)
    world.clock.advance(1_000)
    assert.deepEqual(traced(world, /secure/), ['secure A on', 'secure A off'])
  })

  test('gives way to another one, whose room stays shut', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(wait), answers())
    const call = await begin(world)
    await call.command(parsed(card))
    await settle()
    await pressSecretly(world, '4242')
    await call.command(parsed({ ...card, fields: [{ field: 'ssn' }] }))
    await settle()
    world.clock.advance(5_000)
    assert.deepEqual(traced(world, /secure/), ['secure A on', 'secure A on'])
    await pressSecretly(world, '078051120')
    const [field] = fieldsOf(world)
    assert.equal(field?.['field'], 'ssn')
    assert.equal(field?.['masked'], '*********')
  })

  test('ends with the call, holding nothing, and is on its receipt', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(card), answers())
    const call = await begin(world)
    await pressSecretly(world, '42424242')
    world.signalling().ended('caller-hung-up')
    await call.settled
    const [receipt] = world.receipts as { secureCapture: object[] }[]
    assert.deepEqual(
      receipt?.secureCapture.map((entry) => ({ ...entry, atMs: 0 })),
      [{ what: 'card-number', outcome: 'aborted', attempts: 0, provider: null, atMs: 0 }],
    )
    assert.deepEqual(traced(world, /secure|^close/), ['secure A on', 'close'])
    assert.equal(world.clock.timers, 0)
  })

  test('ends when somebody else is on the leg, and the app is asked how to go on', async () => {
    const world = fakeWorld({ refer: true })
    world.decisions.push(answers({ type: 'dial', to: '+12025550111' }), answers())
    const call = await begin(world)
    await pickUp(world)
    await call.command(parsed({ ...card, mode: 'agent' }))
    await settle()
    await pressSecretly(world, '4242')
    const refer = { to: '+12025550122', replaces: undefined, notify: () => {} }
    world.signalling().refer(refer)
    await settle()
    await pickUp(world, 2)
    world.signalling().ended('caller-hung-up')
    await settle()
    assert.equal(askedOf(world, 'call.collected')?.['outcome'], 'replaced')
    assert.equal(call.state, 'active')
  })

  test('takes what is collected nowhere when the vault refuses it', async () => {
    const world = fakeWorld()
    world.tokens.failing = 'TOKEN_UNAVAILABLE'
    world.decisions.push(answers(card), answers())
    await begin(world)
    await pressSecretly(world, testCard.number)
    const asked = askedOf(world, 'call.collected')
    assert.deepEqual(
      [asked?.['outcome'], asked?.['why'], asked?.['fields']],
      ['unavailable', 'TOKEN_UNAVAILABLE', []],
    )
  })

  for (const [agent, bridge] of [
    ['speech', 'speech'],
    ['muted', 'nothing'],
  ] as const)
    test(`with an agent on the line lets them hear ${bridge}, and keeps them connected`, async () => {
      const { world, rooms } = watchedWorld()
      world.decisions.push(answers({ type: 'dial', to: '+12025550111' }), answers())
      const call = await begin(world)
      await pickUp(world)
      await call.command(parsed({ ...card, mode: 'agent', agent, mask: 'beep' }))
      await settle()
      await pressSecretly(world, testCard.number)
      assert.equal(rooms[0]?.bridge, bridge)
      assert.equal(rooms[0]?.recording, 'nothing')
      assert.deepEqual(traced(world, /^bridge|^unbridge|^hangup/), ['bridge A B1'])
      assert.equal(askedOf(world, 'call.collected')?.['outcome'], 'collected')
    })

  test('tells how far it is at most twice a second, and never what was keyed in', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ ...card, fields: [{ field: 'card-number', confirm: true }] }), answers())
    await begin(world)
    for (const key of testCard.number) {
      await pressSecretly(world, key)
      world.clock.advance(100)
    }
    await pressSecretly(world, '1')
    const told = toldOf(world, 'call.collect.progress')
    assert.deepEqual(
      told.map(({ step, keys }) => `${String(step)} ${String(keys)}`),
      ['asked 0', 'keys 5', 'keys 10', 'keys 15', 'confirming 16', 'accepted 16'],
    )
    assert.equal(told[1]?.['masked'], '**** *')
    assert.equal(told.at(-1)?.['masked'], '**** **** **** 4242')
  })

  test('hears nothing of keys of another leg', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'dial', to: '+12025550111' }), answers())
    const call = await begin(world)
    await pickUp(world)
    await call.command(parsed({ type: 'collect', mode: 'agent', fields: [{ field: 'pin' }] }))
    await settle()
    const leg = world.outgoing[0]?.call.leg
    assert.ok(leg)
    for (const digit of '1234#') world.media({ kind: 'secure.digit', leg, digit, durationMs: 1, by: 'tone' })
    await settle()
    assert.equal(askedOf(world, 'call.collected'), undefined)
  })
})

describe('callCommands of collect and pay', () => {
  for (const [what, command] of [
    ['a collect without fields', { type: 'collect' }],
    ['a collect without purposes', { type: 'collect', fields: [{ field: 'ssn' }] }],
    ['two fields of one name', { ...card, fields: [{ field: 'account' }, { field: 'account' }] }],
    ['one key for two things', { ...card, clear_key: '*' }],
    ['a pay without a provider', { type: 'pay' }],
    ['an amount without a currency', { type: 'pay', provider: 'stripe', amount_minor: 100 }],
    ['a pattern that is none', { ...card, fields: [{ field: 'account', pattern: '(a+)+' }] }],
  ] as const)
    test(`refuse ${what}`, () => {
      assert.equal(callCommands.safeParse([command]).success, false)
    })

  test('take what only asks whether a PIN came, without purposes', () => {
    assert.equal(callCommands.safeParse([{ type: 'collect', fields: [{ field: 'pin' }] }]).success, true)
    assert.equal(callCommands.safeParse([{ type: 'collect', action: 'cancel' }]).success, true)
  })
})

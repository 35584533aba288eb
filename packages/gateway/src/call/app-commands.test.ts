import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { changedVariables, maxVariables, maxVariablesBytes } from './call-variables.ts'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import { maxRedirects } from './redirect.ts'

const commands = (...list: object[]) => callCommands.parse(list)
const key = (world: FakeWorld, digit: string) =>
  world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
const types = (world: FakeWorld) => world.asked.map(({ type }) => type)

describe('action_url', () => {
  test('has the question after a gather go there, relative to the webhook, by the method that was named', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'gather', num_digits: 1, action_url: '/menu?of=1', action_method: 'GET' }),
      answers({ type: 'hangup' }),
    )
    const call = await begin(world)
    key(world, '1')
    await call.settled
    assert.equal(world.asked[0]?.to, undefined)
    assert.partialDeepStrictEqual(world.asked[1], {
      type: 'call.gathered',
      to: { url: 'https://app.test/menu?of=1', method: 'GET' },
    })
  })

  test('has the question after a dial, a failed transfer and a collect go there', async () => {
    const action = { action_url: 'https://other.test/next' }
    const fields = [{ field: 'digits', min_digits: 1, max_digits: 1 }]
    for (const command of [
      { type: 'dial', to: '+12125550100', ...action },
      { type: 'transfer', to: '+12125550100', ...action },
      { type: 'collect', fields, purposes: ['test'], timeout_ms: 1_000, attempts: 1, ...action },
    ]) {
      const world = fakeWorld()
      world.guard.refuse = 'country'
      world.decisions.push(answers(command), answers({ type: 'hangup' }))
      await begin(world)
      world.media({ kind: 'secure.digit', leg: fakeLeg, digit: '*', durationMs: 100, by: 'event' })
      await settle()
      assert.deepEqual(world.asked[1]?.to, { url: 'https://other.test/next', method: 'POST' }, command.type)
    }
  })

  test('leaves an address that is none to the guard, which refuses it', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'redirect', url: 'https://[broken' }), answers({ type: 'hangup' }))
    const call = await begin(world)
    await call.settled
    assert.equal(world.asked[1]?.to?.url, 'https://[broken')
  })
})

describe('redirect', () => {
  test('asks another address, and goes on with what that says', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'redirect', url: '/two', method: 'GET' }),
      answers({ type: 'play', url: '/a.wav' }),
    )
    await begin(world)
    assert.partialDeepStrictEqual(world.asked[1], {
      type: 'call.redirected',
      data: { from: '+12025550100', direction: 'inbound', state: 'ringing' },
      to: { url: 'https://app.test/two', method: 'GET' },
    })
    assert.deepEqual(traced(world, /^play/), ['play 160'])
  })

  test('in a circle is given up after twenty, with an event that says so, and the fallback', async () => {
    const world = fakeWorld({ fallbackReject: true })
    world.decisions.push(answers({ type: 'set', variables: { a: 'b' } }, { type: 'redirect', url: '/again' }))
    const call = await begin(world)
    for (let round = 0; round < 20; round++) await settle()
    await call.settled
    assert.equal(world.asked.length, 1 + maxRedirects)
    assert.partialDeepStrictEqual(
      world.told.filter(({ type }) => type === 'call.decision_failed'),
      [{ data: { decision: 'call.redirected', reason: 'too-many-redirects' } }],
    )
    assert.ok(world.trace.includes('reject 503'))
  })

  test('and what fails at once, whose action says the same again, is given up as well', async () => {
    const world = fakeWorld({ fallbackReject: true })
    world.guard.refuse = 'country'
    world.decisions.push(answers({ type: 'dial', to: '+441632960000', answer_on_bridge: true }))
    const call = await begin(world)
    for (let round = 0; round < 40; round++) await settle()
    await call.settled
    assert.equal(world.asked.length, 2 + maxRedirects)
    assert.ok(world.told.some(({ type }) => type === 'call.decision_failed'))
  })

  test('goes on for as long as there is something to hear between', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'wait', ms: 250 }, { type: 'redirect', url: '/again' }))
    await begin(world)
    for (let round = 0; round < 3 * maxRedirects; round++) {
      world.clock.advance(250)
      await settle()
    }
    assert.equal(world.asked.length, 1 + 3 * maxRedirects)
    assert.deepEqual(traced(world, /decision_failed/), [])
  })
})

describe('set', () => {
  test('keeps variables with the call, and tells them with every question that follows; null forgets', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'set', variables: { name: 'Ada', tier: 'gold' } }, { type: 'redirect', url: '/two' }),
      answers({ type: 'wait' }),
    )
    const call = await begin(world)
    assert.deepEqual(world.kept.variables, { name: 'Ada', tier: 'gold' })
    assert.partialDeepStrictEqual(world.asked[1]?.data, { variables: { name: 'Ada', tier: 'gold' } })
    await call.command(commands({ type: 'set', variables: { name: null, tier: 'blue' } }))
    await settle()
    assert.deepEqual(world.kept.variables, { tier: 'blue' })
    assert.deepEqual(types(world), ['call.incoming', 'call.redirected'], 'it runs beside the wait')
  })

  test('and a change by the API keep what the other noted', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'set', variables: { name: 'Ada' } }, { type: 'wait' }))
    const call = await begin(world)
    const changes = [{ tier: 'gold' }, { note: 'x' }].map((change) => call.changeVariables(change))
    assert.deepEqual((await Promise.all(changes)).at(-1), { name: 'Ada', tier: 'gold', note: 'x' })
    assert.equal(await call.changeVariables({ big: 'x'.repeat(20_000) }), 'refused')
    assert.deepEqual(world.kept.variables, { name: 'Ada', tier: 'gold', note: 'x' })
  })

  test('of too much changes nothing, and tells the app why without the values', async () => {
    const world = fakeWorld()
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`v${at}`, 'x'.repeat(1_000)]))
    world.decisions.push(
      answers({ type: 'set', variables: { a: 'b' } }, { type: 'set', variables: many }, { type: 'wait' }),
    )
    await begin(world)
    assert.deepEqual(world.kept.variables, { a: 'b' })
    assert.partialDeepStrictEqual(
      world.told.filter(({ type }) => type === 'call.variables_refused'),
      [{ data: { reason: 'too-long' } }],
    )
  })

  test('changedVariables() never gives more than may be kept, and forgets what is null', () => {
    const change = fc.dictionary(fc.string({ maxLength: 8 }), fc.option(fc.string({ maxLength: 800 })), {
      maxKeys: 80,
    })
    fc.assert(
      fc.property(change, change, (first, second) => {
        const before = changedVariables({}, first)
        const after = changedVariables(typeof before === 'string' ? {} : before, second)
        if (typeof after === 'string') return
        assert.ok(Object.keys(after).length <= maxVariables)
        assert.ok(Buffer.byteLength(JSON.stringify(after)) <= maxVariablesBytes)
        for (const [name, value] of Object.entries(second))
          assert.equal(Object.hasOwn(after, name) ? after[name] : null, value)
      }),
    )
  })
})

describe('send_digits', () => {
  test('presses keys in its turn, and the story knows how many, and not which', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'send_digits', digits: '7919w#' }, { type: 'hangup' }))
    const call = await begin(world)
    assert.deepEqual(world.pressed, ['7919w#'])
    world.finishPlay()
    await call.settled
    assert.ok(world.stories.includes('digits.sent'))
    const known = JSON.stringify([
      world.trace,
      world.stories,
      world.told,
      world.asked.slice(1),
      world.receipts,
    ])
    assert.doesNotMatch(known, /7919/)
  })

  test('runs beside what the call does, and whoever commands does not wait for it', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'play', url: '/a.wav' }, { type: 'wait' }))
    const call = await begin(world)
    await call.command(commands({ type: 'send_digits', digits: '1' }, { type: 'send_digits', digits: '2' }))
    await settle()
    assert.deepEqual(world.pressed, ['1'], 'the next waits for the one before')
    world.finishPlay()
    await settle()
    assert.deepEqual(world.pressed, ['1', '2'])
    assert.deepEqual(traced(world, /^stopPlay/), [])
  })

  test('is stopped by newer commands', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'send_digits', digits: '123' }, { type: 'wait' }))
    const call = await begin(world)
    await call.command(commands({ type: 'hold' }, { type: 'wait' }))
    await settle()
    assert.deepEqual(traced(world, /^stopPlay/), ['stopPlay'])
  })
})

describe('gather', () => {
  test('plays its prompts in order, and waits from their end on', async () => {
    const world = fakeWorld()
    const prompts = [{ play: '/a.wav', loop: 2 }, { wait_ms: 1_000 }, { play: '/b.wav' }]
    world.decisions.push(answers({ type: 'gather', timeout_ms: 2_000, prompts }), answers({ type: 'hangup' }))
    const call = await begin(world)
    for (let round = 0; round < 2; round++) {
      world.finishPlay()
      await settle()
    }
    assert.equal(traced(world, /^play 160/).length, 2)
    world.clock.advance(1_000)
    await settle()
    assert.equal(traced(world, /^play 160/).length, 3)
    world.clock.advance(60_000)
    await settle()
    assert.equal(world.asked.length, 1, 'no time counts while a prompt plays')
    world.finishPlay()
    await settle()
    world.clock.advance(2_000)
    await call.settled
    assert.partialDeepStrictEqual(world.asked[1]?.data, { digits: '', reason: 'timeout' })
  })

  test('with `barge_in: false` plays its prompts to their end, and takes the keys all the same', async () => {
    const world = fakeWorld()
    const command = { type: 'gather', num_digits: 2, barge_in: false, prompt_url: '/a.wav' }
    world.decisions.push(answers(command), answers({ type: 'hangup' }))
    const call = await begin(world)
    key(world, '4')
    key(world, '2')
    await settle()
    assert.deepEqual(traced(world, /^stopPlay/), [])
    assert.equal(world.asked.length, 1)
    world.finishPlay()
    await call.settled
    assert.partialDeepStrictEqual(world.asked[1]?.data, { digits: '42', reason: 'complete' })
  })

  test('with `on_empty: go-on` goes on with the next command when nothing came', async () => {
    const world = fakeWorld()
    const command = { type: 'gather', timeout_ms: 1_000, on_empty: 'go-on' }
    world.decisions.push(answers(command, { type: 'hangup' }))
    const call = await begin(world)
    world.clock.advance(1_000)
    await call.settled
    assert.deepEqual(types(world), ['call.incoming'])
    assert.ok(world.trace.includes('ended app-hung-up'))
  })

  test('for words that nobody can hear waits for the keys, or says so where none were asked for', async () => {
    for (const [input, reason] of [
      [['keys', 'speech'], 'complete'],
      [['speech'], 'speech-failed'],
    ] as const) {
      const world = fakeWorld()
      world.decisions.push(answers({ type: 'gather', num_digits: 1, input }), answers({ type: 'hangup' }))
      const call = await begin(world)
      key(world, '1')
      await call.settled
      assert.partialDeepStrictEqual(world.asked[1]?.data, { reason })
    }
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamId } from '#kernel'
import { agentTools } from './agent-tools.ts'
import type { Decision } from './deps.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { CallAgent } from './stream-agent.ts'

const policy = { agent: 'teller', tools: new Set(['balance', 'transfer']), timeoutMs: 5_000 }

/** A call that is connected with an agent. */
async function connected(
  o: { refusal?: string } = {},
): Promise<FakeWorld & { say(message: object): Promise<void> }> {
  const agent: CallAgent = {
    url: 'wss://agent.test/v1?model=m',
    wire: 'openai-realtime',
    options: { session: { tools: [{ name: 'balance' }] } },
    refusal: () => o.refusal,
    prepare: async () => ({
      url: 'wss://agent.test/v1?model=m',
      address: '127.0.0.1',
      headers: { authorization: 'Bearer k' },
      tls: { spkiPins: [] },
    }),
    said: agentTools(policy),
  }
  const base = fakeWorld()
  const world = { ...base, deps: { ...base.deps, agents: new Map([['teller', agent]]) } }
  world.decisions.push(answers({ type: 'stream', agent: 'teller', options: { call_instructions: 'x' } }))
  await begin(world)
  const stream = (world.streams[0]?.id ?? '') as StreamId
  const say = async (message: object) => {
    world.media({ kind: 'stream.said', leg: fakeLeg, stream, message })
    await settle()
  }
  return { ...world, say }
}

const call = (name: string, id = 'c1', given = '{"account":"1"}') => ({
  type: 'tool.call',
  id,
  name,
  arguments: given,
})
const result = (value: unknown, actions?: object[]): Decision => ({
  ok: true,
  answer: { result: value, ...(actions !== undefined && { actions }) },
  url: 'https://app.test/voice',
})
const told = (world: FakeWorld) =>
  traced(world, /^tellStream/).map(
    (line) => JSON.parse(line.slice('tellStream '.length)) as Record<string, unknown>,
  )

test('streamPlan() connects the agent that was named, whose settings a command adds to and does not change', async () => {
  const world = await connected()
  const [spec] = world.streams
  assert.equal(spec?.url, 'wss://agent.test/v1?model=m')
  assert.deepEqual(spec?.headers, { authorization: 'Bearer k' })
  assert.deepEqual(spec?.wire?.options, {
    call_instructions: 'x',
    session: { tools: [{ name: 'balance' }] },
  })
})

test('streamPlan() connects nobody whom the rules keep from the call', async () => {
  const world = await connected({ refusal: 'region' })
  assert.deepEqual(world.streams, [])
  assert.ok(world.stories.some((line) => /stream.refused/.test(line)))
})

test('agentTools() asks the app with call.tool, and gives the result back', async () => {
  const world = await connected()
  world.decisions.splice(0, 1, result({ balance: '12.50' }))
  await world.say(call('balance'))
  const { type, data } = world.asked.at(-1) ?? {}
  assert.equal(type, 'call.tool')
  const { agent, tool, from } = data as Record<string, unknown>
  assert.deepEqual(
    { agent, tool, from },
    {
      agent: 'teller',
      tool: { id: 'c1', name: 'balance', arguments: { account: '1' } },
      from: '+12025550100',
    },
  )
  assert.deepEqual(told(world), [
    { type: 'tool.result', id: 'c1', output: '{"balance":"12.50"}' },
    { type: 'respond' },
  ])
})

test('agentTools() asks the agent to go on when the last of several tools has its result', async () => {
  const world = await connected()
  const slow = Promise.withResolvers<Decision>()
  world.decisions.splice(0, 1, slow.promise, result('fast'))
  await world.say(call('balance', 'a'))
  await world.say(call('balance', 'b'))
  assert.deepEqual(
    told(world).map(({ type, id }) => [type, id]),
    [['tool.result', 'b']],
  )
  slow.resolve(result('slow'))
  await settle()
  assert.deepEqual(
    told(world).map(({ type, id }) => [type, id]),
    [
      ['tool.result', 'b'],
      ['tool.result', 'a'],
      ['respond', undefined],
    ],
  )
})

test('agentTools() refuses a tool that is not in the policy, without asking the app', async () => {
  const world = await connected()
  const before = world.asked.length
  await world.say(call('transfer_all'))
  assert.equal(world.asked.length, before)
  assert.deepEqual(told(world)[0], {
    type: 'tool.result',
    id: 'c1',
    output: '{"error":"there is no such tool"}',
  })
  assert.ok(!world.stories.join().includes('transfer_all'))
})

test('agentTools() tells the agent that it failed, when the app is late, fails, or makes no sense', async () => {
  const cases: readonly [Decision, RegExp][] = [
    [{ ok: false, why: 'status', status: 500 }, /the tool failed/],
    [answers(), /no usable result/],
    [result('x'.repeat(40_000)), /too long/],
  ]
  for (const [decision, error] of cases) {
    const world = await connected()
    world.decisions.splice(0, 1, decision)
    await world.say(call('balance'))
    assert.match(String(told(world)[0]?.['output']), error)
  }
})

test('agentTools() waits for the app no longer than the policy says', async () => {
  const world = await connected()
  world.decisions.splice(0, 1, Promise.withResolvers<Decision>().promise)
  await world.say(call('balance'))
  world.clock.advance(4_999)
  await settle()
  assert.deepEqual(told(world), [])
  world.clock.advance(1)
  await settle()
  assert.match(String(told(world)[0]?.['output']), /took too long/)
})

test('agentTools() has at most eight tools open', async () => {
  const world = await connected()
  const never = Promise.withResolvers<Decision>().promise
  world.decisions.splice(0, 1, never)
  for (let i = 0; i < 9; i += 1) await world.say(call('balance', `c${i}`))
  assert.deepEqual(told(world), [
    { type: 'tool.result', id: 'c8', output: '{"error":"too many tools at a time"}' },
  ])
})

test('agentTools() asks for 500 tools in a call, and for no more', async () => {
  const world = await connected()
  world.decisions.splice(0, 1, result(1))
  const before = world.asked.length
  for (let i = 0; i < 520; i += 1) await world.say(call('balance'))
  assert.equal(world.asked.length - before, 500)
  assert.equal(told(world).filter(({ type }) => type === 'tool.result').length, 508) // and then is not answered either
})

test('agentTools() runs the actions that came with a result, after the agent has it, and audits them', async () => {
  const world = await connected()
  world.decisions.splice(0, 1, result('goodbye', [{ type: 'hangup' }]))
  await world.say(call('transfer'))
  const order = traced(world, /^(tellStream|audit call.command|bye|hangup|audit call.ended)/)
  assert.match(order[0] ?? '', /tool.result/)
  assert.ok(
    order.some((line) => /audit call.command/.test(line)),
    order.join(),
  )
})

test('agentTools() takes anything at all', async () => {
  const world = await connected()
  for (const message of [
    {},
    { type: 'tool.call' },
    { type: 'error', code: 'x' },
    { type: 'tool.call', id: 1 },
  ])
    await world.say(message)
  assert.deepEqual(told(world), [])
})

import { createId } from '#kernel'
import { z } from 'zod'
import { callCommands } from './commands.ts'
import type { Decision } from './deps.ts'
import type { Live } from './live.ts'
import { hostOf } from './receipt.ts'

/** What an agent may ask for, and how. */
export interface ToolPolicy {
  readonly agent: string
  readonly tools: ReadonlySet<string>
  readonly timeoutMs: number
}

/** What comes from the agent's wire. */
const toolCall = z.object({
  type: z.literal('tool.call'),
  id: z.string().max(200),
  name: z.string().max(64),
  arguments: z.string(),
})
const fault = z.object({ type: z.literal('error'), code: z.string() })

/** The app's answer to a `call.tool` webhook. */
const toolAnswer = z.object({
  /** Any JSON: told to the agent as it is. */
  result: z.json(),
  /** Run after the agent has the result: a transfer to somebody, say. */
  actions: callCommands.optional(),
})

/** A model that asks for more at a time than this is in a loop. */
const maxAtOnce = 8
/** In one call. */
const maxTools = 500
const maxResult = 32 * 1_024
/** Of an agent's errors this many are in the log, for each call; the others are counted. */
const maxErrors = 10

interface State {
  open: number
  asked: number
  errors: number
}

/**
 * Answers what an agent says that is no audio. Tool calls go to the app as `call.tool` and come back as results; when the last that is open has one, the agent is
 * asked to go on. Never throws: what fails is told to the agent as a failure.
 */
export function agentTools(policy: ToolPolicy): (live: Live, message: object, reply: Reply) => void {
  const states = new WeakMap<Live, State>()
  return (live, message, reply) => {
    const state = states.get(live) ?? { open: 0, asked: 0, errors: 0 }
    states.set(live, state)
    const call = toolCall.safeParse(message)
    if (call.success) {
      // One that goes on asking when it was refused so often is not even refused any more.
      if (state.asked < maxTools + maxAtOnce) void answer(policy, live, { state, call: call.data, reply })
      return
    }
    const { data } = fault.safeParse(message)
    if (data === undefined) return
    live.deps.count('agent_errors', { agent: policy.agent })
    state.errors += 1
    if (state.errors > maxErrors) return
    live.log.warn('agent told of an error', { agent: policy.agent, code: data.code })
  }
}

type Reply = (message: object) => void
interface Asked {
  readonly state: State
  readonly call: z.output<typeof toolCall>
  readonly reply: Reply
}

async function answer(policy: ToolPolicy, live: Live, { state, call, reply }: Asked): Promise<void> {
  const isTooMuch = state.open >= maxAtOnce || state.asked >= maxTools
  state.open += 1
  state.asked += 1
  const isKnown = policy.tools.has(call.name)
  const outcome = !isKnown
    ? failed('unknown', 'there is no such tool')
    : isTooMuch
      ? failed('too-many', 'too many tools at a time')
      : await askApp(policy, live, call).catch((error: unknown) => {
          live.log.error('tool could not be asked for', { agent: policy.agent, error })
          return failed('failed', 'the tool failed')
        })
  state.open -= 1
  live.deps.count('agent_tools', { agent: policy.agent, outcome: outcome.why })
  live.story('agent.tool', {
    agent: policy.agent,
    tool: isKnown ? call.name : 'unknown',
    outcome: outcome.why,
  })
  if (live.signal.aborted) return
  reply({ type: 'tool.result', id: call.id, output: outcome.output })
  if (state.open === 0) reply({ type: 'respond' })
  await outcome.after?.()
}

interface Outcome {
  readonly why: 'answered' | 'unknown' | 'too-many' | 'not-understood' | 'timeout' | 'failed'
  /** As the agent gets it. */
  readonly output: string
  readonly after?: () => Promise<void>
}

function failed(why: Outcome['why'], error: string): Outcome {
  return { why, output: JSON.stringify({ error }) }
}

async function askApp(
  policy: ToolPolicy,
  live: Live,
  { id, name, arguments: given }: Asked['call'],
): Promise<Outcome> {
  const tool = { id, name, arguments: parsed(given) }
  const event = createId('evt', live.deps.clock.now(), live.deps.random)
  const late = new AbortController()
  const cancel = live.deps.clock.set(policy.timeoutMs, () => late.abort())
  const signal = AbortSignal.any([live.signal, late.signal])
  live.asking()
  const data = { ...live.describe(), agent: policy.agent, tool }
  const tooLate = new Promise<Decision>((resolve) =>
    signal.addEventListener('abort', () => resolve({ ok: false, why: 'timeout' }), { once: true }),
  )
  const asked = live.app.decide({ id: event, type: 'call.tool', call: live.id, data }, signal)
  const decision = await Promise.race([asked, tooLate])
  cancel()
  const answered = decision.ok ? toolAnswer.safeParse(decision.answer) : undefined
  const outcome = decision.ok ? (answered?.success ? 'answered' : 'not-understood') : decision.why
  const host = hostOf(decision.ok ? decision.url : live.app.config.webhook.url)
  live.receipt.webhooks.push({ type: 'call.tool', host, signedBy: live.app.signers, outcome })
  if (!decision.ok)
    return late.signal.aborted
      ? failed('timeout', 'the tool took too long')
      : failed('failed', 'the tool failed')
  if (answered?.success !== true) return failed('not-understood', 'the tool gave no usable result')
  const { result, actions } = answered.data
  const output = typeof result === 'string' ? result : JSON.stringify(result)
  if (output.length > maxResult) return failed('not-understood', 'the tool’s result is too long')
  return { why: 'answered', output, ...(actions !== undefined && { after: () => run(live, actions) }) }
}

async function run(live: Live, commands: z.output<typeof callCommands>): Promise<void> {
  try {
    await live.audit('call.command', {
      by: 'call.tool',
      commands: commands.map(({ type }) => type).join(' '),
    })
    await live.command(commands)
  } catch (error) {
    if (!live.signal.aborted) live.log.warn('commands of a tool’s answer failed', { error })
  }
}

/** A model may write what is no JSON: the app then gets its text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

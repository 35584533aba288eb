import { sid, type LegId } from '#kernel'
import { ask } from './ask.ts'
import type { Collector } from './collector.ts'
import { actionOf } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { ConsentCommand } from './commands-consent.ts'
import { runConsult, runDial, runTransfer } from './dial-commands.ts'
import type { Dialler } from './dialler.ts'
import { gather } from './gather.ts'
import type { Live } from './live.ts'
import { fetchAudio, playOut } from './prompt.ts'
import { press } from './press.ts'
import { endOfChain, redirect, redirectChain } from './redirect.ts'
import { relay } from './relay.ts'
import { say } from './say.ts'
import { takeMessage } from './take-message.ts'
import type { Verification } from './verify.ts'
import type { Recorder } from './recorder.ts'
import type { Streams } from './streams.ts'

export interface ProgramParts {
  readonly live: Live
  readonly streams: Streams
  readonly recorder: Recorder
  readonly dialler: Dialler
  readonly collector: Collector
  readonly verification: Verification
}

/** What a command tells the program to do next. */
export type Next = 'on' | 'over' | readonly CallCommand[]

/**
 * Runs commands in order until they run out, one ends the call, or `signal` aborts (newer commands took over).
 * When they run out the call ends, as soon as nothing runs beside them any more.
 */
export async function runProgram(
  parts: ProgramParts,
  commands: readonly CallCommand[],
  signal: AbortSignal,
  idle: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { live } = parts
  const chain = redirectChain()
  let list = commands
  for (let index = 0; index < list.length; index++) {
    const command = list[index]
    if (command === undefined || signal.aborted) return
    live.story('command', { type: command.type })
    const isRedirect = command.type === 'redirect'
    if (isRedirect && !chain.mayGoOn()) return endOfChain(live, signal)
    const beganMs = live.deps.clock.monotonicMs()
    const next = await runCommand(parts, command, signal)
    if (next === 'over' || signal.aborted) return
    if (!isRedirect) chain.ran(live.deps.clock.monotonicMs() - beganMs)
    if (next !== 'on') {
      if (!isRedirect && !chain.mayGoOn()) return endOfChain(live, signal)
      list = next
      index = -1
    }
  }
  if (!signal.aborted) await idle()
  if (!signal.aborted) await parts.live.end('app-finished')
}

/** Runs one command to its end. Commands that need audio answer the call first. */
export async function runCommand(
  parts: ProgramParts,
  command: CallCommand,
  signal: AbortSignal,
): Promise<Next> {
  const { live, dialler } = parts
  switch (command.type) {
    case 'answer':
      await live.ensureAnswered()
      return 'on'
    case 'reject':
      await live.reject(command.status, 'app-rejected')
      return 'over'
    case 'hangup':
      if (command.leg_id !== undefined) return hangUpLeg(parts, command.leg_id)
      await live.end('app-hung-up')
      return 'over'
    case 'wait':
      await pause(live, command.ms, signal)
      return 'on'
    case 'play':
      await (command.early ? beHeard(live) : live.ensureAnswered())
      await play(live, command, signal)
      return 'on'
    case 'say':
      await (command.early ? beHeard(live) : live.ensureAnswered())
      await say(live, command, signal)
      return 'on'
    case 'send_digits':
      await live.ensureAnswered()
      await press(live, command.digits, signal)
      return 'on'
    case 'message':
      await live.ensureAnswered()
      return takeMessage(parts, command, signal)
    case 'relay':
      await live.ensureAnswered()
      return relay(live, command, signal)
    case 'redirect':
      return redirect(live, command, signal)
    case 'set':
      await live.set(command.variables)
      return 'on'
    case 'gather':
      await live.ensureAnswered()
      return gather(live, command, signal)
    case 'collect':
    case 'pay':
      await live.ensureAnswered()
      return parts.collector.run(command, signal)
    case 'verify':
      await live.ensureAnswered()
      return parts.verification.run(command, signal)
    case 'record':
      await live.ensureAnswered()
      await record(parts.recorder, command)
      return 'on'
    case 'stream':
      await live.ensureAnswered()
      return stream(parts, command, signal)
    case 'dial':
      await (command.answer_on_bridge ? live.prepare() : live.ensureAnswered())
      return runDial(parts, command, signal)
    case 'transfer':
      await live.ensureAnswered()
      return runTransfer(live, dialler, command, signal)
    case 'consult':
      await live.ensureAnswered()
      runConsult(live, dialler, command)
      return 'on'
    case 'consent':
      await live.ensureAnswered()
      return askForConsent(live, command, signal)
    case 'transcribe':
      await live.ensureAnswered()
      await live.words.command(command)
      return 'on'
    case 'redact':
      parts.recorder.redact(command)
      return 'on'
    case 'hold':
    case 'unhold':
      await live.ensureAnswered()
      dialler.hold(command.type === 'hold')
      return 'on'
  }
}

function hangUpLeg({ live, dialler }: ProgramParts, leg: string): Next {
  if (!dialler.hangUp(leg as LegId)) live.story('command.ignored', { type: 'hangup' })
  return 'on'
}

/** As early media, where nobody answered the caller yet. */
async function beHeard(live: Live): Promise<void> {
  await live.prepare()
  live.early()
}

async function stream(
  { live, streams }: ProgramParts,
  command: Extract<CallCommand, { type: 'stream' }>,
  signal: AbortSignal,
): Promise<Next> {
  if (command.action === 'stop') {
    streams.close(command.name)
    return 'on'
  }
  if (command.direction === 'both') return talk(live, streams, command, signal)
  streams.fork(command)
  return 'on'
}

/** Waits until the app has said goodbye, and asks how to go on where that was wanted. */
async function talk(
  live: Live,
  streams: Streams,
  command: Extract<CallCommand, { type: 'stream' }>,
  signal: AbortSignal,
): Promise<Next> {
  const { end, stream } = await streams.run(command, signal)
  const action = actionOf(command)
  if (action === undefined || signal.aborted) return 'on'
  const told = { stream_id: stream, stream_sid: sid('MZ', stream), reason: end }
  return (await ask(live, 'call.stream_ended', told, signal, action)) ?? 'over'
}

async function askForConsent(live: Live, command: ConsentCommand, signal: AbortSignal): Promise<Next> {
  const isAgreed = await live.consent.run(command, signal)
  if (isAgreed || signal.aborted || command.action !== 'ask') return 'on'
  switch (command.on_refuse) {
    case 'go-on':
      return 'on'
    case 'hangup':
      await live.end('app-hung-up')
      return 'over'
    case 'ask': {
      const parties = live.receipt.consent.map(({ party, state, required }) => ({ party, state, required }))
      return (await ask(live, 'call.consent_refused', { parties }, signal)) ?? 'over'
    }
  }
}

async function record(
  recorder: Recorder,
  { action, events, behavior = 'silence' }: Extract<CallCommand, { type: 'record' }>,
): Promise<void> {
  switch (action) {
    case 'start':
      return recorder.start(events)
    case 'pause':
      return recorder.pause(behavior)
    case 'resume':
      return recorder.resume()
    case 'stop':
      return recorder.stop()
  }
}

function pause(live: Live, ms: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = ms === undefined ? () => {} : live.deps.clock.set(ms, resolve)
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true })
  })
}

async function play(
  live: Live,
  command: Extract<CallCommand, { type: 'play' }>,
  signal: AbortSignal,
): Promise<void> {
  if (live.first?.audio === undefined) return live.story('play.unheard')
  const audio = await fetchAudio(live, command.url, signal)
  if (audio === undefined) return
  for (let round = 0; round < command.loop && !signal.aborted; round++) {
    if ((await playOut(live, audio, signal)) !== 'finished') return
  }
}

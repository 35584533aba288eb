import { createId } from '#kernel'
import { decisionAnswer, type CallCommand } from './commands.ts'
import { gatherDigits } from './digits.ts'
import type { Live } from './live.ts'
import { hostOf } from './receipt.ts'
import type { Recorder } from './recorder.ts'
import type { Streams } from './streams.ts'

export interface ProgramParts {
  readonly live: Live
  readonly streams: Streams
  readonly recorder: Recorder
}

/** What a command tells the program to do next. */
type Next = 'on' | 'over' | readonly CallCommand[]

/**
 * Runs commands in order until they run out, one ends the call, or `signal` aborts (newer commands took over).
 * When they run out the call ends.
 */
export async function runProgram(
  parts: ProgramParts,
  commands: readonly CallCommand[],
  signal: AbortSignal,
): Promise<void> {
  let list = commands
  for (let index = 0; index < list.length; index++) {
    const command = list[index]
    if (command === undefined || signal.aborted) return
    parts.live.story('command', { type: command.type })
    const next = await runCommand(parts, command, signal)
    if (next === 'over' || signal.aborted) return
    if (next !== 'on') {
      list = next
      index = -1
    }
  }
  if (!signal.aborted) await parts.live.end('app-finished')
}

/** Runs one command to its end. Commands that need audio answer the call first. */
export async function runCommand(
  parts: ProgramParts,
  command: CallCommand,
  signal: AbortSignal,
): Promise<Next> {
  const { live, streams, recorder } = parts
  switch (command.type) {
    case 'answer':
      await live.ensureAnswered()
      return 'on'
    case 'reject':
      await live.reject(command.status, 'app-rejected')
      return 'over'
    case 'hangup':
      await live.end('app-hung-up')
      return 'over'
    case 'wait':
      await pause(live, command.ms, signal)
      return 'on'
    case 'play':
      await live.ensureAnswered()
      await play(live, command, signal)
      return 'on'
    case 'gather':
      await live.ensureAnswered()
      return gather(live, command, signal)
    case 'record':
      await live.ensureAnswered()
      await record(recorder, command.action)
      return 'on'
    case 'stream':
      await live.ensureAnswered()
      if (command.action === 'stop') streams.closeAll()
      else if (command.direction === 'both') await streams.run(command, signal)
      else
        void streams
          .run(command, live.signal)
          .catch((error: unknown) => live.log.error('stream failed', { error }))
      return 'on'
  }
}

async function record(recorder: Recorder, action: 'start' | 'pause' | 'resume' | 'stop'): Promise<void> {
  switch (action) {
    case 'start':
      return recorder.start()
    case 'pause':
      return recorder.pause()
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
  const audio = await fetchAudio(live, command.url, signal)
  if (audio === undefined) return
  for (let round = 0; round < command.loop && !signal.aborted; round++) {
    if ((await playOut(live, audio, signal)) !== 'finished') return
  }
}

async function playOut(
  live: Live,
  audio: Uint8Array,
  signal: AbortSignal,
): Promise<'finished' | 'stopped' | 'closed'> {
  if (signal.aborted) return 'stopped'
  const stop = () => live.deps.media.stopPlay(live.incoming.leg)
  signal.addEventListener('abort', stop, { once: true })
  const why = await live.deps.media.play(live.incoming.leg, audio)
  signal.removeEventListener('abort', stop)
  return why
}

/** A prompt that cannot be had is skipped and told, so that a broken link does not strand the caller. */
async function fetchAudio(live: Live, url: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const absolute = new URL(url, live.app.config.webhook.url).href
  try {
    return await live.app.fetchAudio(absolute, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    live.log.warn('audio could not be fetched', { host: hostOf(absolute), error })
    live.story('play.failed', { host: hostOf(absolute) })
    await live.tell('play.failed', { url: absolute })
    return undefined
  }
}

async function gather(
  live: Live,
  command: Extract<CallCommand, { type: 'gather' }>,
  signal: AbortSignal,
): Promise<Next> {
  const gathering = gatherDigits(
    live.deps.clock,
    { numDigits: command.num_digits, finishOnKey: command.finish_on_key, timeoutMs: command.timeout_ms },
    signal,
  )
  const stopPrompt = new AbortController()
  const unlisten = live.onMedia((event) => {
    if (event.kind !== 'dtmf') return
    stopPrompt.abort()
    gathering.key(event.digit)
  })
  if (command.prompt_url !== undefined) {
    const either = AbortSignal.any([signal, stopPrompt.signal])
    const audio = await fetchAudio(live, command.prompt_url, either)
    if (audio !== undefined) await playOut(live, audio, either)
  }
  if (!stopPrompt.signal.aborted) gathering.waitNow()
  const { digits, why } = await gathering.result
  unlisten()
  if (why === 'aborted') return 'over'
  live.story('gathered', { count: digits.length, why })
  return (await ask(live, 'call.gathered', { digits, reason: why }, signal)) ?? 'over'
}

/**
 * Asks the app what to do. `undefined` means that the call is over: the app could not be asked, and the fallback was given.
 * An empty list of actions means: go on with what was already told.
 */
export async function ask(
  live: Live,
  type: string,
  data: object,
  signal: AbortSignal,
): Promise<readonly CallCommand[] | 'on' | undefined> {
  const id = createId('evt', live.deps.clock.now(), live.deps.random)
  const decision = await live.app.decide({ id, type, call: live.id, data }, signal)
  const host = hostOf(decision.ok ? decision.url : live.app.config.webhook.url)
  const parsed = decision.ok ? decisionAnswer.safeParse(decision.answer) : undefined
  const outcome = decision.ok ? (parsed?.success ? 'answered' : 'not-understood') : decision.why
  live.receipt.webhooks.push({ type, host, signedBy: live.app.signers, outcome })
  live.deps.count('decisions', { outcome })
  if (signal.aborted) return undefined
  live.story('decision', {
    type,
    host,
    outcome,
    ...(!decision.ok && decision.status !== undefined && { status: decision.status }),
  })
  if (parsed?.success) return parsed.data.length === 0 && type !== 'call.incoming' ? 'on' : parsed.data
  const faults = parsed?.error.issues
    .slice(0, 5)
    .map((issue) => ({ at: issue.path.join('.'), message: issue.message }))
  live.log.warn('app gave no usable answer', { callId: live.id, type, outcome, faults })
  await live.tell('call.decision_failed', { decision: type, reason: outcome, faults: faults ?? [] })
  await giveFallback(live, signal)
  return undefined
}

async function giveFallback(live: Live, signal: AbortSignal): Promise<void> {
  if (live.app.config.fallback.reject) return live.reject(503, 'app-failed')
  live.story('fallback')
  await live.ensureAnswered()
  await playOut(live, live.app.fallbackAudio, signal)
  await live.end('app-failed')
}

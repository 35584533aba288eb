import { ask } from './ask.ts'
import { actionOf, type PromptPart } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import { gatherDigits, type Gathered, type Gathering } from './digits.ts'
import { listenForSpeech } from './gather-speech.ts'
import type { Live } from './live.ts'
import type { Next } from './program.ts'
import { playPrompts } from './prompt-parts.ts'
import type { SaidAnswer } from './speech-answer.ts'

export type GatherCommand = Extract<CallCommand, { type: 'gather' }>

/** What the caller keyed in, or said. */
export interface GatherResult {
  readonly digits: string
  readonly said: SaidAnswer | undefined
  readonly why: Gathered['why'] | 'speech' | 'speech-failed'
}

/** Collects keys or words, and asks the app how to go on. */
export async function gather(live: Live, command: GatherCommand, signal: AbortSignal): Promise<Next> {
  const { digits, said, why } = await collectAnswer(live, command, signal)
  if (why === 'aborted') return 'over'
  live.story('gathered', { count: digits.length, why })
  const isEmpty = digits === '' && said === undefined && why !== 'finish-key'
  if (isEmpty && command.on_empty === 'go-on') return 'on'
  const told = { digits, ...(said !== undefined && { speech: said }), reason: why }
  return (await ask(live, 'call.gathered', told, signal, actionOf(command))) ?? 'over'
}

/**
 * Plays the prompts, and waits for keys or words: whatever comes first. Time counts from the end of the prompts on, which the first key or word
 * stops where it may.
 */
export async function collectAnswer(
  live: Live,
  command: GatherCommand,
  signal: AbortSignal,
): Promise<GatherResult> {
  const [over, prompting] = [new AbortController(), new AbortController()]
  const { num_digits: numDigits, finish_on_key: finishOnKey, timeout_ms: timeoutMs } = command
  const keys = gatherDigits(live.deps.clock, { numDigits, finishOnKey, timeoutMs }, signal)
  const interrupt = () => command.barge_in && prompting.abort()
  const unlisten = live.onMedia((event) => {
    if (event.kind !== 'dtmf' || !command.input.includes('keys')) return
    interrupt()
    keys.key(event.digit)
  })
  const speech = hear(live, command, { keys, interrupt }, AbortSignal.any([signal, over.signal]))
  const until = AbortSignal.any([signal, over.signal, prompting.signal])
  try {
    const prompted = playPrompts(live, promptsOf(command), until).then(() => keys.waitNow())
    const byKeys = keys.result.then((gathered): GatherResult => ({ ...gathered, said: undefined }))
    // Prompts that fail end it; those that are over leave it to the others.
    const failed = prompted.then(() => new Promise<never>(() => {}))
    const result = await Promise.race([byKeys, failed, ...(speech === undefined ? [] : [speech])])
    if (!command.barge_in && result.why !== 'aborted') await prompted
    return result
  } finally {
    over.abort()
    unlisten()
  }
}

function promptsOf({ prompt_url: play, prompts }: GatherCommand): readonly PromptPart[] {
  return play === undefined ? prompts : [{ play, loop: 1 }, ...prompts]
}

/** Resolves with what was said; where nobody can hear it the keys are waited for alone, if any are. Undefined: no words are asked for. */
function hear(
  live: Live,
  command: GatherCommand,
  { keys, interrupt }: { readonly keys: Gathering; readonly interrupt: () => void },
  signal: AbortSignal,
): Promise<GatherResult> | undefined {
  if (!command.input.includes('speech')) return undefined
  const { partials } = command
  const hooks = {
    began: () => {
      interrupt()
      keys.hold(true)
    },
    partial: (text: string) => {
      if (partials !== undefined) void live.tell('call.gather.partial', { text }, partials)
    },
  }
  return listenForSpeech(live, command, hooks, signal).then(async (said): Promise<GatherResult> => {
    if (said !== undefined) return { digits: '', said, why: 'speech' }
    if (!command.input.includes('keys')) return { digits: '', said, why: 'speech-failed' }
    keys.hold(false)
    return { ...(await keys.result), said }
  })
}

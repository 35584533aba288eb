import { put } from './ask.ts'
import type { ActionAddress } from './command-parts.ts'
import { whisperAnswer, type WhisperCommand } from './commands.ts'
import { collectAnswer } from './gather.ts'
import type { Live } from './live.ts'
import { press } from './press.ts'
import { playPrompts } from './prompt-parts.ts'

/** What somebody who answered a `dial` goes through before they are connected. */
export interface BeforeBridge {
  readonly sendDigits: string | undefined
  readonly whisper: ActionAddress | undefined
}

/** Longer than any sensible question: whoever does not answer it by then is not connected. */
const whisperMs = 120_000

/**
 * Presses keys towards whoever answered, then has them hear what the app says, and keyed in what it asks: any key connects them. False: they are not to be
 * connected, for they hung up, were asked and pressed nothing, the app said so, or it could not be asked.
 *
 * @param live - The call as their leg sees it.
 * @param about - Whom they are, for the app.
 */
export async function prepareBridge(
  live: Live,
  { sendDigits, whisper }: BeforeBridge,
  about: object,
  signal: AbortSignal,
): Promise<boolean> {
  if (sendDigits !== undefined) await press(live, sendDigits, signal)
  if (whisper === undefined || signal.aborted) return !signal.aborted
  const limit = new AbortController()
  const cancel = live.deps.clock.set(whisperMs, () => limit.abort())
  try {
    return await runWhisper(live, whisper, about, AbortSignal.any([signal, limit.signal]))
  } finally {
    cancel()
  }
}

async function runWhisper(
  live: Live,
  action: ActionAddress,
  about: object,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await put(live, { type: 'call.whisper', data: about, action }, whisperAnswer, signal)
  if (answer === undefined) return false
  if (!answer.ok) {
    const { reason, faults } = answer
    await live.tell('call.decision_failed', { decision: 'call.whisper', reason, faults })
    return false
  }
  let isUnanswered = false
  for (const command of answer.commands) {
    const heard = await whisperOne(live, command, signal)
    if (heard === 'connect') return !signal.aborted
    if (heard === 'hangup' || signal.aborted) return false
    isUnanswered ||= heard === 'nothing'
  }
  return !isUnanswered
}

async function whisperOne(
  live: Live,
  command: WhisperCommand,
  signal: AbortSignal,
): Promise<'on' | 'connect' | 'nothing' | 'hangup'> {
  switch (command.type) {
    case 'hangup':
      return 'hangup'
    case 'wait':
      await playPrompts(live, [{ wait_ms: command.ms ?? whisperMs }], signal)
      return 'on'
    case 'play':
      await playPrompts(live, [{ play: command.url, loop: command.loop }], signal)
      return 'on'
    case 'say': {
      const { text, voice, language, loop } = command
      await playPrompts(live, [{ say: text, voice, language, loop }], signal)
      return 'on'
    }
    case 'gather': {
      const { digits, said, why } = await collectAnswer(live, command, signal)
      return digits !== '' || said !== undefined || why === 'finish-key' ? 'connect' : 'nothing'
    }
  }
}

import type { LegId } from '#kernel'
import type { ConsentLevel } from '#consent'
import type { ConsentCommand } from './commands-consent.ts'
import type { ConsentAnswer } from './consent-party.ts'
import type { Live } from './live.ts'
import type { ConsentEntry } from './receipt.ts'

/** How a party that is asked answers. */
export interface AnswerSource {
  /** Keys that it presses, until the returned function is called. */
  onKey(handler: (key: string) => void): () => void
  /** Yes or no that it says; undefined where nobody listens. */
  onSpeech: ((handler: (answer: 'yes' | 'no') => void) => () => void) | undefined
}

export interface Answered {
  readonly answer: Exclude<ConsentAnswer, 'none' | 'revoked'>
  readonly how: ConsentEntry['how']
}

/**
 * Asks one party, again while it does not answer. A key or a word during the prompt ends it. What counts as yes is for the command to say, but that somebody
 * just goes on talking never counts where a clear yes is asked for.
 */
export async function askConsent(
  live: Pick<Live, 'deps'>,
  o: {
    readonly leg: LegId
    readonly prompt: Uint8Array
    readonly command: ConsentCommand
    readonly level: ConsentLevel
    readonly source: AnswerSource
  },
  signal: AbortSignal,
): Promise<Answered> {
  const { media, clock } = live.deps
  const { command, leg, prompt } = o
  const answered = Promise.withResolvers<Answered>()
  const stops = listen(o, answered.resolve)
  const over = { answer: 'unanswered', how: null } as const
  const aborted = () => answered.resolve(over)
  signal.addEventListener('abort', aborted, { once: true })
  const stopPrompt = () => media.stopPlay(leg)
  void answered.promise.then(stopPrompt)
  try {
    for (let attempt = 0; attempt < command.attempts && !signal.aborted; attempt++) {
      const heard = await Promise.race([media.play(leg, prompt), answered.promise])
      if (typeof heard === 'object') return heard
      const silent = Promise.withResolvers<'silent'>()
      const cancel = clock.set(command.timeout_ms, () => silent.resolve('silent'))
      const after = await Promise.race([silent.promise, answered.promise])
      cancel()
      if (after !== 'silent') return after
      if (heard === 'finished' && mayContinue(o)) return continued(o.level)
    }
    return over
  } finally {
    answered.resolve(over)
    signal.removeEventListener('abort', aborted)
    for (const stop of stops) stop()
  }
}

function listen(
  { command, source }: { readonly command: ConsentCommand; readonly source: AnswerSource },
  resolve: (answered: Answered) => void,
): (() => void)[] {
  const { accept, yes_key: yes, no_key: no } = command
  const stops = [
    source.onKey((key) => {
      if (key === no) resolve({ answer: 'refused', how: 'key' })
      else if (key === yes && accept.includes('key')) resolve({ answer: 'given', how: 'key' })
    }),
  ]
  const speech = source.onSpeech?.((said) => {
    if (said === 'no') resolve({ answer: 'refused', how: 'speech' })
    else if (accept.includes('speech')) resolve({ answer: 'given', how: 'speech' })
  })
  return speech === undefined ? stops : [...stops, speech]
}

function mayContinue({ command, level }: { readonly command: ConsentCommand; readonly level: ConsentLevel }) {
  return level !== 'opt-in' && command.accept.includes('continue')
}

function continued(level: ConsentLevel): Answered {
  return { answer: 'announced', how: level === 'all-party' ? 'continued' : 'announced' }
}

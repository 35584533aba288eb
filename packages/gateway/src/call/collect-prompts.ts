import type { CardBrand } from '#kernel'
import type { PromptOccasion } from './collect-entry.ts'
import type { FieldCommand } from './commands-collect.ts'
import type { Live } from './live.ts'
import { fetchAudio, playOut } from './prompt.ts'
import { sayOut } from './say.ts'

export type FieldPrompts = Pick<
  FieldCommand,
  'prompt_url' | 'prompts' | 'repeat_prompt_url' | 'confirm_prompt_url'
>

/** Which prompt an occasion asks for; undefined: none. */
export function promptFor(
  prompts: FieldPrompts,
  { kind, attempt, fault }: PromptOccasion,
  brand: CardBrand | undefined,
): string | undefined {
  switch (kind) {
    case 'again':
      return prompts.repeat_prompt_url
    case 'confirm':
      return prompts.confirm_prompt_url
    case 'ask':
      return (
        prompts.prompts.find(
          (one) =>
            (one.fault === undefined || one.fault === fault) &&
            (one.attempt === undefined || one.attempt === attempt) &&
            (one.brand === undefined || one.brand === brand),
        )?.url ?? prompts.prompt_url
      )
  }
}

/** Plays one prompt at a time to the first leg. */
export interface PromptPlayer {
  /** Takes the place of what it plays; resolves when it is over, or was stopped. */
  play(url: string | undefined): Promise<void>
  stop(): void
}

/** In place of an address: what follows is said. */
const words = 'say:'

export function promptPlayer(live: Live, signal: AbortSignal): PromptPlayer {
  let playing = new AbortController()
  return {
    async play(url) {
      playing.abort()
      playing = new AbortController()
      if (url === undefined) return
      const either = AbortSignal.any([signal, playing.signal])
      if (url.startsWith(words)) return void (await sayOut(live, { text: url.slice(words.length) }, either))
      const audio = await fetchAudio(live, url, either)
      if (audio !== undefined) await playOut(live, audio, either)
    },
    stop: () => playing.abort(),
  }
}

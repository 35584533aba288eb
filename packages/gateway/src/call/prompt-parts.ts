import { wait } from '#kernel'
import type { PromptPart } from './command-parts.ts'
import type { Live } from './live.ts'
import { fetchAudio, playOut } from './prompt.ts'
import { sayOut } from './say.ts'

/** Plays, says and waits to the first leg, in order; resolves when that is over, by itself or by `signal`. What cannot be had is skipped and told. */
export async function playPrompts(
  live: Live,
  parts: readonly PromptPart[],
  signal: AbortSignal,
): Promise<void> {
  for (const part of parts) {
    if (signal.aborted) return
    await playPart(live, part, signal)
  }
}

async function playPart(live: Live, part: PromptPart, signal: AbortSignal): Promise<void> {
  if ('wait_ms' in part) return wait(live.deps.clock, part.wait_ms, signal).catch(() => {})
  const audio = 'play' in part ? await fetchAudio(live, part.play, signal) : undefined
  for (let round = 0; round < part.loop && !signal.aborted; round++) {
    if ('say' in part) {
      const { say: text, voice, language, cache } = part
      if ((await sayOut(live, { text, voice, language, cache }, signal)) !== 'finished') return
    } else if (audio === undefined || (await playOut(live, audio, signal)) !== 'finished') return
  }
}

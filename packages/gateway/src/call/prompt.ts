import type { Live } from './live.ts'
import { isRegionRefusal, tellRegionOf } from './region-refused.ts'
import { hostOf } from './receipt.ts'

/** Plays to the first leg; resolves when that is over, by itself or by `signal`. */
export async function playOut(
  live: Live,
  audio: Uint8Array,
  signal: AbortSignal,
): Promise<'finished' | 'stopped' | 'closed'> {
  if (signal.aborted) return 'stopped'
  const { leg } = live
  const stop = () => live.deps.media.stopPlay(leg)
  signal.addEventListener('abort', stop, { once: true })
  const why = await live.deps.media.play(leg, audio)
  signal.removeEventListener('abort', stop)
  return why
}

/** A prompt that cannot be had is skipped and told, so that a broken link does not strand the caller. */
export async function fetchAudio(
  live: Live,
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  let absolute = url
  try {
    absolute = new URL(url, live.app.config.webhook.url).href // what an app names may be no address at all
    return await live.app.fetchAudio(absolute, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    if (isRegionRefusal(error)) await tellRegionOf(live, 'audio', hostOf(absolute))
    live.log.warn('audio could not be fetched', { host: hostOf(absolute), error })
    live.story('play.failed', { host: hostOf(absolute) })
    await live.tell('play.failed', { url: absolute })
    return undefined
  }
}

import type { Live } from './live.ts'

/** Presses keys towards the first leg, after what plays; resolves when they are, or `signal` stopped them. Which they were is noted nowhere. */
export async function press(live: Live, digits: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  if (live.first?.audio === undefined) return live.story('digits.unsent')
  const { leg } = live
  const stop = () => live.deps.media.stopPlay(leg)
  signal.addEventListener('abort', stop, { once: true })
  const why = await live.deps.media.press(leg, digits)
  signal.removeEventListener('abort', stop)
  live.story('digits.sent', { count: digits.replace(/w/gi, '').length, why })
}

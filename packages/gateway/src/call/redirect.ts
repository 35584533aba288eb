import { ask, giveUp } from './ask.ts'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import type { Next } from './program.ts'

/** Asks another address how to go on. */
export async function redirect(
  live: Live,
  { url, method }: Extract<CallCommand, { type: 'redirect' }>,
  signal: AbortSignal,
): Promise<Next> {
  return (await ask(live, 'call.redirected', {}, signal, { url, method })) ?? 'over'
}

/**
 * Counts new lists of commands with nothing between them that a caller could hear: addresses that send a call to each other, by `redirect` or by the action of
 * something that fails at once, must not do so for ever.
 */
export interface RedirectChain {
  /** One more list; false when there were too many. */
  mayGoOn(): boolean
  /** A command that is no redirect ran, for as long. */
  ran(tookMs: number): void
}

export const maxRedirects = 20
/** What takes less is nothing that a caller could hear. */
const somethingMs = 200

export function redirectChain(): RedirectChain {
  let count = 0
  return {
    mayGoOn() {
      count += 1
      return count <= maxRedirects
    },
    ran(tookMs) {
      if (tookMs >= somethingMs) count = 0
    },
  }
}

/** Nobody can be asked who would not send the call on again. */
export async function endOfChain(live: Live, signal: AbortSignal): Promise<void> {
  live.log.warn('a call was redirected in a circle', { callId: live.id })
  live.story('redirect.circle')
  await giveUp(live, { decision: 'call.redirected', reason: 'too-many-redirects', faults: [] }, signal)
}

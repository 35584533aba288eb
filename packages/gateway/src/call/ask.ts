import { createId } from '#kernel'
import { decisionAnswer, type CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import { playOut } from './prompt.ts'
import { hostOf } from './receipt.ts'

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
  live.asking()
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
  if (parsed?.success) return parsed.data.length === 0 && !isFirst(type) ? 'on' : parsed.data
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

/** An app that says nothing to these wants nothing done: there is no list to go on with. */
function isFirst(type: string): boolean {
  return type === 'call.incoming' || type === 'call.connected'
}

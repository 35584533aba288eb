import type { z } from 'zod'
import { createId } from '#kernel'
import { decisionAnswer, type CallCommand } from './commands.ts'
import { absoluteAddress, type ActionAddress } from './command-parts.ts'
import type { Live } from './live.ts'
import { playOut } from './prompt.ts'
import { hostOf } from './receipt.ts'
import { tellRegionOf } from './region-refused.ts'

/** What an app said to a question, or why nothing that can be used; of that it was told. */
export type Answer<Command> =
  | { readonly ok: true; readonly commands: readonly Command[] }
  | { readonly ok: false; readonly reason: string; readonly faults: readonly object[] }

/**
 * Asks the app what to do. `undefined` means that the call is over: the app could not be asked, and the fallback was given.
 * An empty list of actions means: go on with what was already told. `action`: whom to ask in place of the app's webhook.
 */
export async function ask(
  live: Live,
  type: string,
  data: object,
  signal: AbortSignal,
  action?: ActionAddress,
): Promise<readonly CallCommand[] | 'on' | undefined> {
  const answer = await put(live, { type, data, action }, decisionAnswer, signal)
  if (answer === undefined) return undefined
  if (answer.ok) return answer.commands.length === 0 && !isFirst(type) ? 'on' : answer.commands
  await giveUp(live, { decision: type, reason: answer.reason, faults: answer.faults }, signal)
  return undefined
}

/** Asks one question, and gives no fallback. Undefined: `signal` aborted before the answer came. */
export async function put<Command>(
  live: Live,
  { type, data, action }: { type: string; data: object; action: ActionAddress | undefined },
  schema: z.ZodType<readonly Command[]>,
  signal: AbortSignal,
): Promise<Answer<Command> | undefined> {
  const id = createId('evt', live.deps.clock.now(), live.deps.random)
  live.asking()
  const to = action && absoluteAddress(live.app.config.webhook.url, action)
  const about = { ...live.describe(), ...data }
  const decision = await live.app.decide({ id, type, call: live.id, data: about, to }, signal)
  const host = hostOf(decision.ok ? decision.url : (to?.url ?? live.app.config.webhook.url))
  const parsed = decision.ok ? schema.safeParse(decision.answer) : undefined
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
  if (parsed?.success) return { ok: true, commands: parsed.data }
  if (outcome === 'region') await tellRegionOf(live, 'webhook', host)
  const issues = parsed?.error.issues.slice(0, 5) ?? []
  const faults = issues.map(({ path, message }) => ({ at: path.join('.'), message }))
  live.log.warn('app gave no usable answer', { callId: live.id, type, outcome, faults })
  return { ok: false, reason: outcome, faults }
}

/** Tells why nobody knows how to go on, and ends the call with the fallback. */
export async function giveUp(
  live: Live,
  failed: { readonly decision: string; readonly reason: string; readonly faults: readonly object[] },
  signal: AbortSignal,
): Promise<void> {
  await live.tell('call.decision_failed', failed)
  await giveFallback(live, signal)
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

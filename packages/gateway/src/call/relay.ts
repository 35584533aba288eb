import { createId, sid, type StreamId } from '#kernel'
import type { StreamTls } from '#media'
import { ask } from './ask.ts'
import { actionOf } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import { codeOf } from './transcript-out.ts'
import type { Live } from './live.ts'
import type { Next } from './program.ts'
import { hostOf, type StreamEntry } from './receipt.ts'
import { isRegionRefusal, tellRegionOf } from './region-refused.ts'
import { startRelay, type RelayEnd } from './relay-session.ts'

export type RelayCommand = Extract<CallCommand, { type: 'relay' }>

/** A conversation of text: until the app or the caller ends it; then the app is asked how to go on. */
export async function relay(live: Live, command: RelayCommand, signal: AbortSignal): Promise<Next> {
  const startedMs = live.deps.clock.monotonicMs()
  const id = createId('strm', live.deps.clock.now(), live.deps.random)
  const end = await converse(live, command, id, signal)
  if (signal.aborted) return 'over'
  const told = {
    relay_id: id,
    session_sid: sid('VX', id),
    status: end.why === 'ended' ? 'ended' : end.why === 'closed-by-app' ? 'completed' : 'failed',
    reason: end.why,
    duration_ms: Math.round(live.deps.clock.monotonicMs() - startedMs),
    ...(end.handoffData !== undefined && { handoff_data: end.handoffData }),
  }
  return (await ask(live, 'call.relay_ended', told, signal, actionOf(command))) ?? 'over'
}

async function converse(
  live: Live,
  command: RelayCommand,
  id: StreamId,
  signal: AbortSignal,
): Promise<RelayEnd> {
  const entry: StreamEntry = {
    id,
    host: 'invalid',
    tls: null,
    signedBy: live.app.signers,
    audio: 'text',
    end: null,
    stats: null,
  }
  live.receipt.streams.push(entry)
  const end = await connect(live, command, entry, signal)
  entry.end = end.why === 'ended' ? 'closed-by-gateway' : end.outcome
  live.deps.count('relays_ended', { why: end.why })
  live.story('relay.ended', { relay: id, host: entry.host, why: end.why })
  const isOrderly = end.why === 'ended' || end.why === 'closed-by-app' || end.why === 'closed-by-gateway'
  await live.tell(isOrderly ? 'relay.ended' : 'relay.failed', { relay_id: id, reason: end.why })
  return end
}

async function connect(
  live: Live,
  command: RelayCommand,
  entry: StreamEntry,
  signal: AbortSignal,
): Promise<RelayEnd> {
  const target = await prepare(live, command, entry)
  if (target === undefined) return { why: 'blocked', outcome: 'blocked' }
  await live.audit('relay.opening', { relay: entry.id, host: entry.host })
  const session = await startRelay(live, command, entry.id, signal)
  if (!session.ok) return { why: session.why, outcome: 'blocked' }
  const { connectTimeoutMs, pingIntervalMs, pongTimeoutMs } = live.app.config.stream
  const limits = { connectTimeoutMs, pingIntervalMs, pongTimeoutMs }
  return session.run(
    (handlers) => live.deps.openText({ ...target, ...limits }, handlers),
    (tls: StreamTls) => {
      entry.tls = tls
      live.story('relay.opened', { relay: entry.id, host: entry.host, tls: tls.version, cipher: tls.cipher })
      void live.tell('relay.started', { relay_id: entry.id, session_sid: sid('VX', entry.id) })
    },
  )
}

/** Resolves, checks and signs the address, as a stream's. */
async function prepare(live: Live, { url: asked }: RelayCommand, entry: StreamEntry) {
  try {
    const url = asked.startsWith('wss:')
      ? asked
      : new URL(asked, live.app.config.webhook.url.replace(/^https/, 'wss')).href
    entry.host = hostOf(url)
    return await live.app.prepareStream(url, entry.id)
  } catch (error) {
    live.log.warn('the address of a relay was refused', { relayId: entry.id, code: codeOf(error) })
    if (isRegionRefusal(error)) await tellRegionOf(live, 'stream', entry.host)
    return undefined
  }
}

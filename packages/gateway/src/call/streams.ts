import { createId, sid, wait, type StreamId } from '#kernel'
import type { FromMedia, StreamEnd, StreamSpec } from '#media'
import { WebhookError } from '#webhook'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import { isRegionRefusal, tellRegionOf } from './region-refused.ts'
import { hostOf, type StreamEntry, type StreamOutcome } from './receipt.ts'

type StreamCommand = Extract<CallCommand, { type: 'stream' }>

export interface Streams {
  /** Opens a stream; resolves when it has ended for good (after the reconnects that the app's policy allows). */
  run(command: StreamCommand, signal: AbortSignal): Promise<StreamOutcome>
  closeAll(): void
  /** Resolves when each stream that was run has said how it ended: soon after the call's end, whatever the app does. */
  settled(): Promise<void>
}

/** The streams of one call: at most one that talks, and a few forks. */
export function callStreams(live: Live): Streams {
  const open = new Set<() => void>()
  const running = new Set<Promise<StreamOutcome>>()
  async function runOne(command: StreamCommand, signal: AbortSignal): Promise<StreamOutcome> {
    const policy = live.app.config.stream.reconnect
    for (let attempt = 0; ; attempt++) {
      const end = await attach(live, command, open, signal)
      if (end !== 'lost' || attempt >= policy.attempts || signal.aborted) return end
      live.story('stream.reconnecting', { attempt: attempt + 1 })
      await wait(live.deps.clock, policy.delayMs, signal).catch(() => {})
      if (signal.aborted) return 'closed-by-gateway'
    }
  }
  return {
    run(command, signal) {
      const run = runOne(command, signal)
      running.add(run)
      const done = () => void running.delete(run)
      run.then(done, done)
      return run
    },
    closeAll() {
      for (const close of open) close()
    },
    async settled() {
      if (running.size === 0) return
      const enough = new AbortController()
      const patience = wait(live.deps.clock, settleMs, enough.signal).catch(() => {})
      await Promise.race([Promise.allSettled(running), patience])
      enough.abort()
    },
  }
}

/** One connection's life, from the guard's word to the app's goodbye. */
async function attach(
  live: Live,
  command: StreamCommand,
  open: Set<() => void>,
  signal: AbortSignal,
): Promise<StreamOutcome> {
  const id = createId('strm', live.deps.clock.now(), live.deps.random)
  const entry: StreamEntry = {
    id,
    host: 'invalid',
    tls: null,
    signedBy: live.app.signers,
    end: null,
    stats: null,
  }
  live.receipt.streams.push(entry)
  const spec = (await live.consent.mayStream())
    ? await prepare(live, command, id, entry)
    : withoutConsent(live)
  if (typeof spec === 'string') {
    await report(live, entry, spec)
    return spec
  }
  await live.audit('stream.opening', { stream: id, host: entry.host, direction: command.direction })
  if (signal.aborted) return (entry.end = 'closed-by-gateway')
  const { leg } = live
  const close = () => live.deps.media.closeStream(leg, id)
  const ended = Promise.withResolvers<StreamEnd>()
  const unlisten = live.onMedia((event) => follow(live, entry, event, ended.resolve))
  open.add(close)
  signal.addEventListener('abort', close, { once: true })
  live.deps.media.openStream(leg, spec)
  const told = new AbortController()
  const why = await Promise.race([ended.promise, afterCall(live, told.signal)])
  told.abort()
  signal.removeEventListener('abort', close)
  open.delete(close)
  unlisten()
  await report(live, entry, why)
  return why
}

/** Resolves, checks and signs the address, or says why it is not dialled. */
async function prepare(
  live: Live,
  command: StreamCommand,
  id: StreamId,
  entry: StreamEntry,
): Promise<StreamSpec | 'blocked' | 'unreachable'> {
  const asked = command.url ?? ''
  try {
    // An absolute address is dialled byte for byte; a relative one is taken from the webhook's.
    const url = asked.startsWith('wss:')
      ? asked
      : new URL(asked, live.app.config.webhook.url.replace(/^https/, 'wss')).href
    entry.host = hostOf(url)
    return streamSpec(live, command, id, await live.app.prepareStream(url, id))
  } catch (error) {
    live.log.warn('stream address was refused', { streamId: id, error })
    if (isRegionRefusal(error)) await tellRegionOf(live, 'stream', entry.host)
    const isUnknown = error instanceof WebhookError && error.code === 'EGRESS_NAME_UNKNOWN'
    return isUnknown ? 'unreachable' : 'blocked'
  }
}

/** A policy may keep an app from listening to whom nobody may record. */
function withoutConsent(live: Live): 'blocked' {
  live.story('stream.refused', { why: 'consent' })
  return 'blocked'
}

function follow(live: Live, entry: StreamEntry, event: FromMedia, ended: (why: StreamEnd) => void): void {
  if (event.kind === 'stream.opened' && event.stream === entry.id) {
    entry.tls = event.tls
    live.story('stream.opened', {
      stream: entry.id,
      host: entry.host,
      tls: event.tls.version,
      cipher: event.tls.cipher,
    })
    void live.tell('stream.started', { stream_id: entry.id, stream_sid: sid('MZ', entry.id) })
  } else if (event.kind === 'stream.closed' && event.stream === entry.id) {
    entry.end = event.why
    entry.stats = event.stats
    ended(event.why)
  }
}

async function report(live: Live, entry: StreamEntry, why: StreamOutcome): Promise<void> {
  entry.end = why
  const { framesIn = 0, framesOut = 0, framesDropped = 0 } = entry.stats ?? {}
  live.deps.count('streams_ended', { why })
  const frames = { framesIn, framesOut, framesDropped }
  live.story('stream.closed', { stream: entry.id, host: entry.host, why, ...frames })
  const orderly = why === 'closed-by-app' || why === 'closed-by-gateway'
  await live.tell(orderly ? 'stream.ended' : 'stream.failed', { stream_id: entry.id, reason: why })
}

/** An app that does not answer our close frame is reported after two seconds. */
const reportMs = 2_500
/** Beyond that, only a name that does not resolve keeps a stream from having ended. */
const settleMs = 3_000

/** A media worker that died cannot report: the call's end, and time for a report, is then the stream's end too. */
function afterCall(live: Live, told: AbortSignal): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const later = () => {
      const cancel = live.deps.clock.set(reportMs, () => resolve('closed-by-gateway'))
      told.addEventListener('abort', cancel, { once: true })
    }
    if (live.signal.aborted) later()
    else live.signal.addEventListener('abort', later, { once: true, signal: told })
  })
}

function streamSpec(
  live: Live,
  command: StreamCommand,
  id: StreamId,
  prepared: Pick<StreamSpec, 'url' | 'address' | 'headers' | 'tls'>,
): StreamSpec {
  const { connectTimeoutMs, pingIntervalMs, pongTimeoutMs, maxBufferedMs, maxBehindMs } =
    live.app.config.stream
  const limits = { connectTimeoutMs, pingIntervalMs, pongTimeoutMs, maxBufferedMs, maxBehindMs }
  const { accountSid } = live.app
  const start = {
    accountSid,
    callSid: sid('CA', live.id),
    streamSid: sid('MZ', id),
    customParameters: command.parameters,
  }
  return { id, ...prepared, start, direction: command.direction, ...limits }
}

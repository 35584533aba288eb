import { createId, sid, wait, type LegId, type StreamId } from '#kernel'
import type { FromMedia, StreamEnd, StreamSpec } from '#media'
import { WebhookError } from '#webhook'
import type { Live } from './live.ts'
import { hostOf, type StreamEntry, type StreamOutcome } from './receipt.ts'
import { isRegionRefusal, tellRegionOf } from './region-refused.ts'
import { hearApp } from './stream-said.ts'
import { streamPlan, type StreamPlan } from './stream-plan.ts'
import type { StreamCommand, StreamRun } from './streams.ts'

/** One stream while it is open. */
interface Life {
  readonly live: Live
  readonly command: StreamCommand
  readonly plan: StreamPlan
  readonly entry: StreamEntry
  /** Where it was opened, which is not where the call is once its first leg has changed. */
  readonly leg: LegId
  /** How often its connection broke. */
  losses: number
  /** It broke, and was not taken up again yet. */
  isLost: boolean
  /** Aborts when nobody wants the stream any more. */
  readonly signal: AbortSignal
  close(): void
}

/** A connection that breaks more often than this is worth no other, nor another entry in the audit log. */
const maxLosses = 20
/** Between two attempts to reach an app again, at least. */
const minRetryMs = 250
/** An app that does not answer our close frame is reported after two seconds. */
const reportMs = 2_500

/** One stream's life under this id, from the guard's word to the app's goodbye; `signal` ends it wherever it is. */
export async function runStream(
  live: Live,
  command: StreamCommand,
  id: StreamId,
  signal: AbortSignal,
): Promise<StreamRun> {
  const { signers: signedBy } = live.app
  const entry: StreamEntry = {
    id,
    host: 'invalid',
    tls: null,
    signedBy,
    audio: 'live',
    end: null,
    stats: null,
  }
  live.receipt.streams.push(entry)
  const plan = (await live.consent.mayStream()) ? streamPlan(live, command, id) : 'consent'
  const spec =
    typeof plan === 'string' ? refuse(live, plan) : await prepare(live, plan, command, entry, signal)
  if (typeof plan === 'string' || typeof spec === 'string') {
    const end = typeof spec === 'string' ? spec : 'blocked'
    await report(live, command, entry, end)
    return { end, stream: id }
  }
  const { host, audio } = entry
  const { direction } = command
  if (!signal.aborted) await live.audit('stream.opening', { stream: id, host, direction, audio })
  if (signal.aborted) {
    await report(live, command, entry, 'closed-by-gateway')
    return { end: 'closed-by-gateway', stream: id }
  }
  const { leg } = live
  const close = () => live.deps.media.closeStream(leg, id)
  const life: Life = { live, command, plan, entry, leg, losses: 0, isLost: false, signal, close }
  const end = await stayOpen(life, spec)
  await report(live, command, entry, end)
  return { end, stream: id }
}

async function stayOpen(life: Life, spec: StreamSpec): Promise<StreamEnd> {
  const { live, leg, signal, close } = life
  const ended = Promise.withResolvers<StreamEnd>()
  const told = new AbortController()
  const running = { ...life, signal: AbortSignal.any([signal, told.signal]) }
  const unlisten = live.onMedia((event) => follow(running, event, ended.resolve))
  signal.addEventListener('abort', close, { once: true })
  live.deps.media.openStream(leg, spec)
  const why = await Promise.race([ended.promise, afterCall(live, told.signal)])
  told.abort()
  signal.removeEventListener('abort', close)
  unlisten()
  return why
}

/** Why nothing is dialled is in the call's story. */
function refuse(live: Live, why: string): 'blocked' {
  live.story('stream.refused', { why })
  return 'blocked'
}

/** Has the address looked up, checked and signed for, or says why it is not dialled. */
async function prepare(
  live: Live,
  plan: StreamPlan,
  command: StreamCommand,
  entry: StreamEntry,
  signal: AbortSignal,
): Promise<StreamSpec | 'blocked' | 'unreachable' | 'closed-by-gateway'> {
  try {
    entry.host = hostOf(plan.url)
    const hold = await live.words.beforeStream(command.audio)
    if (hold === 'NO_POLICY') return refuse(live, 'privacy')
    entry.audio = hold === undefined ? 'live' : 'held'
    // A name may take longer to look up than the call's end waits: what is given up is reported now, and not after that.
    const way = await orGivenUp(plan.way(entry.id), signal)
    if (way === undefined) return 'closed-by-gateway'
    const spec = plan.spec(way)
    // What was judged comes at once, and is no sign of a slow app.
    return hold === undefined ? spec : { ...spec, hold, maxBehindMs: spec.maxBehindMs + hold.maxMs }
  } catch (error) {
    live.log.warn('stream address was refused', { streamId: entry.id, error })
    if (isRegionRefusal(error)) await tellRegionOf(live, 'stream', entry.host)
    return isNameUnknown(error) ? 'unreachable' : 'blocked'
  }
}

/** Undefined as soon as `signal` aborts. */
function orGivenUp<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(undefined)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    const done = () => signal.removeEventListener('abort', giveUp)
    asked.then(resolve, reject).finally(done)
  })
}

function isNameUnknown(error: unknown): boolean {
  return error instanceof WebhookError && error.code === 'EGRESS_NAME_UNKNOWN'
}

function follow(life: Life, event: FromMedia, ended: (why: StreamEnd) => void): void {
  const { live, entry } = life
  if (!('stream' in event) || event.stream !== entry.id) return
  switch (event.kind) {
    case 'stream.opened':
      return opened(life, event)
    case 'stream.lost':
      return void goOn(life).catch((error: unknown) => {
        if (life.signal.aborted) return // nobody wants it any more, and it is closed already
        live.log.warn('stream could not be taken up again', { streamId: entry.id, error })
        life.close()
      })
    case 'stream.said':
      return hearApp(live, life, event.message)
    case 'stream.closed':
      entry.end = event.why
      entry.stats = event.stats
      return ended(event.why)
  }
}

function opened(life: Life, { tls }: Extract<FromMedia, { kind: 'stream.opened' }>): void {
  const { live, entry, command } = life
  const isFirst = entry.tls === null
  life.isLost = false
  entry.tls = tls
  const stream = { stream: entry.id, host: entry.host }
  live.story(isFirst ? 'stream.opened' : 'stream.resumed', {
    ...stream,
    tls: tls.version,
    cipher: tls.cipher,
  })
  if (isFirst) void live.tell('stream.started', namesOf(command, entry), command.events)
}

/** Looks the way up anew, so that the worker can take up what broke. The worker gives up once the wire's window is over. */
async function goOn(life: Life): Promise<void> {
  const { live, leg, entry, plan, signal } = life
  const isNew = !life.isLost
  life.isLost = true
  if (isNew) {
    life.losses += 1
    live.story('stream.lost', { stream: entry.id, host: entry.host })
    if (life.losses > maxLosses || !(await live.consent.mayStream())) return life.close()
    await live.audit('stream.resuming', { stream: entry.id, host: entry.host })
  } else {
    const { delayMs } = live.app.config.stream.reconnect
    await wait(live.deps.clock, Math.max(minRetryMs, delayMs), signal)
  }
  if (signal.aborted) return
  // Named anew: an app that keeps webhook ids refuses one that it knows.
  const upgrade = createId('strm', live.deps.clock.now(), live.deps.random)
  const way = await plan.way(upgrade).catch((error: unknown) => {
    if (isNameUnknown(error)) return undefined
    throw error
  })
  if (signal.aborted) return
  if (way === undefined) return goOn(life)
  const { address, headers } = way
  live.deps.media.resumeStream(leg, entry.id, { address, headers })
}

function namesOf({ name }: StreamCommand, { id }: StreamEntry) {
  return { stream_id: id, stream_sid: sid('MZ', id), ...(name !== undefined && { name }) }
}

async function report(
  live: Live,
  command: StreamCommand,
  entry: StreamEntry,
  why: StreamOutcome,
): Promise<void> {
  entry.end = why
  if (entry.audio === 'held') live.words.afterStream()
  const { framesIn = 0, framesOut = 0, framesDropped = 0 } = entry.stats ?? {}
  live.deps.count('streams_ended', { why })
  const frames = { framesIn, framesOut, framesDropped }
  live.story('stream.closed', { stream: entry.id, host: entry.host, why, ...frames })
  const orderly = why === 'closed-by-app' || why === 'closed-by-gateway'
  const told = { ...namesOf(command, entry), reason: why }
  await live.tell(orderly ? 'stream.ended' : 'stream.failed', told, command.events)
}

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

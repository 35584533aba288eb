import { wait, type Clock, type Log, type Random } from '#kernel'
import type { CursorStore, EventLogs, SecurityEvent } from './security-event.ts'

export interface FollowDeps {
  /** Whose cursors these are. */
  readonly reader: string
  /** This node: of several, one reads for a reader at a time. */
  readonly holder: string
  readonly logs: EventLogs
  readonly cursors: CursorStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly startAt: 'beginning' | 'now'
  readonly batchEvents: number
  /** How long after news the next batch is read, so that it is worth its while. */
  readonly gatherMs: number
  /**
   * How long what was handled stays in doubt: a failure within this time has it handled again. `handler`: what was handled is kept
   * by the handler itself, in one transaction with whatever it does.
   */
  readonly settleMs: number | 'handler'
  /** Takes events, each log's in order, and how far the logs are read once they are handled. May be given the same again. */
  readonly handle: (batch: Batch, signal: AbortSignal) => Promise<void>
  readonly onFailure?: (error: unknown, failures: number) => void
}

export interface Batch {
  readonly events: readonly SecurityEvent[]
  readonly next: ReadonlyMap<string, number>
  /** It begins where the store says, not where the batch before ended: after a start, a failure, or another node's turn. */
  readonly isFresh: boolean
}

/** Somebody who reads all logs, in order, for ever. Disposing waits for what is under way to stop. */
export interface Follower extends AsyncDisposable {
  /** Entries that are not handled yet, and since when (Unix milliseconds) the oldest of them waits. */
  readonly behind: { readonly events: number; readonly sinceMs: number | undefined }
}

/** A cursor of no log: that a reader has begun. */
const begun = ''
/** What other nodes append shows only when we look. */
const pollMs = 2_000
const leaseMs = 15_000
const firstPauseMs = 500
const longestPauseMs = 60_000

/** Starts reading where the reader's cursors stand. Memory holds one batch, whatever is behind. */
export function followLogs(deps: FollowDeps): Follower {
  return new LogFollower(deps)
}

class LogFollower implements Follower {
  readonly #deps: FollowDeps
  readonly #stop = new AbortController()
  readonly #done: Promise<void>
  readonly #marks: { readonly atMs: number; readonly positions: ReadonlyMap<string, number> }[] = []
  #positions: Map<string, number> | undefined
  #unmarked: ReadonlyMap<string, number> | undefined
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #turn = 0
  #wake: (() => void) | undefined
  #news = false
  behind: Follower['behind'] = { events: 0, sinceMs: undefined }

  constructor(deps: FollowDeps) {
    this.#deps = deps
    const stopListening = deps.logs.onAppended(() => {
      this.#news = true
      this.#wake?.()
    })
    this.#done = this.#run().finally(stopListening)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#done
    const { cursors, reader, holder, log } = this.#deps
    await cursors
      .release(reader, holder)
      .catch((error: unknown) => log.warn('a reader of the log was not released', { reader, error }))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        if (await this.#hold()) await this.#step(signal)
        else await this.#sleep(pollMs)
      } catch (error) {
        if (signal.aborted) return
        this.#positions = undefined // whatever is in doubt is handled again
        this.#marks.length = 0
        this.#unmarked = undefined
        this.#failures += 1
        this.#deps.onFailure?.(error, this.#failures)
        await this.#pause()
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { handle, batchEvents, gatherMs } = this.#deps
    this.#news = false
    const batch = await this.#collect()
    if (batch.events.length === 0) {
      await this.#settle()
      return this.#idle()
    }
    await handle(batch, signal)
    this.#failures = 0
    this.#positions = new Map(batch.next)
    this.#unmarked = batch.next
    this.behind = { events: Math.max(0, this.behind.events - batch.events.length), sinceMs: undefined }
    await this.#settle()
    if (batch.events.length < batchEvents && gatherMs > 0) await this.#sleep(gatherMs)
  }

  /** A batch of what comes next, a log after the other, each time beginning with another one. */
  async #collect(): Promise<Batch> {
    const { logs, batchEvents } = this.#deps
    const isFresh = this.#positions === undefined
    const sizes = await logs.sizes()
    const positions = await this.#open(sizes)
    const waiting = [...sizes].filter(([log, size]) => size > (positions.get(log) ?? 0))
    const first = waiting.length === 0 ? 0 : this.#turn++ % waiting.length
    const next = new Map(positions)
    const events: SecurityEvent[] = []
    for (const [log] of [...waiting.slice(first), ...waiting.slice(0, first)]) {
      const room = batchEvents - events.length
      if (room <= 0) break
      const read = await logs.read(log, positions.get(log) ?? 0, room)
      events.push(...read)
      const last = read.at(-1)
      if (last !== undefined) next.set(log, last.index + 1)
    }
    const count = waiting.reduce((sum, [log, size]) => sum + size - (positions.get(log) ?? 0), 0)
    this.behind = { events: count, sinceMs: oldestMs(events) }
    return { events, next, isFresh }
  }

  async #open(sizes: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const { cursors, reader, startAt, clock } = this.#deps
    if (this.#positions !== undefined) return this.#positions
    const positions = new Map(await cursors.positions(reader))
    if (positions.size === 0 && startAt === 'now') {
      // Kept even where there is no log yet: what comes until the next start is not to be left out then.
      await cursors.move(reader, new Map([[begun, 0], ...sizes]), new Date(clock.now()))
      for (const [log, size] of sizes) positions.set(log, size)
    }
    this.#positions = positions
    return positions
  }

  /** Writes down what has settled. */
  async #settle(): Promise<void> {
    const { settleMs, cursors, reader, clock } = this.#deps
    if (settleMs === 'handler') return
    const nowMs = clock.monotonicMs()
    const lastMs = this.#marks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY
    if (this.#unmarked !== undefined && nowMs - lastMs >= settleMs / 16) {
      this.#marks.push({ atMs: nowMs, positions: this.#unmarked })
      this.#unmarked = undefined
    }
    const due = this.#marks.filter(({ atMs }) => atMs + settleMs <= nowMs)
    const mark = due.at(-1)
    if (mark === undefined) return
    await cursors.move(reader, mark.positions, new Date(clock.now()))
    this.#marks.splice(0, due.length)
  }

  async #hold(): Promise<boolean> {
    const { cursors, reader, holder, clock } = this.#deps
    const nowMs = clock.now()
    if (this.#heldUntilMs - nowMs > leaseMs / 2) return true
    const untilMs = nowMs + leaseMs
    const isOurs = await cursors.claim(reader, holder, new Date(nowMs), new Date(untilMs))
    if (!isOurs) this.#positions = undefined // the other node moves on
    this.#heldUntilMs = isOurs ? untilMs : Number.NEGATIVE_INFINITY
    return isOurs
  }

  /** Until something was appended here, or it is time to look what others did. */
  async #idle(): Promise<void> {
    if (this.#news) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const cancel = this.#deps.clock.set(pollMs, resolve)
    this.#stop.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    this.#wake = undefined
    cancel()
    const { gatherMs } = this.#deps
    if (this.#news && gatherMs > 0) await this.#sleep(gatherMs)
  }

  async #sleep(ms: number): Promise<void> {
    await wait(this.#deps.clock, ms, this.#stop.signal).catch(() => {})
  }

  /** After a failure: longer each time, and never in step with other nodes. What waits is counted on. */
  async #pause(): Promise<void> {
    const { clock, random } = this.#deps
    const chance = (random.bytes(1)[0] ?? 0) / 255
    const longestMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures - 1, 16))
    const endMs = clock.monotonicMs() + longestMs * (0.5 + chance / 2)
    for (let leftMs = endMs - clock.monotonicMs(); leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
      await this.#measure().catch(() => {}) // a database that is away is the next step's failure
      await this.#sleep(Math.min(leftMs, pollMs))
      if (this.#stop.signal.aborted) return
    }
  }

  async #measure(): Promise<void> {
    const { logs } = this.#deps
    const sizes = await logs.sizes()
    const positions = await this.#open(sizes)
    const waiting = [...sizes].filter(([log, size]) => size > (positions.get(log) ?? 0))
    const events = waiting.reduce((sum, [log, size]) => sum + size - (positions.get(log) ?? 0), 0)
    const oldest = await Promise.all(
      this.behind.sinceMs === undefined
        ? waiting.map(async ([log]) => (await logs.read(log, positions.get(log) ?? 0, 1))[0])
        : [],
    )
    const sinceMs = this.behind.sinceMs ?? oldestMs(oldest.filter((event) => event !== undefined))
    this.behind = { events, sinceMs: events === 0 ? undefined : sinceMs }
  }
}

function oldestMs(events: readonly SecurityEvent[]): number | undefined {
  if (events.length === 0) return undefined
  return events.reduce((oldest, { at }) => Math.min(oldest, Date.parse(at)), Number.POSITIVE_INFINITY)
}

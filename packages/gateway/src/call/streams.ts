import { createId, sid, wait, type StreamId } from '#kernel'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import type { StreamOutcome } from './receipt.ts'
import { runStream } from './stream-life.ts'

export type StreamCommand = Extract<CallCommand, { type: 'stream' }>

/** How a stream was for the app, with the reconnects that its policy allows. */
export interface StreamRun {
  readonly end: StreamOutcome
  /** Of the last connection. */
  readonly stream: StreamId
}

export interface Streams {
  /** Opens a stream; resolves when it has ended for good. */
  run(command: StreamCommand, signal: AbortSignal): Promise<StreamRun>
  /** Opens one beside whatever the call does. The id is that of its first connection. */
  fork(command: StreamCommand): StreamId
  /** Closes those of this name (or stream id, or SID); without one, all. One that is not open yet, or waits to be dialled again, is given up. */
  close(name?: string): void
  /** Resolves when each stream that was run has said how it ended: soon after the call's end, whatever the app does. */
  settled(): Promise<void>
}

/** An app has two seconds to answer our close frame. Beyond that something is wrong, and the call's end waits no longer. */
const settleMs = 3_000

/** A stream from when it was asked for until it has ended for good, open or not. */
interface Running {
  readonly name: string | undefined
  /** Of each of its connections so far. */
  readonly ids: StreamId[]
  readonly stop: AbortController
}

/** The streams of one call: at most one that talks, and a few forks. */
export function callStreams(live: Live): Streams {
  const running = new Map<Running, Promise<StreamRun>>()
  const newId = () => createId('strm', live.deps.clock.now(), live.deps.random)
  async function runAll(
    command: StreamCommand,
    { ids }: Running,
    first: StreamId,
    signal: AbortSignal,
  ): Promise<StreamRun> {
    const policy = live.app.config.stream.reconnect
    for (let attempt = 0; ; attempt++) {
      const id = attempt === 0 ? first : newId() // each connection has one of its own
      ids.push(id)
      const run = await runStream(live, command, id, signal)
      if (run.end !== 'lost' || attempt >= policy.attempts || signal.aborted) return run
      live.story('stream.reconnecting', { attempt: attempt + 1 })
      await wait(live.deps.clock, policy.delayMs, signal).catch(() => {})
      if (signal.aborted) return { ...run, end: 'closed-by-gateway' }
    }
  }
  function start(command: StreamCommand, signal: AbortSignal, id: StreamId): Promise<StreamRun> {
    const one: Running = { name: command.name, ids: [], stop: new AbortController() }
    const run = runAll(command, one, id, AbortSignal.any([signal, one.stop.signal]))
    running.set(one, run)
    const done = () => void running.delete(one)
    run.then(done, done)
    return run
  }
  return {
    run: (command, signal) => start(command, signal, newId()),
    fork(command) {
      const id = newId()
      start(command, live.signal, id).catch((error: unknown) => live.log.error('stream failed', { error }))
      return id
    },
    close(name) {
      for (const one of running.keys()) if (name === undefined || isCalled(one, name)) one.stop.abort()
    },
    async settled() {
      if (running.size === 0) return
      const enough = new AbortController()
      const patience = wait(live.deps.clock, settleMs, enough.signal).catch(() => {})
      await Promise.race([Promise.allSettled(running.values()), patience])
      enough.abort()
    },
  }
}

function isCalled({ name, ids }: Running, asked: string): boolean {
  return name === asked || ids.some((id) => id === asked || sid('MZ', id) === asked)
}

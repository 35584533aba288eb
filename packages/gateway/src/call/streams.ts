import { createId, sid, wait, type StreamId } from '#kernel'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import type { StreamOutcome } from './receipt.ts'
import { runStream, type OpenStream } from './stream-life.ts'

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
  /** Closes those of this name (or stream id, or SID); without one, all. */
  close(name?: string): void
  /** Resolves when each stream that was run has said how it ended: soon after the call's end, whatever the app does. */
  settled(): Promise<void>
}

/** Beyond that, only a name that does not resolve keeps a stream from having ended. */
const settleMs = 3_000

/** The streams of one call: at most one that talks, and a few forks. */
export function callStreams(live: Live): Streams {
  const open = new Set<OpenStream>()
  const running = new Set<Promise<StreamRun>>()
  async function runAll(command: StreamCommand, signal: AbortSignal, first?: StreamId): Promise<StreamRun> {
    let id = first
    const policy = live.app.config.stream.reconnect
    for (let attempt = 0; ; attempt++) {
      const run = await runStream(live, command, { open, id }, signal)
      id = undefined // each connection has one of its own
      if (run.end !== 'lost' || attempt >= policy.attempts || signal.aborted) return run
      live.story('stream.reconnecting', { attempt: attempt + 1 })
      await wait(live.deps.clock, policy.delayMs, signal).catch(() => {})
      if (signal.aborted) return { ...run, end: 'closed-by-gateway' }
    }
  }
  function start(command: StreamCommand, signal: AbortSignal, id?: StreamId): Promise<StreamRun> {
    const run = runAll(command, signal, id)
    running.add(run)
    const done = () => void running.delete(run)
    run.then(done, done)
    return run
  }
  return {
    run: (command, signal) => start(command, signal),
    fork(command) {
      const id = createId('strm', live.deps.clock.now(), live.deps.random)
      start(command, live.signal, id).catch((error: unknown) => live.log.error('stream failed', { error }))
      return id
    },
    close(name) {
      for (const stream of open)
        if (name === undefined || [stream.name, stream.id, sid('MZ', stream.id)].includes(name))
          stream.close()
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

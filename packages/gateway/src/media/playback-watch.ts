import type { StreamNotice } from './deps.ts'

/** Tells an app how much of what it said waits to be played: when it passes a bound, is low again, or runs empty. Never for each frame. */
export interface PlaybackWatch {
  /** More was queued; this much waits now. */
  queued(waitingMs: number): void
  /** Some was played or thrown away; this much waits now. */
  played(waitingMs: number): void
}

/** Undefined where the wire's options name no bound (`high_ms`): then nobody is told. */
export function playbackWatch(
  options: Readonly<Record<string, unknown>> | undefined,
  tell: (notice: Extract<StreamNotice, { kind: 'playback' }>) => void,
): PlaybackWatch | undefined {
  const highMs = options?.['high_ms']
  if (typeof highMs !== 'number') return undefined
  const lowMs = highMs / 2
  let isHigh = false
  let isEmpty = true
  const say = (state: 'ok' | 'high' | 'drained', waitingMs: number) =>
    tell({ kind: 'playback', state, bufferedMs: Math.floor(waitingMs) })
  return {
    queued(waitingMs) {
      isEmpty &&= waitingMs === 0
      if (isHigh || waitingMs <= highMs) return
      isHigh = true
      say('high', waitingMs)
    },
    played(waitingMs) {
      if (isHigh && waitingMs <= lowMs) {
        isHigh = false
        if (waitingMs > 0) say('ok', waitingMs)
      }
      if (isEmpty || waitingMs > 0) return
      isEmpty = true
      say('drained', 0)
    },
  }
}

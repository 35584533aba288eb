/** What was heard of what was sent, when it was cut off. */
export interface Interruption {
  /** Of the audio that was being heard, as given to `play`. */
  readonly label?: string
  /** How much of the audio of that label had been heard. */
  readonly playedMs: number
  /** How much of everything that was sent will not be heard. */
  readonly droppedMs: number
}

/** Keeps count of what was sent to be heard, and knows or estimates how much of it waits. */
export interface PlaybackLedger {
  sent(ms: number, label: string | undefined): void
  /** The gateway says how much waits. */
  told(bufferedMs: number): void
  /** By the clock, since what is sent is heard in real time; put right whenever the gateway says something of it. */
  bufferedMs(): number
  /** Everything that waited is gone. `droppedMs`: as the gateway counted it. */
  cleared(droppedMs?: number): Interruption
}

interface Stretch {
  readonly label: string | undefined
  readonly fromMs: number
  toMs: number
}

const maxStretches = 1_000 // a label for each, of what is not heard yet; the oldest go

export function playbackLedger(nowMs: () => number): PlaybackLedger {
  const stretches: Stretch[] = []
  let sentMs = 0
  let emptyAtMs = 0
  const bufferedMs = () => Math.max(0, emptyAtMs - nowMs())
  const forget = () => {
    while (stretches.length > maxStretches) stretches.shift()
    while (stretches.length > 1 && (stretches[0]?.toMs ?? 0) <= sentMs - bufferedMs()) stretches.shift()
  }
  return {
    sent(ms, label) {
      const last = stretches.at(-1)
      if (last !== undefined && last.label === label) last.toMs += ms
      else stretches.push({ label, fromMs: sentMs, toMs: sentMs + ms })
      sentMs += ms
      emptyAtMs = Math.max(emptyAtMs, nowMs()) + ms
      forget()
    },
    told(ms) {
      emptyAtMs = nowMs() + ms
    },
    bufferedMs,
    cleared(told) {
      const droppedMs = Math.min(told ?? bufferedMs(), sentMs)
      const heardMs = sentMs - droppedMs
      const heard = stretches.find(({ toMs }) => heardMs < toMs) ?? stretches.at(-1)
      stretches.length = 0
      sentMs = 0
      emptyAtMs = 0
      if (heard === undefined) return { playedMs: 0, droppedMs }
      const playedMs = Math.max(0, Math.min(heardMs, heard.toMs) - heard.fromMs)
      return { ...(heard.label !== undefined && { label: heard.label }), playedMs, droppedMs }
    },
  }
}

/** A stretch of one voice without holes. */
export interface HeldChunk {
  readonly fromMs: number
  readonly toMs: number
  readonly ulaw: Uint8Array
}

/**
 * What one voice said and the engine has not acknowledged: what is not sent yet, and what would be sent again over
 * another connection. Each is bounded, and gives its oldest way.
 */
export interface HeldAudio {
  /** Copies. What overlaps with what is there already is left out. */
  push(ulaw: Uint8Array, atMs: number): void
  /** The next to send, borrowed. */
  next(): HeldChunk | undefined
  /** Everything that is still here is to be sent, again: over a new connection. */
  rewind(): void
  /** The engine is through with everything before this. Never goes back. */
  through(ms: number): void
  readonly throughMs: number
  readonly endMs: number
  readonly unsentMs: number
}

const samplesPerMs = 8

export function heldAudio(options: {
  readonly boundMs: number
  /** Told when audio is given up that no engine has heard. */
  readonly onLost: (fromMs: number, toMs: number) => void
}): HeldAudio {
  const { boundMs, onLost } = options
  let chunks: HeldChunk[] = []
  let sent = 0
  let sentMs = 0
  let unsentMs = 0
  let throughMs = 0
  let endMs = 0
  /** Up to here a new connection cannot be given what this one has heard. */
  let forgottenMs = 0

  function forget(): void {
    while (sentMs > boundMs && sent > 0) {
      const [oldest] = chunks.splice(0, 1)
      if (oldest === undefined) return
      sent -= 1
      sentMs -= lengthOf(oldest)
      forgottenMs = oldest.toMs
    }
  }

  function giveUp(): void {
    let lost: { fromMs: number; toMs: number } | undefined
    while (unsentMs > boundMs) {
      const [oldest] = chunks.splice(sent, 1)
      if (oldest === undefined) break
      unsentMs -= lengthOf(oldest)
      lost = { fromMs: lost?.fromMs ?? oldest.fromMs, toMs: oldest.toMs }
    }
    if (lost !== undefined) onLost(lost.fromMs, lost.toMs)
  }

  return {
    push(ulaw, atMs) {
      const overlap = chunks.length === 0 && endMs === 0 ? 0 : Math.max(0, endMs - atMs)
      const fresh = ulaw.slice(Math.round(overlap * samplesPerMs))
      if (fresh.length === 0) return
      const fromMs = atMs + overlap
      endMs = fromMs + fresh.length / samplesPerMs
      chunks.push({ fromMs, toMs: endMs, ulaw: fresh })
      unsentMs += fresh.length / samplesPerMs
      giveUp()
    },
    next() {
      const chunk = chunks[sent]
      if (chunk === undefined) return undefined
      sent += 1
      sentMs += lengthOf(chunk)
      unsentMs -= lengthOf(chunk)
      forget()
      return chunk
    },
    rewind() {
      if (forgottenMs > throughMs) onLost(throughMs, forgottenMs)
      forgottenMs = 0
      const [first, ...rest] = chunks
      // A word that was said as final is not said twice.
      if (first !== undefined && first.fromMs < throughMs) chunks = [after(first, throughMs), ...rest]
      sent = 0
      sentMs = 0
      unsentMs = chunks.reduce((sum, chunk) => sum + lengthOf(chunk), 0)
      giveUp()
    },
    through(ms) {
      if (ms <= throughMs) return
      throughMs = ms
      while (sent > 0 && (chunks[0]?.toMs ?? Infinity) <= ms) {
        const [done] = chunks.splice(0, 1)
        sent -= 1
        sentMs -= done === undefined ? 0 : lengthOf(done)
      }
    },
    get throughMs() {
      return throughMs
    },
    get endMs() {
      return endMs
    },
    get unsentMs() {
      return unsentMs
    },
  }
}

function lengthOf({ fromMs, toMs }: HeldChunk): number {
  return toMs - fromMs
}

function after({ fromMs, toMs, ulaw }: HeldChunk, ms: number): HeldChunk {
  return { fromMs: ms, toMs, ulaw: ulaw.subarray(Math.round((ms - fromMs) * samplesPerMs)) }
}

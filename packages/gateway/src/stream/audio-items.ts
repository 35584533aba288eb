const bytesPerMs = 8
/** More wait to be played only when an agent says far more than it is asked. */
const maxItems = 16

/** Which of an agent's utterances were given to be played, in the order in which they play. */
export interface AudioItems {
  /** More µ-law of an utterance. */
  add(id: string, contentIndex: number, bytes: number): void
  /**
   * What waited was thrown away, `droppedMs` of it: which utterance that cut off, and how much of it was played. Undefined when nothing was cut off.
   */
  cut(
    droppedMs: number,
  ): { readonly id: string; readonly contentIndex: number; readonly playedMs: number } | undefined
}

export function audioItems(): AudioItems {
  let items: { readonly id: string; readonly contentIndex: number; bytes: number }[] = []
  return {
    add(id, contentIndex, bytes) {
      const last = items.at(-1)
      if (last?.id === id && last.contentIndex === contentIndex) last.bytes += bytes
      else items = [...items.slice(1 - maxItems), { id, contentIndex, bytes }]
    },
    cut(droppedMs) {
      // The queue is cut off at its end: the utterance that was playing is the last that is not gone whole.
      let dropped = droppedMs * bytesPerMs
      let cut: { id: string; contentIndex: number; playedMs: number } | undefined
      for (const { id, contentIndex, bytes } of items.toReversed()) {
        if (dropped <= 0) break
        cut = { id, contentIndex, playedMs: Math.floor(Math.max(0, bytes - dropped) / bytesPerMs) }
        dropped -= bytes
      }
      items = []
      return cut
    },
  }
}

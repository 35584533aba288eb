/** Which stretches of a queue have a companion at 16 kHz, counted in bytes from the queue's first. */
export interface WideSpans {
  /** What is put last has one. Stretches come in order. */
  add(from: number, to: number): void
  /** Whether every byte has one. */
  covers(from: number, to: number): boolean
  /** Nobody asks for what is before this any more. */
  forget(before: number): void
  clear(): void
}

/** An app changes its form between two utterances; one that does so at every byte is heard at 8 kHz. */
const maxSpans = 256

export function wideSpans(): WideSpans {
  let spans: { readonly from: number; to: number }[] = []
  return {
    add(from, to) {
      const last = spans.at(-1)
      if (last?.to === from) last.to = to
      else if (spans.length < maxSpans) spans.push({ from, to })
    },
    covers: (from, to) => spans.some((span) => span.from <= from && to <= span.to),
    forget(before) {
      while (spans[0] !== undefined && spans[0].to <= before) spans.shift()
    },
    clear() {
      spans = []
    },
  }
}

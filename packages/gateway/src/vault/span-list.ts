/** A stretch of samples: `from` up to `to` (exclusive). */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Stretches in their order, none touching another, bounded in number. */
export interface SpanList {
  readonly count: number
  /** Empty and inverted stretches are nothing. */
  add(from: number, to: number): void
  /** Those that reach into `from` up to `to`, whole. */
  reaching(from: number, to: number): readonly Span[]
  /** The parts of `from` up to `to` that no stretch covers. */
  uncovered(from: number, to: number): Span[]
  /** Forgets those that end at or before `position`. */
  dropBefore(position: number): void
}

/**
 * @param whenFull - `widen`: two neighbours become one, with what lies between, so that nothing that was added is ever missing;
 *   `forget`: the first one goes, so that nothing is ever covered that was not added.
 */
export function spanList(limit: number, whenFull: 'widen' | 'forget'): SpanList {
  let spans: Span[] = []
  /** Index of the first one that ends at or behind `position`. */
  const firstEndingAt = (position: number): number => {
    let low = 0
    let high = spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((spans[middle] as Span).to < position) low = middle + 1
      else high = middle
    }
    return low
  }
  const shrink = () => {
    if (whenFull === 'forget') return void spans.shift()
    let at = 1
    const gap = (index: number) => (spans[index] as Span).from - (spans[index - 1] as Span).to
    for (let index = 2; index < spans.length; index++) if (gap(index) < gap(at)) at = index
    const [before, after] = spans.slice(at - 1, at + 1) as [Span, Span]
    spans.splice(at - 1, 2, { from: before.from, to: after.to })
  }
  const reaching = (from: number, to: number): Span[] => {
    const found: Span[] = []
    for (let at = firstEndingAt(from + 1); at < spans.length; at++) {
      const span = spans[at] as Span
      if (span.from >= to) break
      found.push(span)
    }
    return found
  }
  return {
    get count() {
      return spans.length
    },
    add(from, to) {
      if (from >= to) return
      const first = firstEndingAt(from)
      let end = first
      let merged = { from, to }
      for (let next = spans[end]; next !== undefined && next.from <= to; next = spans[++end])
        merged = { from: Math.min(merged.from, next.from), to: Math.max(merged.to, next.to) }
      spans.splice(first, end - first, merged)
      if (spans.length > limit) shrink()
    },
    reaching,
    uncovered(from, to) {
      const open: Span[] = []
      let at = from
      for (const span of reaching(from, to)) {
        if (span.from > at) open.push({ from: at, to: span.from })
        at = span.to
      }
      if (at < to) open.push({ from: at, to })
      return open
    },
    dropBefore(position) {
      if (spans.length > 0 && (spans[0] as Span).to <= position)
        spans = spans.slice(firstEndingAt(position + 1))
    },
  }
}

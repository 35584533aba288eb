import type { Word } from '@voxkeep/pii'

/** Two hearings of one word lie no further apart. */
const sameWithinMs = 600

/**
 * Puts together what two pieces say of the stretch that both have heard: neither loses a word nor says it twice. They part at a
 * word that both heard alike, the one nearest to the middle; without one, in the middle.
 *
 * @param before - Words of the earlier piece from the stretch on, in order.
 * @param after - All words of the later piece, in order.
 */
export function stitchWords(
  before: readonly Word[],
  after: readonly Word[],
  stretch: { readonly fromMs: number; readonly toMs: number },
): readonly Word[] {
  const middleMs = (stretch.fromMs + stretch.toMs) / 2
  let best: { readonly first: number; readonly second: number; readonly away: number } | undefined
  before.forEach((word, first) => {
    after.forEach((other, second) => {
      const apart = Math.abs(middle(word) - middle(other))
      if (apart > sameWithinMs || plain(word) !== plain(other) || plain(word) === '') return
      // Of words that come twice in a row, the pair that lies together is the same word.
      const away = Math.abs(middle(word) - middleMs) + 4 * apart
      if (best === undefined || away < best.away) best = { first, second, away }
    })
  })
  if (best !== undefined) return [...before.slice(0, best.first + 1), ...after.slice(best.second + 1)]
  const kept = before.filter((word) => middle(word) < middleMs)
  const lastMs = kept.at(-1)?.endMs ?? 0
  const rest = after.filter((word) => middle(word) >= middleMs || word.startMs >= lastMs)
  const seenMs = rest[0]?.startMs ?? Infinity
  // What only the earlier piece heard, before the later one says anything, is not lost.
  return [...kept, ...before.filter((word) => middle(word) >= middleMs && word.endMs <= seenMs), ...rest]
}

function middle({ startMs, endMs }: Word): number {
  return (startMs + endMs) / 2
}

function plain({ text }: Word): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

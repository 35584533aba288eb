/** A step on the way through phrases of several words. */
export interface PhraseNode<T> {
  ends: T | undefined
  next: Map<string, PhraseNode<T>> | undefined
}

export type Phrases<T> = Map<string, PhraseNode<T>>

/** Remembers a phrase, its words a space apart. Of two with the same words the first stays. */
export function addPhrase<T>(phrases: Phrases<T>, phrase: string, value: T): void {
  let level = phrases
  let node: PhraseNode<T> | undefined
  for (const word of phrase.split(' ')) {
    if (node !== undefined) level = node.next ??= new Map()
    node = level.get(word)
    if (node === undefined) level.set(word, (node = { ends: undefined, next: undefined }))
  }
  if (node !== undefined) node.ends ??= value
}

export interface PhraseHit<T> {
  readonly value: T
  /** The first token after the phrase. */
  readonly end: number
}

/**
 * The longest phrase that begins at a token. A filler, and a word that is said twice, are passed over: `my my name uh is`.
 *
 * @param wordAt - The word at a place; `undefined` past the end.
 */
export function longestPhrase<T>(
  phrases: Phrases<T>,
  from: number,
  wordAt: (at: number) => string | undefined,
  isFiller: (at: number) => boolean,
): PhraseHit<T> | undefined {
  let node = phrases.get(wordAt(from) ?? '')
  let hit: PhraseHit<T> | undefined
  let skipped = 0
  for (let at = from + 1; node !== undefined; at += 1) {
    if (node.ends !== undefined) hit = { value: node.ends, end: at }
    const word = wordAt(at)
    if (word === undefined || node.next === undefined) break
    const next: PhraseNode<T> | undefined = node.next.get(word)
    if (next === undefined && skipped < 2 && (isFiller(at) || word === wordAt(at - 1))) {
      skipped += 1
      continue
    }
    node = next
  }
  // `my name is is`
  if (hit !== undefined && wordAt(hit.end) === wordAt(hit.end - 1))
    return { value: hit.value, end: hit.end + 1 }
  return hit
}

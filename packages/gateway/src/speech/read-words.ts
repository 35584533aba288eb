import type { Word } from '@voxkeep/pii'

/** A message with more words than anybody says between two of them is no message. */
const maxWords = 5_000
const maxWordLength = 200

/** What one protocol calls the parts of a word. Times are in `unitMs`. */
export interface WordShape {
  readonly text: readonly string[]
  readonly start: string
  readonly end: string
  readonly confidence?: string
  readonly unitMs: number
}

/**
 * Reads words out of what an engine sent. Whatever is none is left out; times that run backwards are put right. Undefined
 * when it is no list, or one beyond all bounds.
 */
export function readWords(value: unknown, shape: WordShape): Word[] | undefined {
  if (!Array.isArray(value) || value.length > maxWords) return undefined
  return value.flatMap((item: unknown) => readWord(item, shape) ?? [])
}

function readWord(
  item: unknown,
  { text: names, start, end, confidence, unitMs }: WordShape,
): Word | undefined {
  if (!isRecord(item)) return undefined
  const text = names
    .map((name) => item[name])
    .find((found) => typeof found === 'string' && found.trim() !== '')
  const [from, to] = [item[start], item[end]]
  if (typeof text !== 'string' || text.length > maxWordLength || !isTime(from) || !isTime(to))
    return undefined
  const sure = confidence === undefined ? undefined : item[confidence]
  const startMs = Math.round(from * unitMs)
  return {
    text: text.trim(),
    startMs,
    endMs: Math.max(startMs, Math.round(to * unitMs)),
    ...(typeof sure === 'number' && sure >= 0 && sure <= 1 && { confidence: sure }),
  }
}

/** Seconds or milliseconds of a call: finite, and no longer than a week. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 604_800_000
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined when it is no JSON object. */
export function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

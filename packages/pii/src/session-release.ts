import type { Released, Word } from './contract.ts'
import type { Placeholder } from './redact.ts'
import type { Entry } from './session-party.ts'

export interface ReleaseParts {
  readonly party: string
  readonly segment: number
  readonly final: boolean
  readonly entries: readonly Entry[]
  /** Where the segment is when it has no words. */
  readonly atMs: number
  readonly placeholder: Placeholder
}

/** What may be shown of a segment so far: each finding is one word, over the time of all that it stands for. */
export function releaseSegment({
  party,
  segment,
  final,
  entries,
  atMs,
  placeholder,
}: ReleaseParts): Released {
  const words: Word[] = []
  const findings: Released['findings'][number][] = []
  let text = ''
  for (let at = 0; at < entries.length;) {
    const first = entries[at]
    if (first === undefined) break
    if (text !== '') text += ' '
    const { hidden } = first
    if (hidden === undefined) {
      words.push(first.word)
      text += first.word.text
      at += 1
      continue
    }
    let next = at + 1
    while (entries[next]?.hidden !== undefined && entries[next]?.hidden?.finding === hidden.finding) next += 1
    const shown = placeholder(hidden.finding)
    const { startMs } = first.word
    const endMs = entries[next - 1]?.word.endMs ?? first.word.endMs
    const { value: _, ...finding } = hidden.finding
    findings.push({
      ...finding,
      start: text.length,
      end: text.length + shown.length,
      fromMs: startMs,
      toMs: endMs,
    })
    words.push({ text: shown, startMs, endMs })
    text += shown
    at = next
  }
  return {
    party,
    segment,
    final,
    text,
    words,
    findings,
    fromMs: words[0]?.startMs ?? atMs,
    toMs: words.at(-1)?.endMs ?? atMs,
  }
}

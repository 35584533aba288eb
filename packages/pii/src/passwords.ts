import type { Analysis } from './analysis.ts'
import type { Finding } from './contract.ts'
import { gapLine, gapSpace } from './scan.ts'

const links = new Set([
  'is',
  "it's",
  'its',
  'was',
  'es',
  'era',
  'ist',
  'lautet',
  'war',
  'est',
  'etait',
  'hai',
  'है',
  'equals',
])
/** Words that begin something else than the password. */
const others = new Set(
  'not wrong expired incorrect correct reset required the a my your it that and or but so because no nicht falsch pas no incorrecta to in too very now still also used asked called locked weak strong invalid please thanks thank'.split(
    ' ',
  ),
)
const enders = new Set(
  'and but so because then thanks thank please und aber y pero et mais or can could that is do you i'.split(
    ' ',
  ),
)
const mostWords = 5

/** The end of what is said or written after `password is`, in characters. */
function valueAfter(analysis: Analysis, at: number): { start: number; end: number } | undefined {
  const { text, tokens, gaps } = analysis.scan
  const first = tokens[at]
  if (first === undefined || gaps[at] === gapLine) return undefined
  const chunk = chunkEnd(text, first.start)
  const single = text.slice(first.start, chunk)
  if (!isWord(single)) return { start: glued(text, first.start), end: chunk }
  if (others.has(first.plain)) return undefined
  let to = at + 1
  while (
    to < tokens.length &&
    to < at + mostWords &&
    gaps[to] === gapSpace &&
    !enders.has(tokens[to]?.plain ?? '')
  )
    to += 1
  return { start: first.start, end: chunkEnd(text, tokens[to - 1]?.start ?? first.start) }
}

function glued(text: string, start: number): number {
  let from = start
  while (from > 0 && start - from < 8 && !' \n\t:="\''.includes(text[from - 1] ?? ' ')) from -= 1
  return from
}

function chunkEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && end - start < 64 && !' \n\t'.includes(text[end] ?? ' ')) end += 1
  while (end > start + 1 && '.,;?"\''.includes(text[end - 1] ?? '')) end -= 1
  return end
}

/** Nothing but letters: a word as it is said, rather than a password as it is written. */
function isWord(chunk: string): boolean {
  for (let at = 0; at < chunk.length; at += 1) {
    const mark = chunk[at] ?? ''
    if (mark.toLowerCase() === mark.toUpperCase() && mark.charCodeAt(0) < 0x300) return false
  }
  return true
}

/** What follows `password is` or `password:`, up to five words. Closed: a password can be any words. */
export function findPasswords(analysis: Analysis): Finding[] {
  const { text, tokens } = analysis.scan
  const found: Finding[] = []
  for (const cue of analysis.cues) {
    if (cue.mark.type !== 'password') continue
    const linked = links.has(tokens[cue.to]?.plain ?? '')
    const mark = text.slice(tokens[cue.to - 1]?.end ?? 0, (tokens[cue.to - 1]?.end ?? 0) + 2).trim()[0]
    if (!linked && mark !== ':' && mark !== '=') continue
    const value = valueAfter(analysis, linked ? cue.to + 1 : cue.to)
    if (value === undefined || value.end <= value.start) continue
    found.push({
      type: 'password',
      ...value,
      confidence: 0.85,
      value: text.slice(value.start, value.end),
      by: 'passwords',
    })
  }
  return found
}

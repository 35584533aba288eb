import {
  placeholderOf,
  type Finding,
  type Judged,
  type Language,
  type PiiType,
  type Released,
  type SensitiveSpan,
  type Word,
} from '@voxkeep/pii'
import type { PresidioAnalyzer, PresidioFailure } from './presidio.ts'

export interface ReviewOptions {
  readonly analyzer: PresidioAnalyzer
  /** What counts; `custom`, which an analyzer's own entities are, counts always. */
  readonly types: readonly PiiType[]
  /** What becomes of what nobody could review: nothing of it is shown and all of it is silenced, or it stays as the engine left it. */
  readonly whenFails: 'withhold' | 'keep'
  failed(why: PresidioFailure): void
}

/** Looks again, at what a session released: for names and places that only a trained model knows. */
export interface Review {
  /** What comes back has the same lines and times, with more taken out. Never rejects. */
  review(judged: Judged, language: Language): Promise<Judged>
}

/** What stands for a line that could not be reviewed. */
const unreviewed = { type: 'custom', detail: 'unreviewed' } as const

/**
 * Has presidio-analyzer review what was released, before it is shown and before its time counts as judged. What is not final is dropped: it would be
 * shown unreviewed, and it comes again.
 */
export function presidioReview(options: ReviewOptions): Review {
  return {
    async review(judged, language) {
      const finals = judged.released.filter(({ final }) => final)
      const reviewed = await Promise.all(finals.map((line) => reviewLine(options, line, language)))
      return {
        ...judged,
        released: reviewed.map(({ line }) => line),
        spans: [...judged.spans, ...reviewed.flatMap(({ spans }) => spans)],
      }
    },
  }
}

interface Reviewed {
  readonly line: Released
  readonly spans: readonly SensitiveSpan[]
}

async function reviewLine(o: ReviewOptions, line: Released, language: Language): Promise<Reviewed> {
  const answer = await o.analyzer.analyze(line.text, language)
  if (!answer.ok) {
    o.failed(answer.why)
    return o.whenFails === 'keep' ? { line, spans: [] } : withheld(line)
  }
  const wanted = answer.findings.filter(({ type }) => type === 'custom' || o.types.includes(type))
  return wanted.length === 0 ? { line, spans: [] } : redacted(line, wanted)
}

function withheld(line: Released): Reviewed {
  const { party, fromMs, toMs } = line
  const text = placeholderOf(unreviewed)
  const finding = { ...unreviewed, start: 0, end: text.length, confidence: 1, by: 'presidio', fromMs, toMs }
  const words = [{ text, startMs: fromMs, endMs: toMs }]
  return {
    line: { ...line, text, words, findings: [finding] },
    spans: toMs > fromMs ? [{ party, type: 'custom', fromMs, toMs }] : [],
  }
}

interface Placed {
  readonly word: Word
  readonly start: number
  readonly end: number
  /** What the session found there already. */
  readonly known: Released['findings'][number] | undefined
}

/** Where each word is in the text, which is the words with a space between. */
function placedWords({ words, findings }: Released): Placed[] {
  let at = 0
  return words.map((word) => {
    const start = at
    at += word.text.length + 1
    const end = start + word.text.length
    return { word, start, end, known: findings.find((one) => one.start < end && start < one.end) }
  })
}

/** Takes whole words out: half a word would tell the rest. */
function redacted(line: Released, found: readonly Finding[]): Reviewed {
  const words: Word[] = []
  const findings: Released['findings'][number][] = []
  const spans: SensitiveSpan[] = []
  let text = ''
  let last: Finding | undefined
  for (const { word, start, end, known } of placedWords(line)) {
    const finding = known === undefined ? found.find((one) => one.start < end && start < one.end) : undefined
    const isMore = finding !== undefined && finding === last
    last = finding
    if (isMore) {
      widen(words, findings, spans, word.endMs)
      continue
    }
    if (text !== '') text += ' '
    const from = text.length
    text += finding === undefined ? word.text : placeholderOf(finding)
    const place = { start: from, end: text.length }
    words.push(
      finding === undefined
        ? word
        : { text: placeholderOf(finding), startMs: word.startMs, endMs: word.endMs },
    )
    if (known !== undefined) findings.push({ ...known, ...place })
    if (finding === undefined) continue
    const { value: _, ...rest } = finding
    findings.push({ ...rest, ...place, fromMs: word.startMs, toMs: word.endMs })
    spans.push({ party: line.party, type: finding.type, fromMs: word.startMs, toMs: word.endMs })
  }
  return { line: { ...line, text, words, findings }, spans }
}

/** The last of each goes on to here. */
function widen(
  words: Word[],
  findings: Released['findings'][number][],
  spans: SensitiveSpan[],
  toMs: number,
): void {
  const [word, finding, span] = [words.pop(), findings.pop(), spans.pop()]
  if (word !== undefined) words.push({ ...word, endMs: toMs })
  if (finding !== undefined) findings.push({ ...finding, toMs })
  if (span !== undefined) spans.push({ ...span, toMs })
}

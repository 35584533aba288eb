import type { Finding, Judged, PiiSession, SensitiveSpan } from '@voxkeep/pii'
import type { Turn } from './privacy-corpus.ts'
import { judge, type Judgement } from './privacy-score.ts'

const wordMs = 350
const betweenWordsMs = 50
const betweenTurnsMs = 600

interface Timed {
  readonly start: number
  readonly end: number
  readonly startMs: number
  readonly endMs: number
}

/** Says a talk to a session, word by word in time, a partial in the middle of each turn, and judges what it called sensitive. */
export function judgeDialogue(into: Judgement, turns: readonly Turn[], session: PiiSession): void {
  const spans: SensitiveSpan[] = []
  const keep = ({ spans: told }: Judged) => spans.push(...told)
  let nowMs = 0
  const timed = turns.map((turn, segment) => {
    const words = [...turn.text.matchAll(/\S+/g)].map((match): Timed => {
      const startMs = nowMs
      nowMs += wordMs + betweenWordsMs
      return { start: match.index, end: match.index + match[0].length, startMs, endMs: startMs + wordMs }
    })
    const said = words.map(({ start, end, ...time }) => ({ text: turn.text.slice(start, end), ...time }))
    const { party } = turn
    const half = said.slice(0, Math.ceil(said.length / 2))
    keep(session.push({ party, segment, final: false, words: half, language: 'en' }))
    keep(session.push({ party, segment, final: true, words: said, language: 'en' }))
    nowMs += betweenTurnsMs
    return words
  })
  keep(session.end())
  for (const [at, turn] of turns.entries()) {
    const own = spans.filter(({ party }) => party === turn.party)
    judge(into, { ...turn, form: 'dialogue' }, hidden(timed[at] ?? [], own))
  }
}

/** What is hidden of a turn: words side by side in one span are one finding. */
function hidden(words: readonly Timed[], spans: readonly SensitiveSpan[]): Finding[] {
  const findings: (Finding & { readonly span: SensitiveSpan })[] = []
  for (const { start, end, startMs, endMs } of words) {
    const span = spans.find(({ fromMs, toMs }) => fromMs <= startMs && endMs <= toMs)
    if (span === undefined) continue
    const last = findings.at(-1)
    const isSame = last?.span === span
    if (isSame) findings.pop()
    findings.push({
      type: span.type,
      start: isSame ? last.start : start,
      end,
      confidence: 1,
      by: 'session',
      span,
    })
  }
  return findings
}

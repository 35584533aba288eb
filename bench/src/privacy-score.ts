import type { Finding, Language, PiiType } from '@voxkeep/pii'
import type { Form, Label } from './privacy-corpus.ts'

/** What was found of a type, and how much of what was found is true. */
export interface Tally {
  /** Labels of the type. */
  count: number
  /** Of these, how many are covered, by findings of whatever type: what counts is that nothing of it is left. */
  covered: number
  /** Of these, how many are covered by findings of their own type alone. */
  named: number
  /** Findings of the type, and how many of them cover a word of a label. */
  findings: number
  right: number
}

export interface Miss {
  readonly kind: 'miss' | 'false'
  readonly type: PiiType
  readonly language: Language
  readonly form: Form | 'dialogue' | 'public'
  readonly template: string
  readonly text: string
  /** What was missed, or was found and is nobody's. */
  readonly span: string
  readonly got: readonly string[]
}

export interface Judgement {
  readonly tallies: Map<string, Tally>
  readonly misses: Miss[]
}

export interface Case {
  readonly language: Language
  readonly form: Miss['form']
  readonly template: string
  readonly text: string
  readonly labels: readonly Label[]
}

/** Digits must all be covered; of a name or an address nine in ten characters. */
const worded: ReadonlySet<PiiType> = new Set<PiiType>([
  'person',
  'address',
  'location',
  'organisation',
  'health',
])
const enoughOfWords = 0.9

export function judgement(): Judgement {
  return { tallies: new Map(), misses: [] }
}

/** Adds what was found in one text to the tallies, and remembers what went wrong. A date that is nobody's birthday is neither right nor wrong. */
export function judge(into: Judgement, one: Case, findings: readonly Finding[]): void {
  const told = findings.map(({ type, start, end }) => `${type}:${one.text.slice(start, end)}`)
  const { language, form, template, text } = one
  const wrong = (kind: Miss['kind'], type: PiiType, span: string) =>
    into.misses.push({ kind, type, language, form, template, text, span, got: told })
  for (const label of one.labels) {
    const isCovered = covers(findings, label)
    const isNamed = covers(
      findings.filter(({ type }) => type === label.type),
      label,
    )
    for (const tally of talliesOf(into, label.type, one)) {
      tally.count += 1
      tally.covered += isCovered ? 1 : 0
      tally.named += isNamed ? 1 : 0
    }
    if (!isCovered) wrong('miss', label.type, text.slice(label.start, label.end))
  }
  for (const finding of findings) {
    if (finding.type === 'date') continue
    const isRight = one.labels.some((label) => covered(label, [finding]) > 0)
    for (const tally of talliesOf(into, finding.type, one)) {
      tally.findings += 1
      tally.right += isRight ? 1 : 0
    }
    if (!isRight) wrong('false', finding.type, text.slice(finding.start, finding.end))
  }
}

/** By type, by type and language, by type and form. */
function talliesOf({ tallies }: Judgement, type: PiiType, { language, form }: Case): Tally[] {
  return [type, `${type} ${language}`, `${type} ${form}`].map((key) => {
    const found = tallies.get(key) ?? { count: 0, covered: 0, named: 0, findings: 0, right: 0 }
    tallies.set(key, found)
    return found
  })
}

function covers(findings: readonly Finding[], label: Label): boolean {
  const all = label.words.reduce((sum, { start, end }) => sum + end - start, 0)
  return covered(label, findings) >= (worded.has(label.type) ? enoughOfWords * all : all)
}

/** How many characters of the label's words lie within findings. */
function covered(label: Label, findings: readonly Pick<Finding, 'start' | 'end'>[]): number {
  let characters = 0
  for (const word of label.words)
    for (let at = word.start; at < word.end; at += 1)
      if (findings.some(({ start, end }) => start <= at && at < end)) characters += 1
  return characters
}

export interface Figures {
  readonly recall: number
  readonly precision: number
}

/** Recall and precision over several types together; 1 where there was nothing to find. */
export function figuresOf(tallies: Map<string, Tally>, keys: readonly string[]): Figures {
  const all = keys.flatMap((key) => tallies.get(key) ?? [])
  const sum = (key: keyof Tally) => all.reduce((total, tally) => total + tally[key], 0)
  return { recall: share(sum('covered'), sum('count')), precision: share(sum('right'), sum('findings')) }
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 1 : Math.round((10_000 * part) / whole) / 10_000
}

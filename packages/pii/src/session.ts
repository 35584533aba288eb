import { analyse } from './analysis.ts'
import type { Finding, Judged, Language, PiiSession, PiiType, Said, SensitiveSpan, Word } from './contract.ts'
import type { Lexicon } from './lexicon.ts'
import { placeholderOf, type Placeholder } from './redact.ts'
import { resolve } from './resolve.ts'
import { scan } from './scan.ts'
import { addAsk, askBetween, askedFor, phraseOf, type Ask } from './session-asks.ts'
import { answerHeldFrom, heldFrom, type Asked, type HoldTimes } from './session-hold.ts'
import { forget, mostHeld, newParty, windowOf, wordAt, type Entry, type Party } from './session-party.ts'
import { readback } from './session-readback.ts'
import { releaseSegment } from './session-release.ts'

export interface SessionOptions {
  /** A pause this long ends a number. 1,200 ms by default. */
  readonly gapMs?: number
  /** Digits that nothing explains wait this long for more. 5,000 ms by default. */
  readonly pieceMs?: number
  /** How long a question waits for its answer. 60,000 ms by default. */
  readonly answerMs?: number
  readonly language?: Language
  /** In the place of a finding. Called again for the same finding as its segment grows. */
  readonly placeholder?: Placeholder
}

interface Find {
  (text: string, options: { readonly language: Language; readonly speech: true }): readonly Finding[]
}

export interface SessionParts {
  readonly find: Find
  readonly lexicons: ReadonlyMap<Language, Lexicon>
  readonly language: Language
  readonly options: SessionOptions
}

interface Verdicts {
  readonly findings: readonly Finding[]
  readonly heldWord: number
  readonly ids: readonly (number | undefined)[]
}

const readbackMs = 20_000 // for so long the other party may be reading a value back
const spokenInDigits: ReadonlySet<PiiType> = new Set([
  'card',
  'card-code',
  'ssn',
  'bank-account',
  'iban',
  'national-id',
  'account',
  'phone',
  'pin',
  'bank-routing',
])

class Session implements PiiSession {
  readonly #parts: SessionParts
  readonly #times: HoldTimes
  readonly #parties = new Map<string, Party>()
  readonly #asks: Ask[] = []
  readonly #known = readback()
  readonly #spans: SensitiveSpan[] = []
  #ended = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { gapMs = 1_200, pieceMs = 5_000 } = parts.options
    this.#times = { gapMs, pieceMs }
  }

  push(said: Said): Judged {
    const party = this.#party(said.party, said.language)
    if (!said.final) {
      party.partial = { segment: said.segment, words: said.words.slice(-mostHeld) }
      return this.#told(this.#partial(party))
    }
    if (party.partial?.segment === said.segment) party.partial = undefined
    for (const word of said.words)
      party.entries.push({ word, segment: said.segment, out: false, hidden: undefined })
    const last = said.words.at(-1)
    party.throughMs = Math.max(party.throughMs, last?.endMs ?? 0)
    party.open.set(said.segment, {
      fromMs: said.words[0]?.startMs ?? party.throughMs,
      toMs: last?.endMs ?? party.throughMs,
    })
    this.#listenForQuestions(party, said)
    return this.#told(this.#judge(party, 0))
  }

  advance(name: string, throughMs: number): Judged {
    const party = this.#party(name, undefined)
    party.throughMs = Math.max(party.throughMs, throughMs)
    return this.#told(this.#judge(party, this.#quiet(party)))
  }

  expect(name: string, type: PiiType, untilMs: number): void {
    const { throughMs } = this.#party(name, undefined)
    addAsk(this.#asks, { party: name, by: undefined, type, atMs: throughMs, untilMs })
  }

  end(): Judged {
    this.#ended = true
    const released = [...this.#parties.values()].flatMap((party) => {
      party.partial = undefined
      return this.#judge(party, Number.POSITIVE_INFINITY)
    })
    const judged = this.#told(released)
    this.#known.forget()
    this.#asks.length = 0
    return judged
  }

  #party(name: string, language: Language | undefined): Party {
    let party = this.#parties.get(name)
    if (party === undefined)
      this.#parties.set(
        name,
        (party = newParty(name, language ?? this.#parts.options.language ?? this.#parts.language)),
      )
    if (language !== undefined) party.language = language
    return party
  }

  #quiet(party: Party): number {
    return party.throughMs - (party.entries.at(-1)?.word.endMs ?? 0)
  }

  #lexicon(language: Language): Lexicon | undefined {
    return this.#parts.lexicons.get(language) ?? this.#parts.lexicons.get(this.#parts.language)
  }

  #listenForQuestions(party: Party, said: Said): void {
    const lexicon = this.#lexicon(party.language)
    const last = said.words.at(-1)
    if (lexicon === undefined || last === undefined) return
    const text = said.words.map((word) => word.text).join(' ')
    const { answerMs = 60_000 } = this.#parts.options
    for (const type of askedFor(analyse(scan(text, lexicon.language, lexicon), lexicon)))
      addAsk(this.#asks, {
        party: undefined,
        by: party.name,
        type,
        atMs: last.endMs - 300,
        untilMs: last.endMs + answerMs,
      })
  }

  /** Findings in a party's words, and from which word on they are held. */
  #verdicts(party: Party, words: readonly Word[], quietMs: number): Verdicts {
    const lexicon = this.#lexicon(party.language)
    if (lexicon === undefined || words.length === 0) return { findings: [], heldWord: 0, ids: [] }
    let asked = undefined as Asked | undefined
    const window = windowOf(words, (previous, word, at) => {
      const ask = askBetween(this.#asks, party.name, previous?.endMs ?? -1, word.startMs + 300)
      if (ask !== undefined && ask.again !== true) asked = { type: ask.type, word: at }
      return ask === undefined ? undefined : phraseOf(ask.type)
    })
    const analysis = analyse(scan(window.text, lexicon.language, lexicon), lexicon, true)
    const again = this.#known.find(analysis, party.throughMs)
    const findings = resolve([
      ...this.#parts.find(window.text, { language: lexicon.language, speech: true }),
      ...again,
    ])
    const question = asked
    const isOver = quietMs >= this.#times.gapMs || party.entries[question?.word ?? 0]?.out === true
    const answer =
      question === undefined || isOver ? undefined : answerHeldFrom(question, window.starts, findings)
    const settled = Math.min(
      heldFrom(analysis, findings, quietMs, this.#times),
      answer ?? Number.POSITIVE_INFINITY,
    )
    const held = this.#ended ? window.text.length : settled
    const ids: (number | undefined)[] = Array.from({ length: words.length })
    findings.forEach((finding, id) => {
      for (
        let at = wordAt(window, finding.start);
        at < words.length && (window.starts[at] ?? 0) < finding.end;
        at += 1
      )
        ids[at] = id
    })
    return { findings, heldWord: wordAt(window, held), ids }
  }

  #partial(party: Party): Judged['released'] {
    const { partial } = party
    if (partial === undefined) return []
    const words = [...party.entries.map((entry) => entry.word), ...partial.words]
    const { findings, heldWord, ids } = this.#verdicts(party, words, 0)
    const base = party.entries.length
    const shown: Entry[] = partial.words.slice(0, Math.max(0, heldWord - base)).map((word, at) => {
      const id = ids[base + at]
      const finding = id === undefined ? undefined : findings[id]
      return {
        word,
        segment: partial.segment,
        out: true,
        hidden: finding === undefined ? undefined : { finding, id: id ?? 0 },
      }
    })
    return shown.length === 0 ? [] : [this.#release(party, partial.segment, shown, false)]
  }

  #judge(party: Party, quietMs: number): Judged['released'] {
    const { findings, heldWord, ids } = this.#verdicts(
      party,
      party.entries.map((entry) => entry.word),
      quietMs,
    )
    const held = party.entries.length - heldWord > mostHeld ? party.entries.length - mostHeld : heldWord
    const touched = this.#mark(party, findings, ids, held)
    const released = this.#closeSegments(party, touched)
    this.#moveJudged(party, held)
    forget(party)
    return released
  }

  /** Hides and lets go of words before `held`; says which segments changed. */
  #mark(
    party: Party,
    findings: readonly Finding[],
    ids: readonly (number | undefined)[],
    held: number,
  ): Set<number> {
    const touched = new Set<number>()
    const told = new Map<number, { type: PiiType; fromMs: number; toMs: number }>()
    party.entries.slice(0, held).forEach((entry, at) => {
      const id = ids[at]
      const finding = id === undefined ? undefined : findings[id]
      if (finding !== undefined && id !== undefined && entry.hidden === undefined) {
        entry.hidden = { finding, id }
        touched.add(entry.segment)
        const span = told.get(id)
        if (span === undefined)
          told.set(id, { type: finding.type, fromMs: entry.word.startMs, toMs: entry.word.endMs })
        else span.toMs = entry.word.endMs
        this.#learn(party, finding, entry.word.endMs)
      }
      if (entry.out) return
      entry.out = true
      touched.add(entry.segment)
    })
    for (const span of told.values()) this.#spans.push({ party: party.name, ...span })
    return touched
  }

  /** The other party may read it back. */
  #learn(party: Party, finding: Finding, atMs: number): void {
    this.#known.learn(finding, atMs)
    if (finding.by === 'readback' || !spokenInDigits.has(finding.type)) return
    addAsk(this.#asks, {
      party: undefined,
      by: party.name,
      type: finding.type,
      atMs,
      untilMs: atMs + readbackMs,
      again: true,
    })
  }

  #closeSegments(party: Party, touched: ReadonlySet<number>): Judged['released'] {
    const out: Judged['released'][number][] = []
    for (const [segment] of party.open) {
      const entries = party.entries.filter((entry) => entry.segment === segment)
      const shown = entries.filter((entry) => entry.out)
      const complete = shown.length === entries.length
      if (complete || touched.has(segment)) out.push(this.#release(party, segment, shown, complete))
      if (complete) party.open.delete(segment)
    }
    return out
  }

  #release(
    party: Party,
    segment: number,
    entries: readonly Entry[],
    final: boolean,
  ): Judged['released'][number] {
    const atMs = party.open.get(segment)?.fromMs ?? party.throughMs
    return releaseSegment({
      party: party.name,
      segment,
      final,
      entries,
      atMs,
      placeholder: this.#parts.options.placeholder ?? placeholderOf,
    })
  }

  #moveJudged(party: Party, held: number): void {
    const firstHeld = party.entries.slice(held).find((entry) => !entry.out)
    const limit = Math.min(
      firstHeld?.word.startMs ?? Number.POSITIVE_INFINITY,
      party.partial?.words[0]?.startMs ?? Number.POSITIVE_INFINITY,
    )
    party.judgedMs = Math.max(party.judgedMs, Math.min(party.throughMs, limit))
  }

  #told(released: Judged['released']): Judged {
    const judgedMs = Object.fromEntries(
      [...this.#parties.values()].map((party) => [party.name, party.judgedMs]),
    )
    return { released, spans: this.#spans.splice(0), judgedMs }
  }
}

export function openSession(parts: SessionParts): PiiSession {
  return new Session(parts)
}

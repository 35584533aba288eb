import type { Review } from '#privacy'
import type { Judged, Language, PiiSession, PiiType, Released, Said, SensitiveSpan, Word } from '@voxkeep/pii'

/** Who speaks: on channel 0 the leg's peer, on channel 1 whoever it hears. */
export type Party = 'caller' | 'agent'
export const parties = ['caller', 'agent'] as const
export const channelOf: Readonly<Record<Party, 0 | 1>> = { caller: 0, agent: 1 }

/** What may be shown of what was said, and what was said: the second goes nowhere that the policy does not name. */
export interface Line extends Omit<Released, 'party'> {
  readonly party: Party
  readonly original: string
}

export interface WordsJudge {
  said(
    party: Party,
    said: { segment: number; final: boolean; words: readonly Word[]; language: string | undefined },
  ): void
  /** The engine heard nothing else of the party before this. */
  through(party: Party, ms: number): void
  expect(party: Party, type: PiiType, untilMs: number): void
  /** Everything before this was judged. */
  judgedMs(party: Party): number
  /** Nothing more comes: what is held for more is let go of. Resolves when all of it was told. */
  end(): Promise<void>
}

export interface JudgeEvents {
  lines(lines: readonly Line[]): void
  spans(spans: readonly SensitiveSpan[]): void
  /** Never goes back. */
  judged(party: Party, ms: number): void
}

/** What is not released of a party's words is remembered for the original up to here: an hour of talk without a pause. */
const maxOpenSegments = 1_000

/**
 * Takes what both parties say to one `PiiSession`, and what it finds to whoever acts on it: at once, or after a review of it, in the same order.
 *
 * @param review - Has a bound of its own on how much it is asked and for how long.
 */
export function wordsJudge(session: PiiSession, tell: JudgeEvents, review?: Review): WordsJudge {
  const judged = { caller: 0, agent: 0 }
  const open = new Map<string, string>()
  const lineOf = (released: Released): Line[] => {
    const party = partyOf(released.party)
    if (party === undefined) return []
    const key = `${party} ${released.segment}`
    const original = open.get(key) ?? ''
    if (released.final) open.delete(key)
    return [{ ...released, party, original }]
  }
  let spoken: Language = 'en'
  let told = Promise.resolve()
  const act = (step: Judged) => {
    if (review === undefined) return actNow(step)
    const reviewed = review.review(step, spoken)
    told = told.then(async () => actNow(await reviewed))
  }
  const actNow = ({ released, spans, judgedMs }: Judged) => {
    // Spans first: what is judged may be sealed at once.
    if (spans.length > 0) tell.spans(spans)
    for (const party of parties) {
      const ms = judgedMs[party]
      if (ms === undefined || ms <= judged[party]) continue
      judged[party] = ms
      tell.judged(party, ms)
    }
    if (released.length > 0) tell.lines(released.flatMap(lineOf))
  }
  return {
    said(party, { segment, final, words, language }) {
      open.set(`${party} ${segment}`, words.map(({ text }) => text).join(' '))
      if (open.size > maxOpenSegments) open.delete(open.keys().next().value ?? '')
      const known = languageOf(language)
      spoken = known ?? spoken
      const said: Said = { party, segment, final, words, ...(known !== undefined && { language: known }) }
      act(session.push(said))
    },
    through: (party, ms) => act(session.advance(party, ms)),
    expect: (party, type, untilMs) => session.expect(party, type, untilMs),
    judgedMs: (party) => judged[party],
    async end() {
      act(session.end())
      await told
      open.clear()
    },
  }
}

function partyOf(name: string): Party | undefined {
  return parties.find((party) => party === name)
}

const languages: readonly Language[] = ['en', 'es', 'de', 'fr', 'hi']

/** Of `en-US`, `en`. */
export function languageOf(tag: string | undefined): Language | undefined {
  const primary = tag?.split('-')[0]?.toLowerCase()
  return languages.find((language) => language === primary)
}

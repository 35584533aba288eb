import { writeFileSync } from 'node:fs'
import type { Finding, Language } from '@voxkeep/pii'
import { judgeDialogue } from './privacy-dialogues.ts'
import { privacyEngine } from './privacy-engine.ts'
import { privacyCorpus, type Corpus } from './privacy-corpus.ts'
import { judgePublic, type PublicFigures } from './privacy-public.ts'
import { figuresOf, judge, judgement, share, type Figures, type Judgement } from './privacy-score.ts'

/** What is told by `names`; places, organisations and illnesses are told by type. */
export const nameTypes = ['person', 'address'] as const
/** What is told by `structured`: the six that the text of a call is mostly about, and what else has digits or a fixed form. */
export const structuredTypes = [
  'card',
  'ssn',
  'phone',
  'iban',
  'account',
  'date-of-birth',
  'bank-account',
  'bank-routing',
  'card-code',
  'card-expiry',
  'pin',
  'national-id',
  'ip-address',
  'email',
  'postal-code',
] as const

/** Seeds that no recogniser was worked on with. */
const heldOutSeeds = [7_001, 7_002, 7_003]
const tuningSeeds = [1, 2]

export interface TypeFigures extends Figures {
  readonly count: number
  /** The part of the labels that were found under their own type. */
  readonly named: number
  /** Recall in each language and each form. */
  readonly recallBy: Readonly<Record<string, number>>
}

export interface PrivacyReport {
  readonly structured: Figures
  readonly names: Figures
  readonly mbPerSecond: number
  readonly byType: Readonly<Record<string, TypeFigures>>
  /** The public set, where it is at hand. */
  readonly presidio?: PublicFigures
}

export interface PrivacyOptions {
  /** Score what recognisers are worked on with, instead of what is kept from them. */
  readonly tuning: boolean
  /** Write what was missed and what was found wrongly there, a line of JSON each. The corpus is invented: nothing in it is anybody's. */
  readonly misses?: string
  /** How often each template is filled, a seed. */
  readonly rounds?: number
}

/** Measures what is found of what is sensitive, and how fast. */
export function privacy({ tuning, misses, rounds = 4 }: PrivacyOptions): PrivacyReport {
  const engine = privacyEngine()
  const find = (text: string, language: Language) => engine.find(text, { language })
  const part = tuning ? 'tuning' : 'held-out'
  const judged = judgement()
  const corpora = (tuning ? tuningSeeds : heldOutSeeds).map((seed) => privacyCorpus({ seed, part, rounds }))
  for (const corpus of corpora) judgeCorpus(judged, corpus, engine)
  const presidio = judgePublic((text) => find(text, 'en'))
  if (misses !== undefined) writeMisses(misses, judged, presidio?.judgement)
  return {
    structured: figuresOf(judged.tallies, structuredTypes),
    names: figuresOf(judged.tallies, nameTypes),
    mbPerSecond: throughput(corpora, find),
    byType: byType(judged),
    ...(presidio !== undefined && { presidio: presidio.figures }),
  }
}

/** Judges what an engine finds in every sample and talk of a corpus. */
export function judgeCorpus(
  into: Judgement,
  { samples, dialogues }: Corpus,
  engine: ReturnType<typeof privacyEngine>,
): void {
  for (const sample of samples) judge(into, sample, engine.find(sample.text, { language: sample.language }))
  for (const turns of dialogues) judgeDialogue(into, turns, engine.session({ language: 'en' }))
}

function byType({ tallies }: Judgement): Record<string, TypeFigures> {
  const types = [...tallies.keys()].filter((key) => !key.includes(' ')).toSorted()
  return Object.fromEntries(
    types.map((type) => {
      const parts = [...tallies.keys()].filter((key) => key.startsWith(`${type} `)).toSorted()
      const recall = Object.fromEntries(
        parts.map((key) => [key.slice(type.length + 1), figuresOf(tallies, [key]).recall]),
      )
      const { count = 0, named = 0 } = tallies.get(type) ?? {}
      return [type, { ...figuresOf(tallies, [type]), count, named: share(named, count), recallBy: recall }]
    }),
  )
}

function writeMisses(path: string, ...judged: readonly (Judgement | undefined)[]): void {
  const lines = judged.flatMap((one) => one?.misses ?? []).map((miss) => `${JSON.stringify(miss)}\n`)
  writeFileSync(path, lines.join(''), { mode: 0o600 })
}

const chunkCharacters = 2_000
const warmMs = 1_500
const measuredMs = 2_000
/** In a call one sentence in so many says something about somebody. */
const plainForEach = 5

/**
 * Megabytes of text a second on one core: English, written, spoken and heard, in texts of the length of a few minutes of talk in which one
 * sentence in six holds something, after the time that a compiler of JavaScript needs.
 */
function throughput(
  corpora: readonly Corpus[],
  find: (text: string, language: Language) => readonly Finding[],
): number {
  const english = corpora.flatMap(({ samples }) => samples.filter(({ language }) => language === 'en'))
  const plain = english.filter(({ labels }) => labels.length === 0)
  const all = english
    .filter(({ labels }) => labels.length > 0)
    .flatMap((sample, at) => [
      sample,
      ...Array.from({ length: plainForEach }, (_, more) => plain[(at * plainForEach + more) % plain.length]),
    ])
    .flatMap((sample) => sample?.text ?? [])
    .join(' ')
  const texts = all.match(new RegExp(`[^]{1,${chunkCharacters}}`, 'g')) ?? []
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  runFor(warmMs)
  const { rounds, cpuMs } = runFor(measuredMs)
  return Math.round((rounds * bytes) / cpuMs / 10) / 100

  /** At least that much time of a core, in whole rounds. */
  function runFor(ms: number) {
    const from = process.cpuUsage()
    for (let rounds = 1; ; rounds += 1) {
      for (const text of texts) find(text, 'en')
      const { user, system } = process.cpuUsage(from)
      const cpuMs = (user + system) / 1_000
      if (cpuMs >= ms) return { rounds, cpuMs }
    }
  }
}

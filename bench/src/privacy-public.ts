import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding, PiiType } from '@voxkeep/pii'
import { judge, judgement, share, type Judgement } from './privacy-score.ts'

/** The set that Presidio publishes its own figures on (microsoft/presidio-research, MIT): 1,500 sentences from templates, with invented people of many countries. */
const file = 'pii/presidio_synth_dataset_v2.json'

interface PublicSample {
  readonly full_text: string
  readonly template_id: number
  readonly spans: readonly {
    readonly entity_type: string
    readonly start_position: number
    readonly end_position: number
  }[]
}

/** What of ours each of theirs is. What we have no type for (a title, an age, a nationality) is counted as missed unless something covers it. */
const ours: Readonly<Record<string, PiiType>> = {
  PERSON: 'person',
  STREET_ADDRESS: 'address',
  GPE: 'location',
  ORGANIZATION: 'organisation',
  CREDIT_CARD: 'card',
  DATE_TIME: 'date',
  PHONE_NUMBER: 'phone',
  EMAIL_ADDRESS: 'email',
  ZIP_CODE: 'postal-code',
  DOMAIN_NAME: 'url',
  IBAN_CODE: 'iban',
  US_SSN: 'ssn',
  IP_ADDRESS: 'ip-address',
  US_DRIVER_LICENSE: 'national-id',
}

export interface PublicFigures {
  readonly sentences: number
  /** Over all 2,863 spans, those of types that we do not have included. */
  readonly recall: number
  /** Over the spans of the types that we have. */
  readonly recallOfOurTypes: number
  readonly precision: number
  readonly byType: Readonly<Record<string, { readonly count: number; readonly recall: number }>>
}

/** Where third-party data is kept; `undefined` where it is not. */
function publicSet(): PublicSample[] | undefined {
  const root = process.env['VOXKEEP_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors')
  const path = join(root, file)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PublicSample[]) : undefined
}

/** Judges the public set, if it is there. A date is right there wherever it stands. */
export function judgePublic(
  find: (text: string) => readonly Finding[],
): { figures: PublicFigures; judgement: Judgement } | undefined {
  const samples = publicSet()
  if (samples === undefined) return undefined
  const all = judgement()
  const byTheirs = new Map<string, Judgement>()
  for (const { full_text: text, template_id: template, spans } of samples) {
    const findings = find(text)
    const one = { language: 'en', form: 'public', template: String(template), text } as const
    const labels = spans.map(({ entity_type: theirs, start_position: start, end_position: end }) => ({
      theirs,
      label: { type: ours[theirs] ?? ('custom' as const), start, end, words: wordsOf(text, start, end) },
    }))
    judge(all, { ...one, labels: labels.map(({ label }) => label) }, findings)
    for (const { theirs, label } of labels) {
      const own = byTheirs.get(theirs) ?? judgement()
      byTheirs.set(theirs, own)
      judge(own, { ...one, labels: [label] }, findings)
    }
  }
  return { figures: figures(samples.length, all, byTheirs), judgement: all }
}

function wordsOf(text: string, from: number, to: number) {
  return [...text.slice(from, to).matchAll(/[\p{L}\p{N}](?:[^\s]*[\p{L}\p{N}])?/gu)].map((match) => ({
    start: from + match.index,
    end: from + match.index + match[0].length,
  }))
}

function figures(sentences: number, all: Judgement, byTheirs: Map<string, Judgement>): PublicFigures {
  const rows = [...byTheirs].map(([theirs, { tallies }]) => {
    const { count = 0, covered = 0 } = tallies.get(ours[theirs] ?? 'custom') ?? {}
    return { theirs, count, covered }
  })
  const recall = (of: typeof rows) =>
    share(
      of.reduce((sum, { covered }) => sum + covered, 0),
      of.reduce((sum, { count }) => sum + count, 0),
    )
  const plain = [...all.tallies].filter(([key]) => !key.includes(' ')).map(([, tally]) => tally)
  const sum = (key: 'right' | 'findings') => plain.reduce((total, tally) => total + tally[key], 0)
  return {
    sentences,
    recall: recall(rows),
    recallOfOurTypes: recall(rows.filter(({ theirs }) => ours[theirs] !== undefined)),
    precision: share(sum('right'), sum('findings')),
    byType: Object.fromEntries(
      rows
        .toSorted((a, b) => b.count - a.count)
        .map(({ theirs, count, covered }) => [theirs, { count, recall: share(covered, count) }]),
    ),
  }
}

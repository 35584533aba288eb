import { analyse, type Analysis } from './analysis.ts'
import {
  piiTypes,
  type Finding,
  type Language,
  type PiiSession,
  type PiiType,
  type Recogniser,
} from './contract.ts'
import { customRecognisers, PiiError, type CustomPattern } from './custom.ts'
import { findDates } from './dates.ts'
import { findWrittenEmails } from './email.ts'
import { lexicon, type Lexicon } from './lexicon.ts'
import { findNetwork } from './network.ts'
import { findNumbers } from './numbers.ts'
import { findPasswords } from './passwords.ts'
import { redactText, type Placeholder, type Redacted } from './redact.ts'
import { resolve } from './resolve.ts'
import { fold, scan } from './scan.ts'
import { findSpokenEmails } from './spoken-email.ts'
import { openSession, type SessionOptions } from './session.ts'

export const languages: readonly Language[] = ['en', 'es', 'de', 'fr', 'hi']

/** What is looked for unless it is said: everything but what is in every second sentence. */
export const defaultTypes: readonly PiiType[] = piiTypes.filter(
  (type) => !['date', 'url', 'location', 'organisation'].includes(type),
)

export interface EngineOptions {
  /** All by default. The first is that of a text whose language is not told. */
  readonly languages?: readonly Language[]
  readonly types?: readonly PiiType[]
  /** Findings less sure than this are left out. 0.5 by default. */
  readonly threshold?: number
  /** Further recognisers beside the engine's own. */
  readonly recognisers?: readonly Recogniser[]
  readonly custom?: readonly CustomPattern[]
  /** Values that are not hidden: a company's own number or address. Compared without marks, spaces and case. */
  readonly allow?: readonly string[]
}

export interface FindOptions {
  readonly language?: Language
  /** What was said, in a transcript of it: digits are hidden sooner, for a recogniser of speech writes spoken ones as figures. */
  readonly speech?: boolean
}

export interface Engine {
  /** Findings, sorted and disjoint. Never throws; linear in the length of the text. */
  find(text: string, options?: FindOptions): readonly Finding[]
  /** The text with each finding replaced: `[CARD]`, or what `placeholder` says. */
  redact(text: string, options?: FindOptions & { readonly placeholder?: Placeholder }): Redacted
  /** Judges speech as it comes. */
  session(options?: SessionOptions): PiiSession
}

const finders: readonly ((analysis: Analysis) => Finding[])[] = [
  findNumbers,
  findDates,
  findWrittenEmails,
  findSpokenEmails,
  findNetwork,
  findPasswords,
]

const mostAllowed = 10_000

function squeeze(value: string): string {
  return fold(value).replace(/[^\p{L}\p{M}\p{N}@]/gu, '')
}

function isAllowed(allowed: ReadonlySet<string>, text: string, finding: Finding): boolean {
  if (allowed.size === 0) return false
  return (
    allowed.has(squeeze(text.slice(finding.start, finding.end))) ||
    (finding.value !== undefined && allowed.has(squeeze(finding.value)))
  )
}

function lexicons(wanted: readonly Language[]): ReadonlyMap<Language, Lexicon> {
  if (wanted.length === 0 || wanted.some((language) => !languages.includes(language)))
    throw new PiiError('PII_LANGUAGE', 'languages are en, es, de, fr, hi')
  return new Map(wanted.map((language) => [language, lexicon(language)]))
}

/** Throws `PiiError` for a pattern or language that it cannot take. An engine keeps nothing of the texts that it is given. */
export function createEngine(options: EngineOptions = {}): Engine {
  const { languages: wanted = languages, types = defaultTypes, threshold = 0.5, recognisers = [] } = options
  const known = lexicons(wanted)
  const [first = 'en'] = wanted
  const shown = new Set(types)
  const others = [...recognisers, ...customRecognisers(options.custom ?? [])]
  const allowed = new Set((options.allow ?? []).slice(0, mostAllowed).map(squeeze))
  const fallback = known.get(first) ?? lexicon(first)
  const find = (text: string, { language = first, speech = false }: FindOptions = {}): readonly Finding[] => {
    const words = known.get(language) ?? fallback
    const doc = scan(text, words.language, words)
    const analysis = analyse(doc, words, speech)
    const found = finders.flatMap((finder) => finder(analysis))
    for (const recogniser of others) found.push(...recogniser.find(doc))
    const sure = found.filter(
      (finding) => finding.confidence >= threshold && !isAllowed(allowed, text, finding),
    )
    return resolve(sure).filter((finding) => shown.has(finding.type))
  }
  return {
    find,
    redact: (text, redaction) => redactText(text, find(text, redaction), redaction?.placeholder),
    session: (session) => openSession({ find, lexicons: known, language: first, options: session ?? {} }),
  }
}

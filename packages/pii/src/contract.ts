/** What is looked for. `custom` comes of a tenant's own patterns, under the name that the pattern has. */
export const piiTypes = [
  'card', // primary account number
  'card-code', // CVV, CVC, CID
  'card-expiry',
  'pin',
  'password',
  'iban',
  'bank-account',
  'bank-routing', // ABA, sort code, BIC
  'ssn', // and ITIN
  'national-id', // NHS, NPI, DNI/NIE, NIR, Steuer-ID, Aadhaar, PAN of India, passport, driving licence
  'date-of-birth',
  'date',
  'phone',
  'email',
  'ip-address',
  'url',
  'postal-code',
  'account', // customer, policy, order or member number that words around it make one
  'person',
  'address',
  'location',
  'organisation',
  'health',
  'custom',
] as const
export type PiiType = (typeof piiTypes)[number]

export type Language = 'en' | 'es' | 'de' | 'fr' | 'hi'

/** Something found in a text. */
export interface Finding {
  readonly type: PiiType
  /** What of that type: `visa`, `nhs`, the name of a custom pattern. */
  readonly detail?: string
  /** Where, in UTF-16 code units of the text that was given: `start` up to `end`. */
  readonly start: number
  readonly end: number
  /** 0 to 1. */
  readonly confidence: number
  /** The value in its written form (`4111111111111111`, `1990-04-12`), also where it was spoken. Sensitive: never logged, never stored. */
  readonly value?: string
  /** Which recogniser said so. */
  readonly by: string
}

/** A text taken apart once for all recognisers. */
export interface Doc {
  readonly text: string
  readonly language: Language
  readonly tokens: readonly Token[]
}

export interface Token {
  /** As written. */
  readonly text: string
  /** Lower case, without accents and marks around it. */
  readonly plain: string
  readonly start: number
  readonly end: number
}

/** Looks for some types in a text. Linear in its length, whatever the text. */
export interface Recogniser {
  readonly name: string
  readonly types: readonly PiiType[]
  find(doc: Doc): readonly Finding[]
}

/** One word of speech, as a recogniser of speech heard it. Milliseconds from a start that all words of a session share. */
export interface Word {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** 0 to 1; absent where the engine does not tell. */
  readonly confidence?: number
}

/** What one party said. A partial takes the place of the one before it with the same segment; a final ends the segment. */
export interface Said {
  /** Whose voice: `caller`, `agent`. */
  readonly party: string
  readonly segment: number
  readonly final: boolean
  readonly words: readonly Word[]
  readonly language?: Language
}

/** A stretch of time of a party's audio that holds something sensitive. */
export interface SensitiveSpan {
  readonly party: string
  readonly type: PiiType
  readonly fromMs: number
  readonly toMs: number
}

/** What may be shown of what was said: never more than was judged. */
export interface Released {
  readonly party: string
  readonly segment: number
  /** No more comes of the segment. A partial that is released may be shown at once and is replaced by the next. */
  readonly final: boolean
  /** With a placeholder in the place of each finding: `my card is [CARD]`. */
  readonly text: string
  /** The words that are left, each placeholder as one word over the time of what it stands for. */
  readonly words: readonly Word[]
  readonly findings: readonly (Omit<Finding, 'value'> & { readonly fromMs: number; readonly toMs: number })[]
  readonly fromMs: number
  readonly toMs: number
}

/** What a session says after each step. */
export interface Judged {
  readonly released: readonly Released[]
  /** Spans found since the last step; each once. */
  readonly spans: readonly SensitiveSpan[]
  /** By party: everything before this was judged, and what is sensitive in it was told. Never goes back. */
  readonly judgedMs: Readonly<Record<string, number>>
}

/**
 * Judges speech as it comes, over segments and turns: digits said in pieces, with the other party in between, are one number; a number that was asked for
 * is one even if a digit was lost. Pure: time comes with the words.
 */
export interface PiiSession {
  push(said: Said): Judged
  /** The engine heard nothing else of this party up to here: what was held for more digits is let go of when the pause is long enough. */
  advance(party: string, throughMs: number): Judged
  /** Somebody was asked for this: what `party` says next is taken for it, until it is answered or `untilMs`. */
  expect(party: string, type: PiiType, untilMs: number): void
  /** Nothing more comes. */
  end(): Judged
}

/** What a word can be in a number. `whole` has two or more digits of its own (`veintiuno`, `einundzwanzig`). */
export type NumberWord =
  | { readonly kind: 'unit' | 'teen' | 'tens' | 'whole' | 'hundreds'; readonly value: number }
  | { readonly kind: 'hundred' | 'thousand' | 'million'; readonly value: number }
  /** The next digit this many times. */
  | { readonly kind: 'times'; readonly value: number }

/** Names of the sign in an e-mail address, in any language. */
export const atWords: readonly string[] = [
  'at',
  'arroba',
  'arobase',
  'arobas',
  'klammeraffe',
  'atsign',
  'et',
  'ett',
  'ऐट',
  'एट',
]

/** What may stand between the digits of one number without ending it. */
export type Link = 'and' | 'filler' | 'dash' | 'dot' | 'slash' | 'space' | 'plus' | 'correction' | 'restart'

/** One language's words for numbers and what stands among them, folded. Lists are separated by spaces; `key:value` where a value is needed. */
export interface NumberWords {
  readonly units: string
  readonly teens?: string
  readonly tens?: string
  readonly wholes?: string
  /** 200, 300 … as one word. */
  readonly hundreds?: string
  readonly hundred: string
  readonly thousand: string
  readonly million: string
  readonly times: string
  /** Words that a recogniser of speech writes for a digit: they are one only among digits. */
  readonly noise?: string
  readonly links: Readonly<Partial<Record<Link, string>>>
  /** Pauses of several words, separated by `|`. */
  readonly pauses: string
  readonly months: string
  readonly ordinals: string
  /** Spoken names of letters beside the letters themselves, only where letters are spelled. */
  readonly letters?: string
}

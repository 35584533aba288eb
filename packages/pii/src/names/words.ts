/** What names, addresses and their like are told by in one language. Lists are words or phrases a comma or a space apart, folded when they are read. */
export interface NameWords {
  /** Function words: never part of a name in speech. */
  readonly stop: string
  /** Frequent words that are no names; English has a list of its own. */
  readonly common: string
  readonly fillers: string
  readonly numbers: string
  /** What stands before a name: `mr`, `frau`. */
  readonly titles: string
  /** Links within a name: `van`, `de la`. */
  readonly connectors: string
  /** Phrases after which a name comes, whatever it looks like. */
  readonly nameCues: string
  /** Phrases after which a name comes if it looks like one. */
  readonly nameHints: string
  /** Words that follow a name: `speaking`. */
  readonly afterName: string
  /** Phrases after which letters of a name are spelled. */
  readonly spellCues: string
  /** Phrases after which a place comes. */
  readonly placeCues: string
  /** Words before a place: `in`, `from`. */
  readonly placeHints: string
  /** Phrases after which the name of a company comes. */
  readonly firmCues: string
  /** Words that end the name of a company: `inc`. */
  readonly firmEnds: string
  /** Words that a company or an institution is named with: `bank`, `clinic`. */
  readonly firmWords: string
  /** Phrases after which an address comes. */
  readonly addressCues: string
  /** Kinds of street that follow a name (`Oak Street`) or come before it (`rue Pasteur`). */
  readonly streetAfter: string
  readonly streetBefore: string
  /** Ends of words that are streets: `straße`. */
  readonly streetEnds: string
  readonly directions: string
  readonly units: string
  /** Words between a street and its town: `in`. */
  readonly inTown: string
  readonly states: string
  /** Capitalised words that are nobody's name: days, months, brands of cards. */
  readonly known: string
}

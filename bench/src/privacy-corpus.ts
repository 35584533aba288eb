import type { Language, PiiType } from '@voxkeep/pii'
import { asHeard, type Piece } from './corpus-noise.ts'
import { belowHundred, quantity, year } from './corpus-number-words.ts'
import { wordValues } from './corpus-people.ts'
import type { Part } from './corpus-pools.ts'
import { dice as diceOf, type Dice } from './corpus-random.ts'
import { dialogues, negatives, templates } from './corpus-templates.ts'
import { structuredValues, type Value } from './corpus-values.ts'

/** `written` as in a chat or a letter, `spoken` as a careful typist takes it down, `heard` as a recogniser of telephone speech does. */
export type Form = 'written' | 'spoken' | 'heard'

export interface Label {
  readonly type: PiiType
  readonly start: number
  readonly end: number
  /** The words that matter, by their places in the text: without the fillers in between. */
  readonly words: readonly { readonly start: number; readonly end: number }[]
}

export interface Sample {
  readonly language: Language
  readonly form: Form
  readonly template: string
  readonly text: string
  readonly labels: readonly Label[]
}

export interface Turn extends Sample {
  readonly party: 'agent' | 'caller'
}

export interface Corpus {
  readonly samples: readonly Sample[]
  /** Each a talk of several turns, in English as it is heard. */
  readonly dialogues: readonly (readonly Turn[])[]
}

export interface CorpusOptions {
  readonly seed: number
  readonly part: Part
  /** How often each template is filled, in each form; a language other than English as often. */
  readonly rounds: number
}

const languages: readonly Language[] = ['en', 'es', 'de', 'fr', 'hi']
const forms: readonly Form[] = ['written', 'spoken', 'heard', 'heard']

/** Makes the corpus of a seed: the same on every machine. */
export function privacyCorpus({ seed, part, rounds }: CorpusOptions): Corpus {
  const dice = diceOf(seed)
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round += 1)
    for (const language of languages)
      for (const form of forms)
        for (const template of [...templates[language][part], ...negatives[language][part]])
          samples.push(sample({ template, language, form, part, dice }))
  const talks = Array.from({ length: rounds * 4 }, () =>
    dialogues[part].map((turns) => dialogue(turns, part, dice)),
  )
  return { samples, dialogues: talks.flat() }
}

interface Filling {
  readonly template: string
  readonly language: Language
  readonly form: Form
  readonly part: Part
  readonly dice: Dice
}

function sample(filling: Filling, values?: Map<string, Value>): Sample {
  const { template, language, form, dice } = filling
  const types: PiiType[] = []
  const pieces: Piece[] = []
  for (const piece of template.split(/(\{[^}]+\})/)) {
    const slot = /^\{(.+)\}$/.exec(piece)?.[1]
    if (slot === undefined) pieces.push(...words(piece))
    else pieces.push(...filled(slot, filling, types, values))
  }
  const said = form === 'heard' ? asHeard(pieces, types, language, dice) : pieces
  return { language, form, template, ...laidOut(said, types) }
}

/** Before a piece that follows without a space, as a full stop after a value does. */
const glue = '\u0000'

function words(text: string, label?: number): Piece[] {
  return (text.match(/\s*\S+/g) ?? []).map((word) => {
    const bare = word.trimStart()
    return { text: bare === word ? glue + bare : bare, ...(label !== undefined && { label }) }
  })
}

function filled(slot: string, filling: Filling, types: PiiType[], values?: Map<string, Value>): Piece[] {
  const { language, form, part, dice } = filling
  const [kind = '', half] = slot.split('/')
  const isWritten = form === 'written' || (form === 'heard' && half === undefined && dice.chance(0.15))
  const nobodys = neutral(kind, isWritten, language, dice)
  if (nobodys !== undefined) return words(` ${nobodys}`)
  const value = values?.get(kind) ?? make(kind, language, dice, part)
  values?.set(kind, value)
  const own = words(` ${isWritten ? value.written : value.spoken}`, types.length)
  types.push(kind.split(':')[0] as PiiType)
  if (half === undefined) return own
  const middle = Math.ceil(own.length / 2)
  return half === '1' ? own.slice(0, middle) : own.slice(middle)
}

function make(kind: string, language: Language, dice: Dice, part: Part): Value {
  if (Object.hasOwn(structuredValues, kind))
    return structuredValues[kind as keyof typeof structuredValues](language, dice)
  return wordValues[kind as keyof typeof wordValues](language, dice, part)
}

const currency: Readonly<Record<Language, readonly [written: string, spoken: string, small: string]>> = {
  en: ['$', 'dollars', 'cents'],
  es: ['€', 'euros', 'céntimos'],
  de: ['€', 'Euro', 'Cent'],
  fr: ['€', 'euros', 'centimes'],
  hi: ['₹', 'rupaye', 'paise'],
}

/** A number that is nobody's: a price, a quantity, a time, a year, a room, a flight; `undefined` for what is somebody's. */
function neutral(kind: string, isWritten: boolean, language: Language, dice: Dice): string | undefined {
  const spoken = (written: number | string, said: string) => (isWritten ? String(written) : said)
  switch (kind) {
    case 'price': {
      const [whole, cents] = [1 + dice.below(2500), dice.below(100)]
      const [sign, unit] = currency[language]
      const exact = `${whole}.${String(cents).padStart(2, '0')}`
      return spoken(`${sign}${exact}`, `${quantity(whole, language)} ${unit}`)
    }
    case 'count': {
      const count = 2 + dice.below(dice.chance(0.3) ? 900 : 30)
      return spoken(count, quantity(count, language))
    }
    case 'time': {
      const [hour, minute] = [1 + dice.below(12), dice.below(60)]
      const minutes = minute === 0 ? '' : ` ${belowHundred(minute, language)}`
      return spoken(`${hour}:${String(minute).padStart(2, '0')}`, `${belowHundred(hour, language)}${minutes}`)
    }
    case 'year': {
      const number = 1950 + dice.below(76)
      return spoken(number, year(number, language))
    }
    case 'room': {
      const number = 1 + dice.below(420)
      return spoken(number, quantity(number, language))
    }
    case 'flight': {
      const [line, number] = [dice.pick(['BA', 'LH', 'UA', 'AF']), 10 + dice.below(990)]
      return spoken(`${line}${number}`, `${Array.from(line).join(' ')} ${quantity(number, 'en')}`)
    }
    default:
      return undefined
  }
}

/** Puts words in a row and says where each label is. */
function laidOut(pieces: readonly Piece[], types: readonly PiiType[]): Pick<Sample, 'text' | 'labels'> {
  let text = ''
  const places = pieces.map((piece) => {
    const isGlued = piece.text.startsWith(glue)
    const own = isGlued ? piece.text.slice(1) : piece.text
    if (text !== '' && !isGlued) text += ' '
    const start = text.length
    text += own
    return { ...piece, start, end: start + trimmed(own).length }
  })
  const labels = types.flatMap((type, label): Label[] => {
    const own = places.filter((place) => place.label === label)
    const [first, last] = [own.at(0), own.at(-1)]
    if (first === undefined || last === undefined) return []
    const matter = own.filter((place) => place.filler !== true).map(({ start, end }) => ({ start, end }))
    return [{ type, start: first.start, end: last.end, words: matter }]
  })
  return { text, labels }
}

/** Without a comma at the end: it is no part of what must be found. */
function trimmed(word: string): string {
  return word.replace(/[,.;]+$/, '')
}

function dialogue(turns: readonly string[], part: Part, dice: Dice): Turn[] {
  const values = new Map<string, Value>()
  return turns.map((turn) => {
    const [, who, template = ''] = /^([AC]): (.*)$/.exec(turn) ?? []
    const made = sample({ template, language: 'en', form: 'heard', part, dice }, values)
    return { ...made, party: who === 'A' ? 'agent' : 'caller' }
  })
}

import { newEntry, type Entry } from './lexicon.ts'

const longest = 60

type Words = ReadonlyMap<string, Entry>

function numberOf(words: Words, text: string): number | undefined {
  const number = words.get(text)?.number
  return number === undefined || number.kind === 'times' ? undefined : number.value
}

function belowHundred(words: Words, text: string): number | undefined {
  const value = text === '' ? 0 : numberOf(words, text.startsWith('und') ? text.slice(3) : text)
  return value !== undefined && value < 100 ? value : undefined
}

function belowThousand(words: Words, text: string): number | undefined {
  const at = text.indexOf('hundert')
  if (at < 0) return belowHundred(words, text)
  const head = at === 0 ? 1 : numberOf(words, text.slice(0, at))
  const rest = belowHundred(words, text.slice(at + 7))
  return head === undefined || rest === undefined || head > 99 ? undefined : head * 100 + rest
}

/** `neunzehnhundertzweiundachtzig`: numbers that German writes as one word. Looks at each letter a bounded number of times. */
export function germanCompound(words: Words, plain: string): Entry | undefined {
  if (plain.length < 8 || plain.length > longest) return undefined
  const at = plain.indexOf('tausend')
  if (at < 0 && !plain.includes('hundert')) return undefined
  if (at < 0) return entry(belowThousand(words, plain))
  const head = at === 0 ? 1 : belowThousand(words, plain.slice(0, at))
  const rest = belowThousand(words, plain.slice(at + 7))
  return head === undefined || rest === undefined ? undefined : entry(head * 1_000 + rest)
}

function entry(value: number | undefined): Entry | undefined {
  return value === undefined || value < 100 ? undefined : newEntry({ kind: 'whole', value })
}

import type { Analysis } from './analysis.ts'
import { contextsOf, type Context } from './context.ts'
import type { PiiType } from './contract.ts'
import type { Verdict } from './digits.ts'
import { ibanLength, validIban } from './iban.ts'
import { allDigits, allLetters, validIndianPan, validNino, validNir, validSpanish } from './national.ts'
import type { Piece } from './pieces.ts'
import type { Judged } from './split-digits.ts'

const longestIban = 34
const longestIdentifier = 15
const mostLoose = 40

/** The letter O is said like a nought. */
function withLetterO(analysis: Analysis, piece: Piece): string {
  const word = analysis.scan.tokens[piece.from]?.plain
  return piece.text === '0' && (word === 'o' || word === 'oh') ? 'O' : piece.text
}

function ibanFrom(
  analysis: Analysis,
  pieces: readonly Piece[],
  from: number,
): { to: number; value: string; valid: boolean } | undefined {
  let plain = ''
  let lettered = ''
  let length: number | undefined
  for (let to = from; to < pieces.length && plain.length < longestIban; to += 1) {
    const piece = pieces[to]
    if (piece === undefined || (plain.length > 4 && length === undefined)) return undefined
    plain += piece.text
    lettered += withLetterO(analysis, piece)
    if (plain.length < 2 || !allLetters(lettered.slice(0, 2))) {
      if (plain.length > 1) return undefined
      continue
    }
    length ??= ibanLength(lettered.slice(0, 2) + plain.slice(2, 4))
    const head = lettered.slice(0, 2)
    if (plain.length !== length) continue
    const value = [head + plain.slice(2), lettered].find(validIban)
    return { to: to + 1, value: value ?? head + plain.slice(2), valid: value !== undefined }
  }
  // begins like one and is as long as one: a digit was lost or misheard
  return length !== undefined && plain.length > 14
    ? { to: pieces.length, value: plain, valid: false }
    : undefined
}

/** Without a valid check the length says nothing: a correction or a lost digit is in it. All that follows is hidden then. */
function fullIban(pieces: readonly Piece[], found: ReturnType<typeof ibanFrom>): ReturnType<typeof ibanFrom> {
  const goesOn = found === undefined ? undefined : pieces[found.to]?.join
  const isFinal = goesOn !== 'correction' && goesOn !== 'restart'
  return found === undefined || (found.valid && isFinal) ? found : { ...found, to: pieces.length }
}

function isOutward(text: string): boolean {
  if (text.length < 2 || text.length > 4) return false
  const letters = text.replace(/[0-9][A-Z0-9]?$/, '')
  return letters.length > 0 && letters.length < 3 && letters.length < text.length && allLetters(letters)
}

function postalCode(text: string, first: string): string | undefined {
  if (text.length === 6 && first.length === 3) {
    const shape = text.replace(/[0-9]/g, '9').replace(/[A-Z]/g, 'A')
    if (shape === 'A9A9A9' && !'DFIOQUWZ'.includes(text[0] ?? '')) return 'ca'
  }
  const inward = text.slice(-3)
  if (allDigits(inward.slice(0, 1)) && allLetters(inward.slice(1)) && isOutward(text.slice(0, -3)))
    return 'gb'
  return undefined
}

function validated(text: string, first: Piece, written: boolean): Omit<Verdict, 'value'> | undefined {
  if (text.length === 9 && text.charCodeAt(8) > 64) {
    const spanish = validSpanish(text)
    if (spanish !== undefined) return { type: 'national-id', confidence: 0.9, detail: spanish }
    if (validNino(text)) return { type: 'national-id', confidence: 0.85, detail: 'nino' }
  }
  if (text.length === 10 && validIndianPan(text))
    return { type: 'national-id', confidence: 0.85, detail: 'in-pan' }
  if (text.length === 15 && !allDigits(text) && validNir(text))
    return { type: 'national-id', confidence: 0.95, detail: 'nir' }
  if (text.length > 4 && text.length < 8 && !first.digits) {
    const country = postalCode(text, first.text)
    if (country !== undefined && (written || text.length > 5))
      return { type: 'postal-code', confidence: written ? 0.7 : 0.55, detail: country }
  }
  return undefined
}

function identifierFrom(
  pieces: readonly Piece[],
  from: number,
): { to: number; verdict: Verdict } | undefined {
  const first = pieces[from]
  // in the middle of digits none begins with digits: a letter behind them is there by chance
  if (first === undefined || (first.digits && pieces[from - 1]?.digits === true)) return undefined
  let text = ''
  let written = true
  let best: { to: number; verdict: Verdict } | undefined
  for (let to = from; to < pieces.length && text.length < longestIdentifier; to += 1) {
    const piece = pieces[to]
    if (piece === undefined) break
    text += piece.text
    written &&= !piece.spoken
    const known = validated(text, first, written)
    if (known !== undefined) best = { to: to + 1, verdict: { ...known, value: text } }
  }
  return best
}

const byCue: Readonly<Partial<Record<PiiType, number>>> = {
  account: 0.75,
  'bank-account': 0.75,
  'national-id': 0.75,
  'bank-routing': 0.75,
  iban: 0.8,
  'postal-code': 0.75,
  password: 0.8,
  ssn: 0.7,
  pin: 0.7,
}

function fits(context: Context, text: string, digits: number): boolean {
  if (
    byCue[context.type as PiiType] === undefined ||
    (!context.strong && (context.distance > 3 || digits < 3))
  )
    return false
  if (text.length < 4 || text.length > mostLoose) return false
  return digits > 1 || (context.distance < 4 && text.length > 4)
}

/** Letters and digits after words that name an identifier. */
function byContext(analysis: Analysis, pieces: readonly Piece[], used: Set<number>): Judged | undefined {
  const first = pieces[0]
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) return undefined
  const text = pieces.map((piece) => piece.text).join('')
  const digits = text.slice(0, mostLoose + 1).replace(/[^0-9]/g, '').length
  const context = contextsOf(analysis, first.from, last.to, used).find((one) => fits(one, text, digits))
  if (context === undefined) return undefined
  used.add(context.cue)
  const { detail } = context
  const type = context.type as PiiType
  return {
    pieces,
    verdict: {
      type,
      confidence: byCue[type] ?? 0.7,
      value: text,
      ...(detail === undefined ? {} : { detail }),
    },
  }
}

/** Identifiers of letters and digits in a run: by check digit, then by the words around. What is left is not judged. */
export function judgeIdentifiers(
  analysis: Analysis,
  pieces: readonly Piece[],
  used: Set<number>,
): { judged: Judged[]; rest: Piece[][] } {
  const judged: Judged[] = []
  const rest: Piece[][] = [[]]
  for (let at = 0; at < pieces.length;) {
    const piece = pieces[at]
    if (piece === undefined) break
    const iban = piece.digits ? undefined : fullIban(pieces, ibanFrom(analysis, pieces, at))
    const known = iban === undefined ? identifierFrom(pieces, at) : undefined
    if (iban !== undefined)
      judged.push({
        pieces: pieces.slice(at, iban.to),
        verdict: { type: 'iban', confidence: iban.valid ? 0.98 : 0.65, value: iban.value },
      })
    else if (known !== undefined) judged.push({ pieces: pieces.slice(at, known.to), verdict: known.verdict })
    else rest.at(-1)?.push(piece)
    const to = iban?.to ?? known?.to
    if (to !== undefined) rest.push([])
    at = to ?? at + 1
  }
  const open: Piece[][] = []
  for (const part of rest) {
    const named = part.some((piece) => !piece.digits) ? byContext(analysis, part, used) : undefined
    if (named === undefined) open.push(part)
    else judged.push(named)
  }
  return { judged, rest: open }
}

import type { Analysis } from './analysis.ts'
import type { Finding } from './contract.ts'
import { numeralAt } from './numerals.ts'
import { gapLine, gapSpace, hasDigit } from './scan.ts'

const dotWords = new Set(['dot', 'punto', 'punkt', 'point', 'period', 'डॉट'])
const marks: Readonly<Record<string, string>> = {
  underscore: '_',
  unterstrich: '_',
  dash: '-',
  hyphen: '-',
  minus: '-',
  guion: '-',
  bindestrich: '-',
  strich: '-',
  tiret: '-',
  plus: '+',
  mas: '+',
}
const topLevels = new Set(
  'com net org edu gov mil int io co uk us de fr es in it nl ca au eu info biz me app dev ai tv ch at be pt se no dk pl mx ar br ie nz za jp cn comm calm komm kom'.split(
    ' ',
  ),
)
/** Hosts that are said without what follows the dot. */
const hosts = new Set('gmail yahoo hotmail outlook icloud aol protonmail gmx googlemail'.split(' '))

/** Words that lead to an address and are no part of it. */
const leads = new Set(
  "is it's that's i'm its my the email mail e address at to on and or as me im i am please yes so ok okay it that under name with use uh um was a your an for reach contact send write es mi correo su el la en electronico direccion por al ist meine lautet die mail adresse unter an und est c mon ma sur adresse courriel hai mera meri par का है मेरा ईमेल id ja oui si haan spelled by from of this".split(
    ' ',
  ),
)

const mostBack = 40
const mostForward = 24

function near(analysis: Analysis, at: number): boolean {
  const gap = analysis.scan.gaps[at] ?? 0
  return gap !== gapLine && gap !== 63 && gap !== 33
}

function plain(analysis: Analysis, at: number): string {
  return analysis.scan.tokens[at]?.plain ?? ''
}

function tightDot(analysis: Analysis, at: number): boolean {
  return analysis.scan.gaps[at] === 46
}

interface Host {
  readonly to: number
  readonly text: string
}

/** `com`, or `e d u`. */
function topAt(analysis: Analysis, at: number): Host | undefined {
  const word = plain(analysis, at)
  if (topLevels.has(word)) return { to: at + 1, text: word }
  let text = word
  for (let next = at + 1; word.length === 1 && next < at + 3; next += 1) {
    if (plain(analysis, next).length !== 1) return undefined
    text += plain(analysis, next)
    if (topLevels.has(text)) return { to: next + 1, text }
  }
  return undefined
}

/** `gmail dot com`, `my company punto co punto uk`, `gmail.com`: what follows the at. */
function hostAfter(analysis: Analysis, at: number): Host | undefined {
  let text = ''
  let best: Host | undefined
  for (
    let next = at;
    next < at + mostForward && next < analysis.scan.tokens.length && near(analysis, next);
    next += 1
  ) {
    const word = plain(analysis, next)
    if (dotWords.has(word) && text !== '' && !tightDot(analysis, next)) {
      const top = topAt(analysis, next + 1)
      text += '.'
      if (top === undefined) continue
      text += top.text
      best = { to: top.to, text }
      next = top.to - 1
      continue
    }
    if (tightDot(analysis, next) && text !== '' && !text.endsWith('.')) text += '.'
    const isTop = text.endsWith('.') && topLevels.has(word)
    if (best !== undefined && !text.endsWith('.')) break
    text += marks[word] ?? word
    if (isTop) best = { to: next + 1, text }
    else if (hosts.has(word) && best === undefined && text === word) best = { to: next + 1, text: word }
  }
  return best
}

/** How many tokens before `at` are one more part of the local part: spelled letters and digits are one each. */
function isSpelled(analysis: Analysis, at: number): boolean {
  const word = plain(analysis, at)
  const entry = analysis.entries[at]
  return word.length === 1 || entry?.number !== undefined || ((analysis.scan.kinds[at] ?? 0) & hasDigit) !== 0
}

function isJoin(analysis: Analysis, at: number): boolean {
  const word = plain(analysis, at)
  return dotWords.has(word) || marks[word] !== undefined
}

/** A letter that is a word too: it is spelled where more spelling, or the at itself, follows. */
function isInitial(analysis: Analysis, at: number, end: number): boolean {
  return (
    plain(analysis, at).length === 1 &&
    (at + 1 === end || isSpelled(analysis, at + 1) || isJoin(analysis, at + 1))
  )
}

function localBefore(analysis: Analysis, at: number): number {
  let from = at
  let words = 0
  while (from > 0 && at - from < mostBack && near(analysis, from)) {
    const previous = from - 1
    const glued = analysis.scan.gaps[from] !== gapSpace
    const joins = isJoin(analysis, previous) || (from < at && isJoin(analysis, from)) || glued
    if (!joins && leads.has(plain(analysis, previous)) && !isInitial(analysis, previous, at)) break
    if (!joins && !isSpelled(analysis, previous)) {
      if (words >= 3) break
      words += 1
    }
    from = previous
  }
  while (from < at && isJoin(analysis, from)) from += 1
  return from
}

function written(analysis: Analysis, from: number, to: number): string {
  let out = ''
  for (let at = from; at < to;) {
    const word = plain(analysis, at)
    const numeral = dotWords.has(word) || marks[word] !== undefined ? undefined : numeralAt(analysis, at)
    if (at > from && tightDot(analysis, at)) out += '.'
    out += dotWords.has(word) ? '.' : (marks[word] ?? numeral?.digits ?? word)
    at = numeral === undefined ? at + 1 : Math.min(numeral.to, to)
  }
  return out
}

/** Addresses that are spelled aloud: `john dot smith at gmail dot com`. What leads to them is left. */
export function findSpokenEmails(analysis: Analysis): Finding[] {
  const { tokens } = analysis.scan
  const found: Finding[] = []
  for (let at = 1; at < tokens.length; at += 1) {
    if (analysis.entries[at]?.isAt !== true) continue
    const start = plain(analysis, at + 1) === 'sign' ? at + 2 : at + 1
    const host = hostAfter(analysis, start)
    if (host === undefined) continue
    const from = localBefore(analysis, at)
    if (from === at) continue
    found.push({
      type: 'email',
      start: tokens[from]?.start ?? 0,
      end: tokens[host.to - 1]?.end ?? 0,
      confidence: host.text.includes('.') ? 0.92 : 0.8,
      value: `${written(analysis, from, at)}@${host.text}`,
      by: 'spoken-email',
    })
    at = host.to - 1
  }
  return found
}

/** Whether the end of a text may be in the middle of an address: from which token on. */
export function openEmail(analysis: Analysis): number | undefined {
  const { length } = analysis.scan.tokens
  for (let at = Math.max(1, length - 6); at < length; at += 1) {
    const word = plain(analysis, at)
    const dotted =
      (word === 'dot' ||
        word === 'punto' ||
        word === 'punkt' ||
        word === 'underscore' ||
        word === 'arroba') &&
      !isSpelled(analysis, at - 1)
    if (dotted || (at === length - 1 && analysis.entries[at]?.isAt === true)) return localBefore(analysis, at)
  }
  return undefined
}

/** What is to be said, in order: words in one tone each, and pauses. */
export type Spoken =
  | {
      readonly kind: 'words'
      readonly text: string
      /** BCP 47; undefined: that of the command. */
      readonly language: string | undefined
      /** Of normal speed, 0.5 to 2. */
      readonly rate: number
      /** Decibels, −40 to 10. */
      readonly gainDb: number
    }
  | { readonly kind: 'pause'; readonly ms: number }

const maxTags = 500
const maxDepth = 20
const maxPauseMs = 10_000
const maxPausesMs = 60_000
const sentencePauseMs = 300
const paragraphPauseMs = 700
/** A pause, a change of tone: each is a text of its own to a voice. */
const maxParts = 60

interface Tone {
  readonly language: string | undefined
  readonly rate: number
  readonly gainDb: number
  readonly as: string | undefined
  /** Said in place of what is inside. */
  readonly alias: string | undefined
}

/**
 * Reads plain text, or SSML when it begins with `<speak`: `speak`, `p`, `s`, `break`, `say-as`, `prosody` (rate, volume), `sub` and `lang`. Of
 * other elements what they hold is said as it is. Undefined: it is not well-formed, holds what no prompt needs (a DOCTYPE, a processing
 * instruction, CDATA), or passes a bound.
 */
export function readSpoken(text: string): readonly Spoken[] | undefined {
  if (!/^\s*<speak[\s>/]/.test(text)) return join([{ ...plain, kind: 'words', text }])
  return readSsml(text.trim())
}

const plain = { language: undefined, rate: 1, gainDb: 0 } as const
const calm: Tone = { ...plain, as: undefined, alias: undefined }

function readSsml(text: string): readonly Spoken[] | undefined {
  const out: Spoken[] = []
  const open: { name: string; tone: Tone }[] = []
  let at = 0
  for (let tags = 0; at < text.length; tags++) {
    const start = text.indexOf('<', at)
    const words = unescape(text.slice(at, start === -1 ? text.length : start))
    if (words === undefined) return undefined
    const tone = open.at(-1)?.tone
    if (tone === undefined && words.trim() !== '') return undefined // outside of <speak>
    if (tone?.alias === undefined && words !== '') out.push(wordsOf(words, tone ?? calm))
    if (start === -1) break
    const tag = readTag(text, start)
    if (tag === undefined || tags > maxTags) return undefined
    at = tag.end
    if (tag.kind === 'comment') continue
    if (tag.kind === 'close') {
      if (open.pop()?.name !== tag.name) return undefined
      out.push(...pauseAround(tag.name))
      if (open.length === 0) return text.slice(at).trim() === '' ? join(out) : undefined
      continue
    }
    const opened = begin(tag, tone ?? calm)
    if ((tone === undefined) !== (tag.name === 'speak') || open.length >= maxDepth) return undefined
    out.push(...opened.says)
    if (!tag.isEmpty) open.push({ name: tag.name, tone: opened.tone })
    else if (open.length === 0) return text.slice(at).trim() === '' ? [] : undefined
  }
  return undefined
}

type Tag =
  | { readonly kind: 'comment'; readonly end: number }
  | { readonly kind: 'close'; readonly name: string; readonly end: number }
  | {
      readonly kind: 'open'
      readonly name: string
      readonly attributes: ReadonlyMap<string, string>
      readonly isEmpty: boolean
      readonly end: number
    }

const name = '[A-Za-z_][A-Za-z0-9_.:-]{0,63}'
const closing = new RegExp(`</(${name})\\s*>`, 'y')
const opening = new RegExp(`<(${name})((?:\\s+${name}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y')
const attribute = new RegExp(`(${name})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')

function readTag(text: string, start: number): Tag | undefined {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('-->', start + 4)
    return end === -1 ? undefined : { kind: 'comment', end: end + 3 }
  }
  closing.lastIndex = opening.lastIndex = start
  const close = closing.exec(text)
  if (close !== null) return { kind: 'close', name: close[1] ?? '', end: closing.lastIndex }
  const found = opening.exec(text)
  if (found === null) return undefined
  const attributes = new Map<string, string>()
  for (const [, key = '', double, single] of (found[2] ?? '').matchAll(attribute)) {
    const value = unescape(double ?? single ?? '')
    if (value === undefined || attributes.has(key)) return undefined
    attributes.set(key, value)
  }
  return { kind: 'open', name: found[1] ?? '', attributes, isEmpty: found[3] === '/', end: opening.lastIndex }
}

function begin(
  { name: element, attributes }: Extract<Tag, { kind: 'open' }>,
  tone: Tone,
): { readonly tone: Tone; readonly says: readonly Spoken[] } {
  const get = (key: string) => attributes.get(key)
  switch (element) {
    case 'break':
      return { tone, says: [{ kind: 'pause', ms: pauseMs(get('time'), get('strength')) }] }
    case 'say-as':
      return { tone: { ...tone, as: get('interpret-as') }, says: [] }
    case 'sub': {
      const alias = get('alias')
      if (alias === undefined || tone.alias !== undefined) return { tone, says: [] }
      return { tone: { ...tone, alias }, says: [wordsOf(alias, tone)] }
    }
    case 'speak':
    case 'lang': {
      const language = get('xml:lang')
      const isTag = language !== undefined && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/.test(language)
      return { tone: isTag ? { ...tone, language } : tone, says: [] }
    }
    case 'prosody': {
      const rate = clamp(tone.rate * rateOf(get('rate')), 0.5, 2)
      const gainDb = clamp(tone.gainDb + gainOf(get('volume')), -40, 10)
      return { tone: { ...tone, rate, gainDb }, says: [] }
    }
    default:
      return { tone, says: [] }
  }
}

function pauseAround(element: string): readonly Spoken[] {
  if (element === 's') return [{ kind: 'pause', ms: sentencePauseMs }]
  return element === 'p' ? [{ kind: 'pause', ms: paragraphPauseMs }] : []
}

const strengths: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 100,
  weak: 200,
  medium: 400,
  strong: 700,
  'x-strong': 1_200,
}

function pauseMs(time: string | undefined, strength: string | undefined): number {
  const given = /^\+?(\d{1,6}(?:\.\d{1,3})?|\.\d{1,3})(ms|s)$/.exec(time?.trim() ?? '')
  if (given === null) return strengths[strength ?? 'medium'] ?? 400
  return clamp(Number(given[1]) * (given[2] === 's' ? 1_000 : 1), 0, maxPauseMs)
}

const rates: Readonly<Record<string, number>> = {
  'x-slow': 0.5,
  slow: 0.75,
  medium: 1,
  fast: 1.35,
  'x-fast': 1.8,
}

function rateOf(value = 'medium'): number {
  const percent = /^([+-]?)(\d{1,3})%$/.exec(value.trim())
  if (percent === null) return rates[value.trim()] ?? 1
  const share = Number(percent[2]) / 100
  return percent[1] === '' ? share : percent[1] === '+' ? 1 + share : 1 - share
}

const volumes: Readonly<Record<string, number>> = {
  silent: -40,
  'x-soft': -12,
  soft: -6,
  medium: 0,
  loud: 4,
  'x-loud': 8,
}

function gainOf(value = 'medium'): number {
  const decibels = /^([+-]?\d{1,2}(?:\.\d{1,2})?)dB$/.exec(value.trim())
  return decibels === null ? (volumes[value.trim()] ?? 0) : Number(decibels[1])
}

function wordsOf(text: string, { as, language, rate, gainDb }: Tone): Spoken {
  return { kind: 'words', text: spell(text, as), language, rate, gainDb }
}

/** Spelled out, so that a voice that knows no SSML says it so too. */
function spell(text: string, as: string | undefined): string {
  switch (as) {
    case 'digits':
    case 'characters':
    case 'spell-out':
    case 'verbatim':
      return ` ${Array.from(text.replaceAll(/\s+/g, '')).join(' ')} `
    case 'telephone':
      return ` ${text
        .trim()
        .split(/[\s().-]+/)
        .map((group) => Array.from(group).join(' ').replace('+', 'plus'))
        .join(', ')} `
    case undefined:
    default:
      return text
  }
}

/** Neighbours in one tone become one; too many parts, or too long a silence, is refused. */
function join(parts: readonly Spoken[]): readonly Spoken[] | undefined {
  const out: Spoken[] = []
  for (const part of parts) {
    const last = out.at(-1)
    if (part.kind === 'pause') {
      if (last?.kind === 'pause') out[out.length - 1] = { kind: 'pause', ms: Math.max(last.ms, part.ms) }
      else if (part.ms > 0 && last !== undefined) out.push(part)
      else if (last !== undefined) out[out.length - 1] = { ...last, text: `${last.text} ` }
    } else if (part.text.trim() === '') {
      if (last?.kind === 'words') out[out.length - 1] = { ...last, text: `${last.text} ` }
    } else if (last?.kind === 'words' && isAlike(last, part))
      out[out.length - 1] = { ...last, text: last.text + part.text }
    else out.push(part)
  }
  const said = out.flatMap((part): Spoken[] => {
    if (part.kind === 'pause') return [part]
    const text = part.text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
    return text === '' ? [] : [{ ...part, text }]
  })
  const silenceMs = said.reduce((sum, part) => sum + (part.kind === 'pause' ? part.ms : 0), 0)
  return said.length > maxParts || silenceMs > maxPausesMs ? undefined : said
}

function isAlike(a: Extract<Spoken, { kind: 'words' }>, b: Extract<Spoken, { kind: 'words' }>): boolean {
  return a.language === b.language && a.rate === b.rate && a.gainDb === b.gainDb
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Undefined for an entity that XML does not define by itself: nothing is looked up. */
function unescape(text: string): string | undefined {
  let isSound = !/[\p{Cc}--[\t\n\r]]/v.test(text)
  const plainText = text.replaceAll(/&([^;&\s]{0,12});?/g, (whole, entity: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity)
    const point =
      code === null ? undefined : parseInt(code[1] ?? code[2] ?? '', code[1] === undefined ? 10 : 16)
    const character =
      point === undefined ? entities[entity] : isPrintable(point) ? String.fromCodePoint(point) : undefined
    if (character === undefined || !whole.endsWith(';')) isSound = false
    return character ?? ''
  })
  return isSound ? plainText : undefined
}

function isPrintable(point: number): boolean {
  return (
    point >= 0x20 &&
    point <= 0x10ffff &&
    !(point >= 0xd800 && point <= 0xdfff) &&
    !(point >= 0x7f && point < 0xa0)
  )
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}

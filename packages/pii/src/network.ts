import type { Analysis } from './analysis.ts'
import type { Finding } from './contract.ts'
import type { Join, Piece } from './pieces.ts'
import type { Run } from './runs.ts'

const longestUrl = 2_048
const longestIp6 = 45

function octet(text: string): boolean {
  return text.length > 0 && text.length < 4 && Number(text) < 256
}

const apart: ReadonlySet<Join> = new Set(['and', 'comma', 'line', 'stop'])

/** Digits between dots, as they stand in a run: `192.168.0.1`, `one ninety two dot one six eight dot o dot one`. */
function octets(pieces: readonly Piece[]): { text: string; from: number; to: number; dotted: boolean }[] {
  const out: { text: string; from: number; to: number; dotted: boolean }[] = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if (last === undefined || piece.join === 'dot' || !piece.digits || apart.has(piece.join))
      out.push({
        text: piece.digits ? piece.text : 'x',
        from: piece.from,
        to: piece.to,
        dotted: piece.join === 'dot',
      })
    else {
      last.text += piece.text
      last.to = piece.to
    }
  }
  return out
}

/** IPv4 addresses in a run: tokens, `from` up to `to`. */
export function ip4In(run: Run): { from: number; to: number; value: string }[] {
  if (!run.pieces.some((piece) => piece.join === 'dot')) return []
  const parts = octets(run.pieces)
  const found: { from: number; to: number; value: string }[] = []
  for (let at = 0; at + 3 < parts.length; at += 1) {
    const four = parts.slice(at, at + 4)
    const [first] = four
    const last = four[3]
    if (
      first === undefined ||
      last === undefined ||
      !four.every(({ text }) => octet(text)) ||
      !four.slice(1).every(({ dotted }) => dotted) ||
      first.dotted ||
      parts[at + 4]?.dotted === true
    )
      continue
    found.push({
      from: first.from,
      to: last.to,
      value: four.map(({ text }) => String(Number(text))).join('.'),
    })
    at += 3
  }
  return found
}

function isHex(code: number): boolean {
  return (code > 47 && code < 58) || (code > 64 && code < 71) || (code > 96 && code < 103)
}

/** RFC 4291 §2.2: eight groups, or fewer with one `::`. */
function isIp6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => group.length > 0 && group.length < 5)) return false
  return halves.length === 2 ? groups.length > 1 && groups.length < 8 : groups.length === 8
}

function findIp6(text: string): Finding[] {
  const found: Finding[] = []
  let from = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', from)) {
    let start = at
    while (start > from && at - start < 4 && isHex(text.charCodeAt(start - 1))) start -= 1
    let end = at
    while (
      end < text.length &&
      end - start < longestIp6 &&
      (isHex(text.charCodeAt(end)) || text[end] === ':')
    )
      end += 1
    const value = text.slice(start, end)
    if (isIp6(value))
      found.push({ type: 'ip-address', detail: 'v6', start, end, confidence: 0.9, value, by: 'network' })
    from = Math.max(end, at + 1)
  }
  return found
}

const blanks = new Set([' ', '\n', '\t', '\r', '"', "'", '<', '>', '\u00a0'])

function urlEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && end - start < longestUrl && !blanks.has(text[end] ?? ' ')) end += 1
  while (end > start && '.,;:!?)]}'.includes(text[end - 1] ?? '')) end -= 1
  return end
}

function findUrls(analysis: Analysis): Finding[] {
  const { text, tokens } = analysis.scan
  const found: Finding[] = []
  let beyond = 0
  for (const token of tokens) {
    if (token.start < beyond) continue
    const scheme = (token.plain === 'http' || token.plain === 'https') && text.startsWith('://', token.end)
    if (!scheme && !(token.plain === 'www' && text[token.end] === '.')) continue
    const end = urlEnd(text, token.start)
    beyond = end
    if (end > token.end + 1)
      found.push({
        type: 'url',
        start: token.start,
        end,
        confidence: 0.9,
        value: text.slice(token.start, end),
        by: 'network',
      })
  }
  return found
}

/** Addresses of machines and pages: IPv4 (also spoken), IPv6, URLs. */
export function findNetwork(analysis: Analysis): Finding[] {
  const { tokens, text } = analysis.scan
  const ip4 = analysis.runs.flatMap(ip4In).map(({ from, to, value }): Finding => ({
    type: 'ip-address',
    detail: 'v4',
    start: tokens[from]?.start ?? 0,
    end: tokens[to - 1]?.end ?? 0,
    confidence: 0.88,
    value,
    by: 'network',
  }))
  return [...ip4, ...findIp6(text), ...findUrls(analysis)]
}

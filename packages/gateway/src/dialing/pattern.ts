import { parseTarget, type Target } from './target.ts'

type Pattern =
  | { readonly kind: 'number'; readonly start: string; readonly isPrefix: boolean }
  | {
      readonly kind: 'uri'
      readonly start: string
      readonly isPrefix: boolean
      readonly host: string
      readonly port: number | undefined
    }

const numberPattern = /^(\+[0-9 ().-]*)(\*?)$/
const uriPattern =
  /^sip:([a-z0-9+._~-]{0,64})(\*?)@([a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i

/** What dials help on most systems, whatever an extension plan says. */
const emergency = new Set(['000', '110', '111', '112', '113', '117', '118', '119', '911', '933', '999'])

/**
 * Whether some pattern names the target: a number (`+1 212 555 0100`), a prefix (`+1212*`, `+*`), or a SIP address with a whole
 * host and a user that may end in `*` (`sip:agent@pbx.example.com`, `sip:*@pbx.example.com`). A lone `*` stands for names
 * and extensions of up to six digits, not for what a PBX may take for an outside or an emergency number. What cannot be
 * read, pattern or target, matches nothing.
 */
export function matchesTarget(patterns: readonly string[], target: string | Target): boolean {
  const read = typeof target === 'string' ? parseTarget(target) : target
  return read !== undefined && patterns.some((pattern) => matches(parsePattern(pattern), read))
}

/** Whether `matchesTarget` can make something of the text. */
export function isTargetPattern(text: string): boolean {
  return parsePattern(text) !== undefined
}

function matches(pattern: Pattern | undefined, target: Target): boolean {
  if (pattern?.kind === 'number') return target.kind === 'number' && fits(pattern, target.number)
  if (pattern === undefined || target.kind === 'number') return false
  if (pattern.host !== target.host || pattern.port !== target.port) return false
  return fits(pattern, target.user) && (pattern.start !== '' || isInside(target.user))
}

function fits({ start, isPrefix }: Pattern, text: string): boolean {
  return isPrefix ? text.startsWith(start) : text === start
}

/** Whether the user of a SIP address is a name, or an extension that nobody takes for a number outside. */
function isInside(user: string): boolean {
  if (user.startsWith('+')) return false
  return !/^\d+$/.test(user) || (user.length <= 6 && !user.startsWith('00') && !emergency.has(user))
}

function parsePattern(text: string): Pattern | undefined {
  const number = numberPattern.exec(text)
  if (number !== null) {
    const start = (number[1] ?? '').replace(/[ ().-]/g, '')
    const isPrefix = number[2] === '*'
    return /^\+\d{0,15}$/.test(start) && (isPrefix || start.length > 3)
      ? { kind: 'number', start, isPrefix }
      : undefined
  }
  const uri = uriPattern.exec(text)
  if (uri === null) return undefined
  const [, start = '', star, host = '', port] = uri
  if (start === '' && star === '') return undefined
  return {
    kind: 'uri',
    start,
    isPrefix: star === '*',
    host: host.toLowerCase(),
    port: port === undefined ? undefined : Number(port),
  }
}

export interface InfoDigit {
  /** One of `0`–`9`, `*`, `#`, `A`–`D`. */
  readonly digit: string
  readonly durationMs: number
}

const defaultDurationMs = 250 // what senders of `application/dtmf`, which says no duration, play
const maxDurationMs = 5_000
const digit = /^[0-9*#A-D]$/i

/** The digit in an INFO's body of type `application/dtmf-relay` or `application/dtmf`. Never throws. */
export function parseInfoDigit(contentType: string, body: Uint8Array): InfoDigit | undefined {
  if (body.length > 256) return undefined
  const text = new TextDecoder().decode(body)
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  if (type === 'application/dtmf') return toDigit(text.trim(), undefined)
  if (type !== 'application/dtmf-relay') return undefined
  const fields = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/)) {
    const equals = line.indexOf('=')
    if (equals > 0) fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim())
  }
  return toDigit(fields.get('signal') ?? '', fields.get('duration'))
}

/** Senders write `*` and `#` as such, or as their event codes 10 and 11 (RFC 4733 §3.2). */
const codes: Readonly<Record<string, string>> = {
  '10': '*',
  '11': '#',
  '12': 'A',
  '13': 'B',
  '14': 'C',
  '15': 'D',
}

function toDigit(signal: string, duration: string | undefined): InfoDigit | undefined {
  const name = codes[signal] ?? signal
  if (!digit.test(name)) return undefined
  const durationMs =
    duration !== undefined && /^\d{1,6}$/.test(duration)
      ? Math.min(Number(duration), maxDurationMs)
      : defaultDurationMs
  return { digit: name.toUpperCase(), durationMs }
}

/** The body of type `application/dtmf-relay` for a digit: what `parseInfoDigit` undoes. */
export function serializeInfoDigit(info: InfoDigit): string {
  return `Signal=${info.digit}\r\nDuration=${info.durationMs}\r\n`
}

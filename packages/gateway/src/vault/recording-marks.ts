import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** What was done to a stretch of a recording, in milliseconds from its start: for players to draw. Says nothing of what was said. */
export interface RecordingMark {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
  readonly kind: 'redacted' | 'unjudged' | 'paused' | 'secure'
  readonly why: string
}

/** Marks of one recording, by sample. */
export interface RecordingMarks {
  /** One that touches an older one of the same channel, kind and reason becomes one with it. */
  add(channel: 0 | 1, from: number, to: number, kind: RecordingMark['kind'], why: string): void
  /** In the order of their beginnings, none beyond `end`. */
  list(end: number): RecordingMark[]
}

interface Mark {
  readonly channel: 0 | 1
  readonly kind: RecordingMark['kind']
  why: string
  from: number
  to: number
}

/** Five marks a minute for three hours, four times over. Beyond it marks of one kind and channel grow together: they cover too much, never too little. */
const maxMarks = 4_096
const maxWhyCharacters = 64
const samplesPerMs = 8
/** How many of the last marks are looked at for one to grow: what touches was nearly always added just before. */
const nearby = 64

export function recordingMarks(limit = maxMarks): RecordingMarks {
  const marks: Mark[] = []
  const touching = (channel: 0 | 1, from: number, to: number, kind: Mark['kind'], why: string) => {
    for (let at = marks.length - 1; at >= Math.max(0, marks.length - nearby); at--) {
      const mark = marks[at] as Mark
      const alike = mark.channel === channel && mark.kind === kind && mark.why === why
      if (alike && from <= mark.to && to >= mark.from) return mark
    }
    return undefined
  }
  return {
    add(channel, from, to, kind, reason) {
      if (from >= to) return
      const why = reason.slice(0, maxWhyCharacters)
      let mark = touching(channel, from, to, kind, why)
      if (mark === undefined && marks.length >= limit) {
        mark = marks.findLast((one) => one.channel === channel && one.kind === kind) ?? marks.at(-1)
        // A pause that covers more than was silent is not skipped: it would take along what was said.
        if (mark !== undefined && (mark.why !== why || kind === 'paused')) mark.why = 'several'
      }
      if (mark === undefined) return void marks.push({ channel, kind, why, from, to })
      mark.from = Math.min(mark.from, from)
      mark.to = Math.max(mark.to, to)
    },
    list(end) {
      const whole = marks.filter(({ from }) => from < end).toSorted((a, b) => a.from - b.from)
      return whole.map(({ channel, from, to, kind, why }) => ({
        channel,
        fromMs: Math.floor(from / samplesPerMs),
        toMs: Math.ceil(Math.min(to, end) / samplesPerMs),
        kind,
        why,
      }))
    },
  }
}

/** SHA-256 (lower-case hex) of marks in their order, as canonical JSON (RFC 8785): what the audit log says of them. */
export function marksDigest(marks: readonly RecordingMark[]): string {
  const plain = marks.map(({ channel, fromMs, toMs, kind, why }) => ({ channel, fromMs, toMs, kind, why }))
  return createHash('sha256')
    .update(canonicalize(plain) ?? '')
    .digest('hex')
}

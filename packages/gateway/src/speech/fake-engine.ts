import { fakeClock } from '#kernel'
import type { SpeechSession, SpeechSink } from './contract.ts'
import type { LineEnd, LineHandlers, OpenLine } from './line.ts'
import { streamingSession, type SessionDeps, type SessionMeter } from './session.ts'
import type { Wire, WireEvent } from './wire.ts'

/** For tests: one connection of a session, of which the test is the other side. */
export interface FakeLine {
  readonly sent: (string | Uint8Array)[]
  /** Milliseconds of audio it was sent. */
  audioMs(): number
  open(): void
  say(...events: WireEvent[]): void
  end(why: LineEnd): void
  isClosed: boolean
  hasEnded: boolean
  waitingBytes: number
}

/** What a session told, as text, in order. */
export function tellingSink(told: string[]): SpeechSink {
  return {
    words: ({ segment, final, words }) =>
      void told.push(
        `${final ? 'final' : 'partial'} ${segment}: ${words.map(({ text, startMs, endMs }) => `${text}@${startMs}-${endMs}`).join(' ')}`.trim(),
      ),
    through: (ms) => void told.push(`through ${ms}`),
    lost: (fromMs, toMs) => void told.push(`lost ${fromMs}-${toMs}`),
    state: (state, code) => void told.push(`${state} ${code}`),
    ended: (code) => void told.push(`ended ${code}`),
  }
}

export function countingMeter(): SessionMeter & { readonly counted: Record<string, number> } {
  const counted: Record<string, number> = {}
  const add = (name: string, by = 1) => void (counted[name] = (counted[name] ?? 0) + by)
  return {
    counted,
    connected: () => add('connected'),
    failed: (why) => add(`failed ${why}`),
    words: (count) => add('words', count),
    lost: (ms) => add('lost', ms),
    lag: (ms) => void (counted['lag'] = ms),
    ignored: () => add('ignored'),
    ended: () => add('ended'),
  }
}

export function fakeSession(more: Partial<SessionDeps> = {}, wire: Partial<Wire> = {}) {
  const clock = fakeClock()
  const told: string[] = []
  const lines: FakeLine[] = []
  const meter = countingMeter()
  let queued: readonly WireEvent[] = []
  const openLine: OpenLine = (handlers: LineHandlers) => {
    const line: FakeLine = {
      sent: [],
      audioMs: () =>
        line.sent.reduce((sum, message) => sum + (typeof message === 'string' ? 0 : message.length / 8), 0),
      open: () => handlers.opened(),
      say(...events) {
        queued = events
        handlers.message('')
      },
      end: (why) => handlers.closed(why),
      isClosed: false,
      hasEnded: false,
      waitingBytes: 0,
    }
    lines.push(line)
    return {
      send: (message) => void line.sent.push(typeof message === 'string' ? message : message.slice()),
      get waitingBytes() {
        return line.waitingBytes
      },
      endInput: () => (line.hasEnded = true),
      close: () => (line.isClosed = true),
    }
  }
  const openWire = (): Wire => ({
    answersWithinMs: 5_000,
    greeting: ['hello'],
    encode: (ulaw) => ulaw,
    finish: () => 'bye',
    read: () => queued,
    ...wire,
  })
  const session: SpeechSession = streamingSession(tellingSink(told), {
    clock,
    chance: () => 0,
    limits: { bufferMs: 10_000, attempts: 4, stallMs: 15_000 },
    interim: true,
    openWire,
    openLine,
    meter,
    ...more,
  })
  const latest = (): FakeLine => {
    const line = lines.at(-1)
    if (line === undefined) throw new Error('nothing was connected to')
    return line
  }
  /** Audio from `fromMs` on, 100 ms at a time. */
  const speak = (fromMs: number, toMs: number, value = 1) => {
    for (let at = fromMs; at < toMs; at += 100) session.audio(new Uint8Array(800).fill(value), at)
  }
  return { clock, told, lines, meter, session, latest, speak }
}

export const said = (
  final: boolean,
  ...words: readonly [text: string, startMs: number, endMs: number][]
): WireEvent => ({
  kind: 'words',
  final,
  words: words.map(([text, startMs, endMs]) => ({ text, startMs, endMs })),
})

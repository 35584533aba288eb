import type { Judged, PiiSession, Said } from '@voxkeep/pii'
import { parseId, type RecordingId, type TranscriptId } from '#kernel'
import type { PrivacyPolicy, PrivacyRules } from '#privacy'
import { SpeechError, type SpeechEngine, type SpeechSink } from '#speech'
import type { CallWords, NewTranscript } from './deps.ts'

/** Ears, judge and transcripts in memory, for tests. */
export interface FakeWords extends CallWords {
  /** The voices that were opened, in order: of each leg the caller's, then the agent's. */
  readonly voices: FakeVoice[]
  readonly transcripts: { readonly begun: NewTranscript; readonly lines: object[]; isSealed: boolean }[]
  /** What was kept of recordings that ran. */
  readonly foreseen: { recording: RecordingId; spans: readonly object[] }[]
  readonly redactedLater: { recording: RecordingId; spans: readonly object[] }[]
}

export interface FakeVoice {
  readonly sink: SpeechSink
  /** Stretches that were given, in milliseconds. */
  readonly heard: [fromMs: number, toMs: number][]
  state: 'open' | 'finished' | 'closed'
}

export const fakeRules: PrivacyRules = {
  id: 'care',
  types: ['card', 'person'],
  dataClasses: ['personal'],
  threshold: 0.5,
  languages: ['en'],
  custom: [],
  allow: [],
  engine: 'ears',
  language: 'en-US',
  hints: [],
  listen: 'recordings',
  redact: true,
  transcripts: 'redacted',
  events: 'redacted',
  partials: false,
  holdMs: 10_000,
  unjudged: 'silence',
  mask: 'silence',
  padMs: 100,
  whenSpeechFails: 'silence',
  streamAudio: 'live',
  streamHoldMs: 2_500,
  finishMs: 2_000,
}

export function fakeWords(
  o: {
    rules?: Partial<PrivacyRules> | undefined
    refuses?: boolean | undefined
    /** The database is away while a call runs. */
    forgets?: boolean | undefined
    keeps?: boolean | undefined
    /** Default: one that takes the word "secret" for a card. */
    session?: () => PiiSession
  } = {},
): FakeWords {
  const voices: FakeVoice[] = []
  const transcripts: FakeWords['transcripts'] = []
  const redactedLater: FakeWords['redactedLater'] = []
  const foreseen: FakeWords['redactedLater'] = []
  const policy: PrivacyPolicy | undefined = o.rules && {
    rules: { ...fakeRules, ...o.rules },
    engine: { session: o.session ?? fakeSession },
  }
  return {
    voices,
    transcripts,
    redactedLater,
    foreseen,
    policyOf: () => policy,
    engine: (id) => (id === 'ears' ? fakeEngine(voices, o.refuses === true) : undefined),
    async begin(begun) {
      if (o.keeps === false) return undefined
      const entry = { begun, lines: [] as object[], isSealed: false }
      transcripts.push(entry)
      const id = parseId('trn', `trn_${String(transcripts.length).padStart(32, '0')}`) as TranscriptId
      return {
        id,
        content: begun.content,
        keyRef: 'local:1',
        add: (line) => void entry.lines.push(line),
        finish: async () => ((entry.isSealed = true), { lines: entry.lines.length, sha256: 'ab' }),
      }
    },
    foresee: async ({ recording, spans }) => {
      if (o.forgets === true) throw new Error('no database')
      foreseen.push({ recording, spans: [...spans] })
    },
    redactSealed: async ({ recording, spans }) => void redactedLater.push({ recording, spans }),
  }
}

function fakeEngine(voices: FakeVoice[], refuses: boolean): SpeechEngine {
  return {
    facts: { id: 'ears', kind: 'websocket', region: 'here', dataClasses: ['personal'], trainingOptOut: true },
    health: 'up',
    open(_, sink) {
      if (refuses) throw new SpeechError('SPEECH_REFUSED', 'not for such data')
      const voice: FakeVoice = { sink, heard: [], state: 'open' }
      voices.push(voice)
      return {
        audio: (ulaw, atMs) => void voice.heard.push([atMs, atMs + ulaw.length / 8]),
        finish: async () => {
          voice.state = 'finished'
          sink.through(voice.heard.at(-1)?.[1] ?? 0)
        },
        close: () => void (voice.state = 'closed'),
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Takes the word "secret" for a card, and judges what is through. */
export function fakeSession(): PiiSession {
  const nothing: Judged = { released: [], spans: [], judgedMs: {} }
  return {
    push: ({ party, segment, final, words }: Said) => {
      if (!final) return nothing
      const found = words.filter(({ text }) => text === 'secret')
      const [first, last] = [words[0], words.at(-1)]
      const shown = words.map((word) => (word.text === 'secret' ? { ...word, text: '[CARD]' } : word))
      return {
        spans: found.map(({ startMs, endMs }) => ({ party, type: 'card', fromMs: startMs, toMs: endMs })),
        judgedMs: {},
        released: [
          {
            party,
            segment,
            final,
            text: shown.map(({ text }) => text).join(' '),
            words: shown,
            findings: found.map(({ startMs, endMs }) => ({
              type: 'card',
              start: 0,
              end: 6,
              confidence: 0.9,
              by: 'fake',
              fromMs: startMs,
              toMs: endMs,
            })),
            fromMs: first?.startMs ?? 0,
            toMs: last?.endMs ?? 0,
          },
        ],
      }
    },
    advance: (party, throughMs) => ({ ...nothing, judgedMs: { [party]: throughMs } }),
    expect: () => {},
    end: () => nothing,
  }
}

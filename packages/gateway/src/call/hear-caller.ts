import type { PrivacyPolicy, PrivacyRules } from '#privacy'
import type { SpeechEngine } from '#speech'
import type { CallLeg } from './call-leg.ts'
import type { Live } from './live.ts'
import { ticks } from './ticks.ts'
import { codeOf } from './transcript-out.ts'
import { openVoice, type Voice } from './voice.ts'
import { languageOf, wordsJudge, type JudgeEvents, type Line, type WordsJudge } from './words-judge.ts'

/** What the first leg's peer said, as the app may know it. */
export interface HeardLine {
  /** Redacted by the app's privacy policy, or word for word where policy and grant say so. */
  readonly text: string
  /** No more comes of it; a partial is replaced by the next. */
  readonly final: boolean
  /** 0 to 1, of the words that the engine was asked for; undefined where it does not tell. */
  readonly confidence: number | undefined
  /** BCP 47. */
  readonly language: string
}

export interface HearingEvents {
  /** Words are coming: told for each that comes, before it is judged. `endedMs` ago the last of them ended. */
  spoke(said: { readonly final: boolean; readonly endedMs: number }): void
  line(line: HeardLine): void
  /** Nobody listens any more: why, as a code. */
  ended(code: string): void
}

export interface CallerHearing {
  readonly language: string
  /** The app says this to the caller now: what is asked for is known when it comes. */
  said(text: string): void
  /** Resolves when the last words were told: those that the engine still had, for at most `timeoutMs`, and those that waited for more. */
  finish(timeoutMs: number): Promise<void>
  /** At once; nothing more is told. */
  close(): void
}

export type OpenedHearing =
  | { readonly ok: true; readonly hearing: CallerHearing }
  | { readonly ok: false; readonly why: string }

const samplesPerMs = 8
const tickMs = 250

export interface HearingOptions {
  readonly what: 'relay' | 'gather'
  readonly language: string | undefined
  readonly hints: readonly string[]
  readonly partials: boolean
}

/**
 * Has the engine of the app's privacy policy hear the first leg's peer, and gives what is said on as the policy lets the app know it. Before the engine
 * hears anything that is in the audit log. Why nobody listens: `NO_POLICY`, `POLICY_OFF` (the policy tells apps nothing), `NO_ENGINE`, `CONSENT`, or the code of a refusal.
 */
export async function hearCaller(live: Live, o: HearingOptions, tell: HearingEvents): Promise<OpenedHearing> {
  const ways = await mayHear(live)
  if (typeof ways === 'string') return { ok: false, why: ways }
  const { rules } = ways.policy
  const language = o.language ?? rules.language
  const { kind, region = null, trainingOptOut } = ways.engine.facts
  const facts = { policy: rules.id, engine: rules.engine, language, kind, region, trainingOptOut }
  const text = isOriginal(live, rules) ? 'original' : 'redacted'
  const refused = new AbortController()
  const forget = live.consent.onRefused(ways.leg, () => refused.abort())
  try {
    await live.audit('transcription.starting', { ...facts, for: o.what, text })
  } catch (error) {
    forget()
    throw error
  }
  if (refused.signal.aborted) return { ok: false, why: 'CONSENT' }
  try {
    const hearing = openHearing(live, ways, { ...o, language }, { ...tell, closed: forget })
    refused.signal.addEventListener('abort', () => {
      hearing.close()
      tell.ended('CONSENT')
    })
    return { ok: true, hearing }
  } catch (error) {
    forget()
    live.log.warn('nobody listens to the caller', { engine: rules.engine, code: codeOf(error) })
    return { ok: false, why: codeOf(error) }
  }
}

interface Ways {
  readonly policy: PrivacyPolicy
  readonly engine: SpeechEngine
  readonly leg: CallLeg
}

async function mayHear(live: Live): Promise<Ways | string> {
  const { words } = live.deps
  const policy = words.policyOf(live.app.config)
  if (policy === undefined) return 'NO_POLICY'
  if (policy.rules.events === 'off') return 'POLICY_OFF'
  const engine = words.engine(policy.rules.engine)
  const leg = live.first
  if (engine === undefined || leg === undefined) return 'NO_ENGINE'
  return (await live.consent.mayStream(leg)) ? { policy, engine, leg } : 'CONSENT'
}

/** By policy and by grant: one alone is not enough. */
function isOriginal(live: Live, rules: PrivacyRules): boolean {
  return rules.events === 'original' && live.app.config.originals === true
}

/** Throws what `engine.open` does. */
function openHearing(
  live: Live,
  { policy, engine, leg }: Ways,
  o: HearingOptions & { readonly language: string },
  tell: HearingEvents & { closed(): void },
): CallerHearing {
  const { rules } = policy
  const { language } = o
  let isOver = false
  let turns = 0
  const confidences = new Map<number, number | undefined>()
  const judge = judgeOf(live, policy, language, (line) => {
    const text = isOriginal(live, rules) ? line.original : line.text
    if (isOver || text.trim() === '' || (!line.final && !o.partials)) return
    tell.line({ text, final: line.final, confidence: confidences.get(line.segment), language })
    if (line.final) confidences.delete(line.segment)
  })
  const hints = [...rules.hints, ...o.hints].slice(0, maxHints)
  const request = { tenant: live.tenant, language, dataClasses: rules.dataClasses, hints, interim: true }
  const ear = listenTo(live, leg, engine, request, {
    words(segment, final, heard, endedMs) {
      if (heard.length > 0) {
        confidences.set(segment, meanConfidence(heard))
        if (confidences.size > maxSegments) confidences.delete(confidences.keys().next().value ?? -1)
        tell.spoke({ final, endedMs })
      }
      if (final || o.partials) judge.said('caller', { segment, final, words: heard, language })
    },
    through: (ms) => judge.through('caller', ms),
    ended: tell.ended,
  })
  return {
    language,
    said(text) {
      const atMs = ear.nowMs()
      const words = wordsAt(text, atMs)
      if (words.length > 0) judge.said('agent', { segment: turns++, final: true, words, language })
      judge.through('agent', atMs)
    },
    async finish(timeoutMs) {
      if (isOver) return
      await ear.finish(timeoutMs)
      tell.closed()
      ear.close()
      await judge.end()
      isOver = true
    },
    close() {
      if (isOver) return
      isOver = true
      tell.closed()
      ear.close()
      void judge.end()
    },
  }
}

function judgeOf(
  live: Live,
  { rules, engine }: PrivacyPolicy,
  language: string,
  line: (line: Line) => void,
): WordsJudge {
  const session = engine.session(languageOf(language) ?? rules.languages[0] ?? 'en')
  const events: JudgeEvents = {
    lines: (lines) => lines.filter(({ party }) => party === 'caller').forEach(line),
    spans: (spans) => spans.forEach(({ type }) => live.deps.count('pii_found', { type })),
    judged() {},
  }
  return wordsJudge(session, events, engine.review)
}

function wordsAt(text: string, atMs: number): Heard {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return words.slice(0, maxWords).map((word) => ({ text: word, startMs: atMs, endMs: atMs }))
}

const maxHints = 200
/** Finals that were not released yet. */
const maxSegments = 100
/** A question is short. */
const maxWords = 200

type Heard = Parameters<Parameters<typeof openVoice>[2]['words']>[0]['words']

/** Carries what a leg's peer says to an engine. Throws what `engine.open` does. */
function listenTo(
  live: Live,
  leg: CallLeg,
  engine: SpeechEngine,
  request: Parameters<SpeechEngine['open']>[0],
  tell: {
    words(segment: number, final: boolean, words: Heard, endedMs: number): void
    through(ms: number): void
    ended(code: string): void
  },
): { nowMs(): number; finish(timeoutMs: number): Promise<void>; close(): void } {
  const { clock } = live.deps
  /** What the leg's timeline is behind the clock, at the least that was seen. */
  let behindMs: number | undefined
  const nowMs = () => (behindMs === undefined ? 0 : clock.monotonicMs() - behindMs)
  const voice: Voice = openVoice(engine, request, {
    words: ({ segment, final, words }) =>
      tell.words(segment, final, words, Math.max(0, nowMs() - (words.at(-1)?.endMs ?? nowMs()))),
    through: tell.through,
    lost() {},
    state() {},
    ended: tell.ended,
  })
  const stops = [
    live.onLeg(leg, (event) => {
      if (event.kind !== 'heard' || event.channel !== 0) return
      const fromMs = event.positionSamples / samplesPerMs
      const behind = clock.monotonicMs() - fromMs - event.ulaw.length / samplesPerMs
      behindMs = Math.min(behindMs ?? behind, behind)
      voice.heard(fromMs, event.ulaw)
    }),
    live.ears.listen(leg.id),
    ticks(clock, tickMs, (isLate) => {
      if (behindMs !== undefined && !isLate) voice.idle(nowMs())
    }),
    () => voice.close(),
  ]
  return {
    nowMs,
    finish: (timeoutMs) => voice.finish(timeoutMs),
    close: () => stops.forEach((stop) => stop()),
  }
}

function meanConfidence(words: Heard): number | undefined {
  const known = words.flatMap(({ confidence }) => (confidence === undefined ? [] : [confidence]))
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0) / known.length
}

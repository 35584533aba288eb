import type { SpeechEngine, SpeechFacts, SpeechRequest, SpeechSession, SpeechSink } from './contract.ts'
import { SpeechError, type SpeechRefusal } from './error.ts'
import { refusalOf, type SpeechRules } from './refusal.ts'
import type { SessionMeter } from './session.ts'
import type { TenantId } from '#kernel'

/** What an engine is doing, in figures. */
export interface EngineFigures {
  readonly sessions: number
  readonly maxSessions: number
  /** The longest that any voice waits now. */
  readonly lagMs: number
  readonly words: number
  readonly lostMs: number
  /** Why connections failed, since the start. */
  readonly failures: Readonly<Record<string, number>>
}

export interface EngineDeps {
  readonly facts: SpeechFacts
  readonly maxSessions: number
  readonly rulesOf: (tenant: TenantId) => SpeechRules
  readonly start: (request: SpeechRequest, sink: SpeechSink, meter: SessionMeter) => SpeechSession
  /** Told of each refusal, before it is thrown. */
  readonly onRefused: (refused: {
    readonly engine: string
    readonly tenant: TenantId
    readonly why: SpeechRefusal | 'busy'
  }) => void
  readonly count: (name: string, by?: number, labels?: Readonly<Record<string, string>>) => void
}

/** An engine that hears what it may hear, and no more voices at once than it may. */
export interface MeasuredEngine extends SpeechEngine {
  readonly figures: EngineFigures
  /** Why it may hear nothing of this tenant, whatever the audio holds. */
  refusal(tenant: TenantId): Exclude<SpeechRefusal, 'data-class'> | undefined
}

export function speechEngine(deps: EngineDeps): MeasuredEngine {
  const { facts, maxSessions } = deps
  const open = new Map<SpeechSession, { lagMs: number }>()
  const failures: Record<string, number> = {}
  let health: SpeechEngine['health'] = 'unknown'
  let [words, lostMs] = [0, 0]

  function meterOf(voice: { lagMs: number }, ended: () => void): SessionMeter {
    return {
      connected: () => (health = 'up'),
      failed(why) {
        health = 'failing'
        failures[why] = (failures[why] ?? 0) + 1
        deps.count('speech_failures', 1, { why })
      },
      words(count) {
        words += count
        deps.count('speech_words', count)
      },
      lost(ms) {
        lostMs += ms
        deps.count('speech_lost_ms', Math.round(ms))
      },
      lag: (ms) => (voice.lagMs = ms),
      ignored: () => deps.count('speech_messages_ignored'),
      ended,
    }
  }

  function refuse(why: SpeechRefusal | 'busy', tenant: TenantId): SpeechError {
    deps.count('speech_refused', 1, { why })
    deps.onRefused({ engine: facts.id, tenant, why })
    return why === 'busy'
      ? new SpeechError('SPEECH_BUSY', 'the engine has as many sessions as it may have')
      : new SpeechError('SPEECH_REFUSED', 'the engine may not hear this', why)
  }

  return {
    facts,
    open(request, sink) {
      const why = refusalOf(facts, deps.rulesOf(request.tenant), request)
      if (why !== undefined) throw refuse(why, request.tenant)
      if (open.size >= maxSessions) throw refuse('busy', request.tenant)
      const voice = { lagMs: 0 }
      const seat: { session?: SpeechSession; hasEnded?: true } = {}
      const meter = meterOf(voice, () => {
        seat.hasEnded = true
        if (seat.session !== undefined) open.delete(seat.session)
      })
      deps.count('speech_sessions')
      seat.session = deps.start(request, sink, meter)
      if (seat.hasEnded === undefined) open.set(seat.session, voice)
      return seat.session
    },
    refusal(tenant) {
      const why = refusalOf(facts, deps.rulesOf(tenant), { dataClasses: [] })
      return why === 'data-class' ? undefined : why
    },
    get health() {
      return health
    },
    get figures() {
      const lagMs = Math.max(0, ...[...open.values()].map((voice) => voice.lagMs))
      return {
        sessions: open.size,
        maxSessions,
        lagMs,
        words,
        lostMs: Math.round(lostMs),
        failures: { ...failures },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const session of open.keys()) session.close()
    },
  }
}

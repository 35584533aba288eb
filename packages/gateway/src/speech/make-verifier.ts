import type { TenantId, VerifierConfig } from '#kernel'
import { SpeechError, type SpeechRefusal } from './error.ts'
import { refusalOf, type SpeechRules } from './refusal.ts'
import { learnedOf, verdictOf } from './verdict.ts'
import type { Verdict, Verifier, VoiceComparer, VoiceSample } from './verifier-contract.ts'
import { httpsComparer, type VerifierHttpsDeps } from './verifier-https.ts'
import { programComparer, type VerifierProgramDeps } from './verifier-program.ts'

export interface MakeVerifierDeps extends VerifierHttpsDeps, VerifierProgramDeps {
  /** Where this machine is: a program on it is there too. */
  readonly region: string | undefined
  readonly rulesOf: (tenant: TenantId) => SpeechRules
  /** Told of each refusal, before it is thrown. */
  readonly onRefused: (refused: {
    readonly verifier: string
    readonly tenant: TenantId
    readonly why: SpeechRefusal | 'busy'
  }) => void
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
}

/** What an engine is doing, in figures. */
export interface VerifierFigures {
  readonly sessions: number
  readonly maxSessions: number
  /** Why questions had no answer, since the start. */
  readonly failures: Readonly<Record<string, number>>
}

export interface MeasuredVerifier extends Verifier {
  readonly figures: VerifierFigures
  /** Why it may be given no voice of this tenant. */
  refusal(tenant: TenantId): SpeechRefusal | undefined
  /** How often each result was for this tenant, since the start: what its callers' voices were taken for is nobody else's. */
  resultsOf(tenant: TenantId): Readonly<Record<string, number>>
}

const asked = { dataClasses: ['biometric'] } as const

/** One engine of the configuration. Nothing is connected to, and nothing runs, until a voice is compared. */
export function makeVerifier(config: VerifierConfig, deps: MakeVerifierDeps): MeasuredVerifier {
  const { id, kind, dataClasses, trainingOptOut, maxSessions } = config
  const region = config.region ?? (kind === 'command' ? deps.region : undefined)
  const facts = { id, kind, region, dataClasses, trainingOptOut }
  const engine: VoiceComparer =
    config.kind === 'https' ? httpsComparer(config, deps) : programComparer(config, deps)
  /** Comparisons, and whoever is to be forgotten: neither keeps the other waiting. */
  const [open, forgetting] = [new Set<AbortController>(), new Set<AbortController>()]
  /** Those of the configuration, at the most. */
  const results = new Map<TenantId, Record<string, number>>()
  const failures: Record<string, number> = {}
  let health: Verifier['health'] = 'unknown'

  function refusal(tenant: TenantId): SpeechRefusal | undefined {
    return refusalOf(facts, deps.rulesOf(tenant), asked)
  }
  function refused(why: SpeechRefusal | 'busy', tenant: TenantId): SpeechError {
    deps.count('verifier_refused', { verifier: id, why })
    deps.onRefused({ verifier: id, tenant, why })
    return why === 'busy'
      ? new SpeechError('SPEECH_BUSY', 'the engine is asked as much as it may be')
      : new SpeechError('SPEECH_REFUSED', 'the engine may not be given this voice', why)
  }
  function admit(tenant: TenantId): void {
    const why = refusal(tenant)
    if (why !== undefined) throw refused(why, tenant)
    if (open.size >= maxSessions) throw refused('busy', tenant)
  }
  /** `own` ends with the engine alone, `signal` with whoever asked too. */
  async function ask<T>(
    among: Set<AbortController>,
    question: (signal: AbortSignal, own: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const own = new AbortController()
    among.add(own)
    try {
      const answer = await question(AbortSignal.any([signal, own.signal]), own.signal)
      health = 'up'
      return answer
    } catch (error) {
      if (!signal.aborted) failed(error)
      throw error
    } finally {
      among.delete(own)
    }
  }
  function failed(error: unknown): void {
    const code = error instanceof SpeechError ? error.code : 'VERIFIER_FAILED'
    health = 'failing'
    failures[code] = (failures[code] ?? 0) + 1
    deps.count('verifier_failures', { verifier: id, code })
  }
  function counted(tenant: TenantId, verdict: Verdict): Verdict {
    const own = results.get(tenant) ?? {}
    own[verdict.result] = (own[verdict.result] ?? 0) + 1
    results.set(tenant, own)
    return verdict
  }
  /** A voice that is not taken for anybody's is not left with an engine that took it. Whoever asked may be gone: only time ends it. */
  async function takenBack(whose: VoiceSample, verdict: Verdict, own: AbortSignal): Promise<Verdict> {
    try {
      await engine.forget(whose, own)
      return verdict
    } catch (error) {
      failed(error)
      return { ...verdict, result: 'unavailable', reasons: ['may-be-known', ...verdict.reasons] }
    }
  }
  async function learn(sample: VoiceSample, signal: AbortSignal, own: AbortSignal): Promise<Verdict> {
    const said = await engine.learn(sample, signal)
    const verdict = learnedOf(said, config)
    const isLeft = said.state === 'enrolled' && verdict.result !== 'enrolled'
    return isLeft ? takenBack(sample, verdict, own) : verdict
  }

  return {
    facts,
    withoutConsent: config.dangerouslyWithoutConsent,
    admit,
    async verify({ minScore = 0, ...sample }, signal) {
      admit(sample.tenant)
      const said = await ask(open, (both) => engine.compare(sample, both), signal)
      const rules = { ...config, minScore: Math.max(config.minScore, minScore) }
      return counted(sample.tenant, verdictOf(said, rules))
    },
    async enrol(sample, signal) {
      admit(sample.tenant)
      const verdict = await ask(open, (both, own) => learn(sample, both, own), signal)
      return counted(sample.tenant, verdict)
    },
    async forget(whose, signal) {
      if (forgetting.size >= maxSessions) throw refused('busy', whose.tenant)
      return ask(forgetting, (both) => engine.forget(whose, both), signal)
    },
    refusal,
    resultsOf: (tenant) => ({ ...results.get(tenant) }),
    get health() {
      return health
    },
    get figures() {
      return { sessions: open.size, maxSessions, failures: { ...failures } }
    },
    async [Symbol.asyncDispose]() {
      for (const own of [...open, ...forgetting]) own.abort()
    },
  }
}

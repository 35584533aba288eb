import type { ApiVerifiers } from '#api'
import type { Audit } from '#audit'
import type { CallVerifiers } from '#call'
import type { Clock, Config, Log, Random, Secret } from '#kernel'
import { makeVerifier, type MeasuredVerifier } from '#speech'
import type { EgressGuard } from '#webhook'
import type { Metrics } from './metrics.ts'
import { programEnvironment, speechRulesOf } from './open-speech.ts'

export interface Verifiers extends AsyncDisposable {
  readonly calls: CallVerifiers
  readonly api: ApiVerifiers
}

export interface VerifierParts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauges'>
  readonly readSecret: (reference: string) => Secret<string>
  readonly egress: EgressGuard
  readonly audit: Pick<Audit, 'append' | 'pseudonym'>
}

/** Opens what compares voices. Nothing is connected to, and nothing runs, until a voice is compared. */
export function openVerifiers(parts: VerifierParts): Verifiers {
  const { config, clock, random, metrics, readSecret, egress, audit, log } = parts
  const all = config.verifiers.map((verifier) =>
    makeVerifier(verifier, {
      clock,
      random,
      guard: egress,
      readSecret,
      region: config.node.region,
      env: programEnvironment(),
      rulesOf: (tenant) => speechRulesOf(config, tenant),
      onRefused: tellRefusal(parts),
      count: (name, labels) => metrics.count(name, labels),
    }),
  )
  const byId = new Map(all.map((verifier) => [verifier.facts.id, verifier]))
  gauges(metrics, all)
  return {
    calls: {
      verifier: (app, name) => {
        const wanted = name ?? app.verifier
        return wanted === undefined ? all[0] : byId.get(wanted)
      },
      pseudonym: (tenant, subject) => audit.pseudonym(tenant, subject),
    },
    api: {
      verifiers: (tenant) =>
        all.map((verifier) => {
          const { facts, health, figures } = verifier
          return {
            facts,
            health,
            figures,
            results: verifier.resultsOf(tenant),
            refused: verifier.refusal(tenant),
          }
        }),
      pseudonym: (tenant, subject) => audit.pseudonym(tenant, subject),
      async forget(id, whose, signal) {
        const verifier = byId.get(id)
        if (verifier === undefined) return 'unknown'
        try {
          return await verifier.forget(whose, signal)
        } catch (error) {
          log.warn('an engine could not be told to forget a voice', { verifier: id, error })
          return 'unavailable'
        }
      },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((verifier) => verifier[Symbol.asyncDispose]()))
    },
  }
}

/** A refusal is an event that alerts can be made of; nothing has been sent to anybody, so it need not wait for the log. */
function tellRefusal({ audit, log }: VerifierParts): Parameters<typeof makeVerifier>[1]['onRefused'] {
  return ({ verifier, tenant, why }) => {
    log.warn('a verifier was refused', { verifier, tenant, why })
    audit
      .append({ type: 'verifier.refused', tenant, actor: 'system', fields: { verifier, why } })
      .catch((error: unknown) => log.error('a refused verifier is not in the audit log', { error }))
  }
}

function gauges(metrics: VerifierParts['metrics'], all: readonly MeasuredVerifier[]): void {
  const each = (read: (verifier: MeasuredVerifier) => number) => () =>
    all.map((verifier) => [verifier.facts.id, read(verifier)] as const)
  metrics.gauges(
    'verifier_sessions_active',
    'voices that an engine compares',
    'verifier',
    each(({ figures }) => figures.sessions),
  )
  metrics.gauges(
    'verifier_up',
    '1: the last question had an answer',
    'verifier',
    each(({ health }) => (health === 'failing' ? 0 : 1)),
  )
}

import type { ApiVerifiers } from '#api'
import type { Audit } from '#audit'
import type { CallVerifiers } from '#call'
import type { Random } from '#kernel'
import { makeVerifier } from '#speech'
import { providerDeps, providerGauges, tellRefusal, type ProviderParts } from './open-provider.ts'

export interface Verifiers extends AsyncDisposable {
  readonly calls: CallVerifiers
  readonly api: ApiVerifiers
}

export interface VerifierParts extends ProviderParts {
  readonly random: Random
  readonly audit: Pick<Audit, 'append' | 'pseudonym'>
}

/** Opens what compares voices. Nothing is connected to, and nothing runs, until a voice is compared. */
export function openVerifiers(parts: VerifierParts): Verifiers {
  const { config, random, metrics, audit, log } = parts
  const refused = tellRefusal(parts, 'verifier')
  const all = config.verifiers.map((verifier) =>
    makeVerifier(verifier, {
      ...providerDeps(parts),
      random,
      onRefused: ({ verifier: id, tenant, why }) => refused(id, tenant, why),
      count: (name, labels) => metrics.count(name, labels),
    }),
  )
  const byId = new Map(all.map((verifier) => [verifier.facts.id, verifier]))
  const words = { kind: 'verifier', name: 'verifier' } as const
  const [sessions, up] = ['voices that an engine compares', '1: the last question had an answer']
  providerGauges(metrics, all, { ...words, sessions, up })
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

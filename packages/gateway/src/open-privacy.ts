import { createEngine, nameRecognisers, piiTypes } from '@voxkeep/pii'
import type { CallWords } from '#call'
import type { Config, Log, Secret } from '#kernel'
import { openPolicies, presidioAnalyzer, presidioReview, type PrivacyRules, type Review } from '#privacy'
import { readClientTls, type HttpsClient } from '#webhook'
import type { Redactor } from './open-redaction.ts'
import type { Metrics } from './metrics.ts'
import type { Engines } from './open-speech.ts'
import type { Transcripts } from './open-transcripts.ts'

export interface PrivacyParts {
  readonly engines: Pick<Engines, 'engine'>
  readonly transcripts: Pick<Transcripts, 'begin'>
  readonly redactor: Pick<Redactor, 'foresee' | 'later'>
  readonly client: HttpsClient
  readonly readSecret: (reference: string) => Secret<string>
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count'>
}

/** What hears calls and judges what is said: the engines of speech, the policies, and where transcripts are kept. */
export function openPrivacy(config: Config, parts: PrivacyParts): CallWords {
  const { engines, transcripts, redactor } = parts
  // Their lists are tens of megabytes in memory: one for all policies.
  const recognisers = nameRecognisers()
  const policyOf = openPolicies(config, piiTypes, (rules) => {
    const { types, threshold, languages, custom, allow } = rules
    const engine = createEngine({ types, threshold, languages, custom, allow, recognisers })
    const review = openReview(rules, parts)
    return { session: (language) => engine.session({ language }), ...(review !== undefined && { review }) }
  })
  return {
    policyOf,
    engine: (id) => engines.engine(id),
    begin: transcripts.begin,
    foresee: ({ tenant, recording, spans, mask }) =>
      redactor.foresee({ tenant, recording, spans, mask, actor: 'gateway' }),
    redactSealed: ({ tenant, recording, spans, mask }) =>
      redactor.later({ tenant, recording, spans, mask, actor: 'gateway' }),
  }
}

/** What looks again at what a policy's engine released, where the policy names a presidio-analyzer. Throws when its authorities cannot be read. */
function openReview(
  { id, types, presidio }: Pick<PrivacyRules, 'id' | 'types' | 'presidio'>,
  { client, readSecret, log, metrics }: Pick<PrivacyParts, 'client' | 'readSecret' | 'log' | 'metrics'>,
): Review | undefined {
  if (presidio === undefined) return undefined
  const { url, caFile, authorization, entities, threshold, timeoutMs, whenFails } = presidio
  const analyzer = presidioAnalyzer({
    http: client,
    url,
    tls: readClientTls(caFile, undefined),
    ...(authorization !== undefined && { authorization: readSecret(authorization) }),
    ...(entities !== undefined && { entities }),
    threshold,
    timeoutMs,
  })
  let failures = 0
  return presidioReview({
    analyzer,
    types,
    whenFails,
    failed(why) {
      metrics.count('pii_reviews_failed', { why })
      // A service that is down fails every line: the metric counts them all.
      if (failures % 100 === 0) log.warn('lines cannot be reviewed', { policy: id, why, whenFails })
      failures += 1
    },
  })
}

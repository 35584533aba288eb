import type { Language, PiiSession, PiiType } from '@voxkeep/pii'
import type { AppConfig, Config } from '#kernel'
import type { Review } from './presidio-review.ts'

type PolicyConfig = Config['privacy']['policies'][number]
type DataClass = NonNullable<PolicyConfig['dataClasses']>[number]

/** What a policy says, with every default in its place. */
export interface PrivacyRules extends Omit<PolicyConfig, 'types' | 'dataClasses'> {
  readonly types: readonly PiiType[]
  readonly dataClasses: readonly DataClass[]
}

/** What looks for personal data by one policy: made once, used by all calls. */
export interface PiiEngine {
  /** For one call. */
  session(language: Language): PiiSession
  /** Looks again at what a session releases. */
  readonly review?: Review
}

/** How an engine is made of a policy. */
export type MakePiiEngine = (
  rules: Pick<PrivacyRules, 'id' | 'types' | 'threshold' | 'languages' | 'custom' | 'allow' | 'presidio'>,
) => PiiEngine

export interface PrivacyPolicy {
  readonly rules: PrivacyRules
  readonly engine: PiiEngine
}

/** What is seldom secret and often needed: looked for only where a policy names it. */
const byName: ReadonlySet<PiiType> = new Set(['date', 'location', 'organisation', 'url', 'ip-address'])
const payment: ReadonlySet<PiiType> = new Set(['card', 'card-code', 'card-expiry'])

/** The policy of each app: its own, or its tenant's; undefined where nobody listens. Throws what `make` throws. */
export function openPolicies(
  config: Pick<Config, 'privacy' | 'tenants'>,
  all: readonly PiiType[],
  make: MakePiiEngine,
): (app: Pick<AppConfig, 'tenant' | 'privacy'>) => PrivacyPolicy | undefined {
  const policies = new Map(
    config.privacy.policies.map((policy) => {
      const rules = rulesOf(policy, all)
      return [policy.id, { rules, engine: make(rules) }] as const
    }),
  )
  const ofTenant = new Map(config.tenants.map(({ id, privacy }) => [id, privacy]))
  return ({ tenant, privacy }) => {
    const tenants = policies.get(ofTenant.get(tenant) ?? '')
    const chosen = privacy === undefined ? tenants : policies.get(privacy)
    return chosen && strictest(chosen, tenants)
  }
}

/** An app’s own policy never lets its streams hear what the tenant’s holds back. */
function strictest(chosen: PrivacyPolicy, tenants: PrivacyPolicy | undefined): PrivacyPolicy {
  if (chosen.rules.streamAudio === 'held' || tenants?.rules.streamAudio !== 'held') return chosen
  const { streamAudio, streamHoldMs } = tenants.rules
  return { ...chosen, rules: { ...chosen.rules, redact: true, streamAudio, streamHoldMs } }
}

function rulesOf(policy: PolicyConfig, all: readonly PiiType[]): PrivacyRules {
  const named = policy.types ?? all.filter((type) => !byName.has(type))
  // Whoever writes a pattern wants it found.
  const types = policy.custom.length > 0 ? [...new Set([...named, 'custom' as const])] : named
  const dataClasses = policy.dataClasses ?? [
    'personal',
    ...(types.some((type) => payment.has(type)) ? (['payment'] as const) : []),
    ...(types.includes('health') ? (['health'] as const) : []),
  ]
  return { ...policy, types, dataClasses }
}

import type { AlertRuleConfig } from '#kernel'
import { AlertError } from './error.ts'

export type AlertSeverity = 'notice' | 'warning' | 'high' | 'critical'

/** A rule with every choice made. */
export interface AlertRule {
  readonly id: string
  readonly title: string
  readonly severity: AlertSeverity
  readonly types: readonly string[]
  readonly tenants: readonly string[] | undefined
  readonly groupBy: string | undefined
  readonly sum: string | undefined
  readonly windowMs: number
  /** Undefined: only the baseline counts. */
  readonly threshold: number | undefined
  readonly baseline: Baseline | undefined
  readonly cooldownMs: number
}

export interface Baseline {
  readonly factor: number
  readonly minimum: number
  readonly windows: number
}

const minute = 60_000
const hour = 60 * minute

type BuiltIn = Partial<AlertRule> & Pick<AlertRule, 'id' | 'title' | 'severity' | 'types'>

/** What is watched for without anybody saying so. */
export const builtInRules: readonly BuiltIn[] = [
  {
    id: 'large-exports',
    title: 'One actor reads or exports a great deal',
    severity: 'high',
    types: [
      'recording.read',
      'recording.keys-exporting',
      'transcript.read',
      'audit.export',
      'subject.export',
      'subject.archive',
    ],
    groupBy: 'actor',
    windowMs: hour,
    threshold: 200,
  },
  {
    id: 'unusual-reads',
    title: 'One actor reads far more than it used to',
    severity: 'warning',
    types: ['recording.read', 'transcript.read', 'transcript.query'],
    groupBy: 'actor',
    windowMs: hour,
    baseline: { factor: 4, minimum: 20, windows: 168 },
  },
  {
    id: 'token-reveals',
    title: 'One actor has far more values revealed than it used to',
    severity: 'high',
    types: ['token.revealed', 'token.searched'],
    groupBy: 'actor',
    windowMs: hour,
    baseline: { factor: 4, minimum: 20, windows: 168 },
  },
  {
    id: 'token-refusals',
    title: 'Values are asked for that are not given',
    severity: 'high',
    types: ['token.refused'],
    groupBy: 'actor',
    windowMs: 10 * minute,
    threshold: 5,
  },
  {
    id: 'payments-unknown',
    title: 'Nobody knows whether a payment was charged',
    severity: 'high',
    types: ['payment.left-unknown'],
    groupBy: 'provider',
  },
  {
    id: 'client-certificates',
    title: 'Peers are refused for their client certificates',
    severity: 'warning',
    types: ['edge.certificate-refused'],
    groupBy: 'source',
    sum: 'refused',
    windowMs: 10 * minute,
    threshold: 5,
  },
  {
    id: 'tampering',
    title: 'Something that is kept was changed',
    severity: 'critical',
    types: ['audit.unreadable', '*.tampered'],
  },
  {
    id: 'keys',
    title: 'A tenant’s keys cannot be used',
    severity: 'high',
    types: ['keys.refused', 'keys.closed', 'keys.unavailable', 'keys.provider-not-rotated'],
    groupBy: 'type',
  },
  {
    id: 'speech',
    title: 'Nobody hears calls that are to be redacted',
    severity: 'high',
    types: ['speech.failed', 'speech.refused'],
    groupBy: 'engine',
  },
  {
    id: 'synthetic-voices',
    title: 'A caller’s voice is taken for a recording or a machine’s',
    severity: 'high',
    types: ['verification.suspected'],
    groupBy: 'engine',
  },
  {
    id: 'retention',
    title: 'Something was not deleted when it should have been',
    severity: 'high',
    types: ['retention.failed'],
    groupBy: 'type',
  },
  {
    id: 'backups',
    title: 'A backup failed',
    severity: 'high',
    types: ['backup.failed'],
  },
  {
    id: 'witnesses',
    title: 'Too few witnesses cosign the audit log',
    severity: 'warning',
    types: ['audit.unwitnessed'],
  },
  {
    id: 'siem-lag',
    title: 'A collector does not take security events',
    severity: 'high',
    types: ['siem.lagging'],
    groupBy: 'collector',
  },
  {
    id: 'certificates',
    title: 'A certificate runs out or was revoked',
    severity: 'high',
    types: ['certificate.expiring', 'certificate.expired', 'certificate.revoked'],
    groupBy: 'certificate',
    cooldownMs: 24 * hour,
  },
  {
    id: 'toll-fraud',
    title: 'An app calls far more than it used to',
    severity: 'high',
    types: ['dial.alert'],
    groupBy: 'app',
  },
]

/** The built-in rules as the configuration changes them, and its own. Throws `AlertError` for one that cannot find anything. */
export function resolveRules(configured: readonly AlertRuleConfig[]): readonly AlertRule[] {
  const changes = new Map(configured.map((rule) => [rule.id, rule]))
  const known = builtInRules.map((rule) => merge(rule, changes.get(rule.id)))
  const own = configured.filter(({ id }) => !builtInRules.some((rule) => rule.id === id))
  const all = [...known, ...own.map((rule) => merge(undefined, rule))]
  return all.filter((rule) => rule !== undefined)
}

function merge(builtIn: BuiltIn | undefined, change: AlertRuleConfig | undefined): AlertRule | undefined {
  if (change?.enabled === false) return undefined
  const id = change?.id ?? builtIn?.id ?? ''
  const types = change?.types ?? builtIn?.types
  if (types === undefined) throw new AlertError('ALERT_RULE_INVALID', `the rule "${id}" needs types`)
  const threshold = change?.threshold ?? builtIn?.threshold
  const baseline = change?.baseline ?? builtIn?.baseline
  return {
    id,
    types,
    title: change?.title ?? builtIn?.title ?? id,
    severity: change?.severity ?? builtIn?.severity ?? 'warning',
    tenants: change?.tenants ?? builtIn?.tenants,
    groupBy: change?.groupBy ?? builtIn?.groupBy,
    sum: change?.sum ?? builtIn?.sum,
    windowMs: change?.windowMs ?? builtIn?.windowMs ?? hour,
    threshold: threshold ?? (baseline === undefined ? 1 : undefined),
    baseline,
    cooldownMs: change?.cooldownMs ?? builtIn?.cooldownMs ?? hour,
  }
}

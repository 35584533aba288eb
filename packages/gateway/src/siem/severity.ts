/** How much an event matters, in words that every format has a number for. */
export type Severity = 'info' | 'notice' | 'warning' | 'high' | 'critical'

const syslogLevels = { info: 6, notice: 5, warning: 4, high: 3, critical: 2 } as const
const ocsfLevels = { info: 1, notice: 2, warning: 3, high: 4, critical: 5 } as const
const cefLevels = { info: 1, notice: 3, warning: 5, high: 7, critical: 9 } as const
const otlpLevels = { info: 9, notice: 10, warning: 13, high: 17, critical: 21 } as const

/** RFC 5424 §6.2.1: informational, notice, warning, error, critical. */
export const syslogSeverity = (severity: Severity): number => syslogLevels[severity]
/** OCSF `severity_id`: informational, low, medium, high, critical. */
export const ocsfSeverity = (severity: Severity): number => ocsfLevels[severity]
/** 0 to 10. */
export const cefSeverity = (severity: Severity): number => cefLevels[severity]
/** OTLP `severityNumber`: INFO, INFO2, WARN, ERROR, FATAL. */
export const otlpSeverity = (severity: Severity): number => otlpLevels[severity]

const rules: readonly (readonly [type: RegExp, severity: Severity])[] = [
  [/^audit\.(?:unreadable|tampered|forked|broken)/, 'critical'],
  [/\.(?:tampered|shredded|destroy-scheduled)$/, 'high'],
  [/^keys\.(?:refused|closed|key-destroyed|tenant-destroyed)$/, 'high'],
  [/^alert\.raised$/, 'high'],
  [/^certificate\.(?:expired|revoked)$/, 'high'],
  [/(?:failed|failing|refused|denied|blocked|conflict|stopped|alert|lagging|unavailable)$/, 'warning'],
  [/^(?:certificate\.expiring|trunk\.down)$/, 'warning'],
  [
    /(?:delete|deleted|revoke|revoked|export|exported|erase|erased|issue|read|lift|lifted|rotated)$/,
    'notice',
  ],
]

/** By the event's type: what is not known to matter is `info`. An alert says itself how severe it is. */
export function severityOf(event: {
  readonly type: string
  readonly fields: Readonly<Record<string, unknown>>
}): Severity {
  const said = event.type === 'alert.raised' ? event.fields['severity'] : undefined
  if (isSeverity(said)) return said
  return rules.find(([type]) => type.test(event.type))?.[1] ?? 'info'
}

export function isSeverity(value: unknown): value is Severity {
  return typeof value === 'string' && Object.hasOwn(syslogLevels, value)
}

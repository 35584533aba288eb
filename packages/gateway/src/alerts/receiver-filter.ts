import type { Alert } from './alert.ts'
import type { AlertSeverity } from './rules.ts'

const order: readonly AlertSeverity[] = ['notice', 'warning', 'high', 'critical']

/** Whether a receiver wants to be told of an alert. */
export function accepting(config: {
  readonly minSeverity: AlertSeverity
  readonly rules?: readonly string[] | undefined
  readonly tenants?: readonly string[] | undefined
}): (alert: Pick<Alert, 'rule' | 'severity' | 'tenant'>) => boolean {
  return ({ rule, severity, tenant }) =>
    order.indexOf(severity) >= order.indexOf(config.minSeverity) &&
    (config.rules?.includes(rule) ?? true) &&
    (config.tenants?.includes(tenant) ?? true)
}

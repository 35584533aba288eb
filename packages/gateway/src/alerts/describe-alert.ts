import type { Alert } from './alert.ts'

/** One alert as receivers get it, and as the API shows it. */
export function showAlert(alert: Alert) {
  const { detail } = alert
  return {
    id: alert.id,
    tenant: alert.tenant,
    rule: alert.rule,
    title: detail.title,
    severity: alert.severity,
    state: alert.state,
    group: alert.group_key === '' ? null : alert.group_key,
    events: alert.events,
    types: { ...detail.types },
    examples: [...detail.examples],
    counted: detail.counted,
    limit: detail.limit,
    usual: detail.usual,
    first_at: alert.first_at.toISOString(),
    last_at: alert.last_at.toISOString(),
    acknowledged_at: alert.acknowledged_at?.toISOString() ?? null,
    acknowledged_by: alert.acknowledged_by,
  }
}
export type ShownAlert = ReturnType<typeof showAlert>

/** The alert for people, several lines. */
export function alertText(alert: Alert): string {
  const { detail } = alert
  const usual = detail.usual === null ? '' : `, usually ${Math.round(detail.usual * 10) / 10}`
  const types = Object.entries(detail.types).map(([type, count]) => `${type} (${count})`)
  return [
    `${alert.severity.toUpperCase()}: ${detail.title}`,
    `  alert     ${alert.id}`,
    `  rule      ${alert.rule}`,
    `  tenant    ${alert.tenant}`,
    ...(alert.group_key === '' ? [] : [`  about     ${alert.group_key}`]),
    `  counted   ${detail.counted} of ${detail.limit}${usual}`,
    `  events    ${alert.events}: ${types.join(', ')}`,
    `  first     ${alert.first_at.toISOString()}`,
    `  last      ${alert.last_at.toISOString()}`,
    `  in log    ${detail.examples.join(', ')}`,
    `  to acknowledge it: voxkeep alerts ack ${alert.id}`,
  ].join('\n')
}

/** One line for a subject. */
export function alertSubject(alerts: readonly Alert[]): string {
  const [first] = alerts
  if (first === undefined) return 'Voxkeep'
  const more = alerts.length === 1 ? '' : ` and ${alerts.length - 1} more`
  return `[Voxkeep] ${first.severity}: ${first.detail.title} (${first.tenant})${more}`
}

import type { Alert } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

export function alertsCommand(): Command {
  const alerts = new Command('alerts').description(
    'What the rules found in the audit log of a running gateway.',
  )
  withConnection(alerts.command('list', { isDefault: true }).description('The newest alerts.'))
    .option('--state <state>', 'only those that are "open" or "acknowledged"')
    .option('--limit <n>', 'how many', '20')
    .action(list)
  withConnection(alerts.command('show').description('Everything about one alert.').argument('<id>')).action(
    show,
  )
  withConnection(
    alerts
      .command('ack')
      .description('Acknowledge an alert: receivers are told of it no more.')
      .argument('<id>'),
  ).action(acknowledge)
  return alerts
}

async function list(options: ConnectionOptions & { state?: string; limit: string }): Promise<void> {
  const { state } = options
  if (state !== undefined && state !== 'open' && state !== 'acknowledged')
    throw new Error('--state takes "open" or "acknowledged"')
  const limit = Number(options.limit)
  const page = await connect(options).alerts.list({ limit, ...(state !== undefined && { state }) })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((alert) => [
      alert.id,
      alert.state,
      alert.severity,
      alert.rule,
      alert.group ?? '',
      String(alert.events),
      alert.last_at,
    ])
    return rows.length === 0
      ? 'no alerts'
      : table([['alert', 'state', 'severity', 'rule', 'about', 'events', 'last'], ...rows])
  })
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const alert = await connect(options).alerts.get(id)
  result(alert, options.json ?? false, () => describe(alert))
}

async function acknowledge(id: string, options: ConnectionOptions): Promise<void> {
  const alert = await connect(options).alerts.acknowledge(id)
  result(
    alert,
    options.json ?? false,
    () => `${alert.id} is acknowledged by ${alert.acknowledged_by ?? 'somebody'}`,
  )
}

function describe(alert: Alert): string {
  const usual = alert.usual === null ? '' : `, usually ${alert.usual}`
  const types = Object.entries(alert.types).map(([type, count]) => `${type} (${count})`)
  return [
    `${alert.severity}: ${alert.title}`,
    `  state     ${alert.state}${alert.acknowledged_by === null ? '' : ` by ${alert.acknowledged_by}`}`,
    `  rule      ${alert.rule}`,
    `  tenant    ${alert.tenant}`,
    `  about     ${alert.group ?? 'nobody in particular'}`,
    `  counted   ${alert.counted} of ${alert.limit}${usual}`,
    `  events    ${alert.events}: ${types.join(', ')}`,
    `  from      ${alert.first_at}`,
    `  to        ${alert.last_at}`,
    `  in log    ${alert.examples.join(', ')}`,
  ].join('\n')
}

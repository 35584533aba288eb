import type { Payment } from '@voxkeep/sdk'
import { Command, Option } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

const states: readonly Payment['state'][] = [
  'asked',
  'succeeded',
  'declined',
  'needs-screen',
  'unknown',
  'failed',
]

export function paymentsCommand(): Command {
  const payments = new Command('payments').description('Payments that calls asked for.')
  withConnection(payments.command('list', { isDefault: true }).description('The last hundred, newest first.'))
    .addOption(new Option('--state <state>', 'only these').choices(states))
    .option('--call <id>', 'those of one call')
    .action(list)
  withConnection(payments.command('show').description('One payment.').argument('<id>')).action(show)
  return payments
}

async function list(options: ConnectionOptions & { state?: Payment['state']; call?: string }): Promise<void> {
  const { state, call } = options
  const wanted = { ...(state !== undefined && { state }), ...(call !== undefined && { callId: call }) }
  const page = await connect(options).payments.list({ limit: 100, ...wanted })
  const heading = ['payment', 'asked', 'state', 'amount', 'with', 'provider', 'reference']
  result(page, options.json ?? false, () =>
    page.data.length === 0 ? 'no payments' : table([heading, ...page.data.map(rowOf)]),
  )
}

function rowOf(one: Payment): string[] {
  const { amount_minor: minor, currency, brand, last_four: lastFour, reason } = one
  return [
    one.id,
    one.asked_at,
    reason === null ? one.state : `${one.state}: ${reason}`,
    minor === null ? '' : `${minor} ${currency ?? ''}`,
    [brand ?? one.method, lastFour === null ? '' : `**** ${lastFour}`].join(' ').trim(),
    one.provider,
    one.reference ?? '',
  ]
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const payment = await connect(options).payments.get(id)
  result(payment, options.json ?? false, () =>
    Object.entries(payment)
      .map(([name, value]) => `${name.padEnd(16)}${String(value ?? '')}`)
      .join('\n'),
  )
}

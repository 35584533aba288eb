import type { VerifyReport } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result, table } from './output.ts'

export function objectsCommand(): Command {
  const objects = new Command('objects').description(
    'Sealed objects: where they lie, and whether they are what was sealed.',
  )
  withConnection(objects.command('list', { isDefault: true }).description('The newest objects.'))
    .option('--limit <n>', 'how many', '20')
    .option('--state <state>', 'only spooled, stored, deleting, deleted, missing or corrupt ones')
    .action(list)
  withConnection(objects.command('verify').description('Compare what is listed with what the stores hold.'))
    .option('--open', 'open each as well and authenticate all of it')
    .option('--unlisted', 'look for what is in a store and was never listed')
    .option('--sample <n>', 'only so many')
    .action(verify)
  return objects
}

async function list(options: ConnectionOptions & { limit: string; state?: string }): Promise<void> {
  const page = await connect(options).objects.list({
    limit: Number(options.limit),
    ...(options.state !== undefined && { state: options.state as 'stored' }),
  })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((item) => [
      item.id,
      item.kind,
      item.state,
      item.store ?? '(spool)',
      String(item.bytes),
      item.sha256.slice(0, 16),
      item.lock_until ?? '',
    ])
    return page.data.length === 0
      ? 'nothing is listed'
      : table([['object', 'kind', 'state', 'store', 'bytes', 'sha256', 'locked until'], ...rows])
  })
}

const atATime = 1_000

async function verify(
  options: ConnectionOptions & { open?: true; unlisted?: true; sample?: string },
): Promise<void> {
  const client = connect(options)
  const most = options.sample === undefined ? Infinity : Number(options.sample)
  const total = { checked: 0, bytes: 0, missing: [], altered: [], unchecked: [], unlisted: [] } as Total
  for (let after: string | undefined; total.checked < most;) {
    const report = await client.objects.verify({
      limit: Math.min(atATime, most - total.checked),
      open: options.open ?? false,
      unlisted: options.unlisted === true && after === undefined,
      ...(after !== undefined && { after }),
    })
    add(total, report)
    if (report.next === null) break
    after = report.next
    progress(`${total.checked} objects compared`)
  }
  const wrong = total.missing.length + total.altered.length + total.unlisted.length
  result(total, options.json ?? false, () => describe(total))
  if (wrong > 0) process.exitCode = 1
}

interface Total extends Omit<VerifyReport, 'next'> {
  checked: number
  bytes: number
  readonly missing: string[]
  readonly altered: string[]
  readonly unchecked: string[]
  readonly unlisted: string[]
}

function add(total: Total, report: VerifyReport): void {
  total.checked += report.checked
  total.bytes += report.bytes
  for (const kind of ['missing', 'altered', 'unchecked', 'unlisted'] as const)
    total[kind].push(...report[kind])
}

function describe(total: Total): string {
  const lines = [
    ...total.missing.map((id) => `MISSING   ${id}`),
    ...total.altered.map((id) => `ALTERED   ${id}`),
    ...total.unlisted.map((key) => `UNLISTED  ${key}`),
    ...total.unchecked.map((id) => `unchecked ${id}: its store or its key cannot be had now`),
  ]
  const isFine = lines.length === 0
  return [
    ...lines,
    `${total.checked} objects, ${total.bytes} bytes${isFine ? ': all as they were sealed' : ''}`,
  ].join('\n')
}

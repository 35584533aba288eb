import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Backup } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result, table } from './output.ts'
import { gatewayMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function backupCommand(): Command {
  const backup = new Command('backup').description('Sealed copies of all that is kept.')
  withConnection(
    backup
      .command('create', { isDefault: true })
      .description('Make one, in the gateway that runs; calls go on meanwhile.'),
  )
    .option('--stopped', 'the gateway is stopped: make it here, from the configuration')
    .action(create)
  withConnection(backup.command('list').description('The newest backups.'))
    .option('--limit <n>', 'how many', '20')
    .action(list)
  withConnection(
    backup
      .command('erasures')
      .description(
        'Which keys were destroyed, a JSON object a line: keep it elsewhere, for "restore --erased".',
      ),
  )
    .option('--since <time>', 'since this time (ISO 8601)')
    .action(erasures)
  return backup
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description(
      'Bring a backup back onto an empty machine. The gateway must be stopped, its key provider at hand.',
    )
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .option('--id <backup>', 'which one; default: the newest whole one')
    .option('--erased <file>', 'what "backup erasures" wrote later than the backup: it is destroyed again')
    .action((options: { config: string; id?: string; erased?: string }) =>
      gateway('restore', options.config, [
        ...(options.id === undefined ? [] : ['--id', options.id]),
        ...(options.erased === undefined ? [] : ['--erased', resolve(options.erased)]),
      ]),
    )
}

const pollMs = 500

async function create(options: ConnectionOptions & { stopped?: true }): Promise<void> {
  if (options.stopped) return gateway('backup', options.config, [])
  const { backups } = connect(options)
  let { id, state } = await backups.create()
  progress(`backup ${id} is begun`)
  let last: Backup | undefined
  while (state === 'running') {
    await setTimeout(pollMs)
    last = await backups.get(id)
    state = last.state
    progress(
      `  ${last.tables} tables, ${last.rows} rows, ${last.objects} objects (${last.copied} new), ${last.bytes} bytes`,
    )
  }
  if (state !== 'complete') throw new Error(`backup ${id} failed: ${last?.reason ?? 'unknown'}`)
  result(last, options.json ?? false, () => `${id} is whole and verified: ${summary(last)}`)
}

function summary(backup: Backup | undefined): string {
  if (backup === undefined) return ''
  const lacks = backup.reason === null ? '' : `; it ${backup.reason}`
  return `${backup.rows} rows, ${backup.objects} objects, ${backup.copied} of them new, ${backup.bytes} bytes written${lacks}`
}

async function list(options: ConnectionOptions & { limit: string }): Promise<void> {
  const page = await connect(options).backups.list({ limit: Number(options.limit) })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((item) => [
      item.id,
      item.state,
      item.started_at,
      String(item.rows),
      `${item.objects} (${item.copied} new)`,
      String(item.bytes),
      item.reason ?? '',
    ])
    return page.data.length === 0
      ? 'no backups yet'
      : table([['backup', 'state', 'begun', 'rows', 'objects', 'bytes', ''], ...rows])
  })
}

async function erasures(options: ConnectionOptions & { since?: string }): Promise<void> {
  const since = options.since === undefined ? undefined : new Date(options.since)
  if (since !== undefined && Number.isNaN(since.getTime()))
    throw new Error('--since takes a time, for example 2026-11-21T00:00:00Z')
  for (const erasure of await connect(options).erasures(since))
    process.stdout.write(`${JSON.stringify(erasure)}\n`)
}

async function gateway(command: string, config: string, more: readonly string[]): Promise<void> {
  const args = [...nodeFlags, gatewayMain, command, '--config', resolve(config), ...more]
  process.exitCode = await run(process.execPath, args)
}

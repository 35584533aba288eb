import type { Hold, HoldRequest } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

export function holdsCommand(): Command {
  const holds = new Command('holds').description('Legal holds: what one is on is not deleted by anybody.')
  withConnection(holds.command('list', { isDefault: true }).description('The holds in force, newest first.'))
    .option('--all', 'released ones too')
    .action(list)
  withConnection(holds.command('show').description('One hold.').argument('<id>')).action(show)
  withConnection(
    holds
      .command('place')
      .description('Hold the calls that fit everything that is named, with all that hangs on them.'),
  )
    .requiredOption('--reason <text>', 'why; kept sealed')
    .option('--call <id>', 'one call')
    .option('--number <number>', 'the calls of a phone number or SIP address')
    .option('--label <label>', 'calls with this label')
    .option('--from <time>', 'calls that began then or later (ISO 8601)')
    .option('--to <time>', 'calls that began earlier')
    .option('--all', 'every call of the tenant')
    .option('--until <time>', 'ends by itself then')
    .action(place)
  withConnection(
    holds
      .command('release')
      .description('End a hold: what is due goes with the next sweep.')
      .argument('<id>'),
  )
    .requiredOption('--reason <text>', 'why; kept sealed')
    .action(release)
  return holds
}

async function list(options: ConnectionOptions & { all?: true }): Promise<void> {
  const wanted = options.all === true ? {} : { active: true }
  const page = await connect(options).holds.list({ limit: 100, ...wanted })
  result(page, options.json ?? false, () =>
    page.data.length === 0
      ? 'no holds'
      : table([['hold', 'on', 'since', 'until', 'reason'], ...page.data.map(rowOf)]),
  )
}

function rowOf(hold: Hold): string[] {
  const until = hold.released_at === null ? (hold.until ?? 'released') : `released ${hold.released_at}`
  return [hold.id, matterOf(hold), hold.placed_at, until, hold.reason]
}

function matterOf({ call_id: call, by_number: byNumber, label, from, to }: Hold): string {
  const parts = [
    ...(call === null ? [] : [call]),
    ...(byNumber ? ['a number'] : []),
    ...(label === null ? [] : [`label ${label}`]),
    ...(from === null ? [] : [`from ${from}`]),
    ...(to === null ? [] : [`to ${to}`]),
  ]
  return parts.length === 0 ? 'everything' : parts.join(', ')
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const hold = await connect(options).holds.get(id)
  result(hold, options.json ?? false, () =>
    Object.entries(hold)
      .map(([name, value]) => `${name.padEnd(16)}${String(value)}`)
      .join('\n'),
  )
}

interface PlaceOptions extends ConnectionOptions {
  readonly reason: string
  readonly call?: string
  readonly number?: string
  readonly label?: string
  readonly from?: string
  readonly to?: string
  readonly all?: true
  readonly until?: string
}

async function place(options: PlaceOptions): Promise<void> {
  const { reason, call, number, label, all } = options
  const request: HoldRequest = {
    reason,
    ...(call !== undefined && { call_id: call }),
    ...(number !== undefined && { number }),
    ...(label !== undefined && { label }),
    ...(all !== undefined && { all }),
    ...times(options),
  }
  const hold = await connect(options).holds.place(request)
  result(hold, options.json ?? false, () => `${hold.id} is in force: ${matterOf(hold)}`)
}

/** Times as people write them, in the form that the API takes. */
function times({ from, to, until }: PlaceOptions): Pick<HoldRequest, 'from' | 'to' | 'until'> {
  const given = Object.entries({ from, to, until }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, isoTime(`--${name}`, text)]],
  )
  return Object.fromEntries(given) as Pick<HoldRequest, 'from' | 'to' | 'until'>
}

export function isoTime(option: string, text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new Error(`${option} takes a time such as 2026-01-31T12:00:00Z`)
  return at.toISOString()
}

async function release(id: string, options: ConnectionOptions & { reason: string }): Promise<void> {
  const hold = await connect(options).holds.release(id, options.reason)
  result(hold, options.json ?? false, () => `${id} is released`)
}

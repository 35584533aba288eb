import type { LiveCall, LiveItem } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, pageAddress, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result } from './output.ts'

const pageTokenMs = 8 * 3_600_000

export function liveCommand(): Command {
  return withConnection(
    new Command('live').description('Watch the calls that go on at a running gateway, here or in a browser.'),
  )
    .option('--page', 'make a token for eight hours and print the address of the live page with it')
    .action(live)
}

async function live(options: ConnectionOptions & { page?: true }): Promise<void> {
  if (options.page) return printPage(options)
  progress('watching; Ctrl-C ends it')
  for await (const item of connect(options).live.watch())
    if (options.json) result(item, true, () => '')
    else for (const line of told(item)) process.stdout.write(`${line}\n`)
}

/** The token is in the part of an address that browsers send to nobody, and the page takes it out of there. */
async function printPage(options: ConnectionOptions): Promise<void> {
  const client = connect(options)
  const asked = { name: 'live page', scopes: ['calls:read'], expires_in_ms: pageTokenMs } as const
  const { token } = await client.tokens.create(asked)
  if (token === null) throw new Error('the gateway gave no token; try again')
  const address = `${pageAddress(options)}#token=${encodeURIComponent(token)}`
  result(
    { address },
    options.json ?? false,
    () => `${address}\nIt holds a token that is good for eight hours and shows calls only.`,
  )
}

/** Levels are for meters, not for lines. */
export function told(item: LiveItem): readonly string[] {
  switch (item.kind) {
    case 'calls':
      return item.calls.length === 0 ? ['no calls at the moment'] : item.calls.map(about)
    case 'call':
      return [about(item.call)]
    case 'story': {
      const { at, kind, fields } = item.line
      const words = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
      return [[timeOf(at), item.call_id, kind, ...words].join(' ')]
    }
    case 'level':
      return []
  }
}

function about({ id, state, from, to, app, end_reason }: LiveCall): string {
  return `${id} ${state}${end_reason === null ? '' : ` (${end_reason})`}: ${from} -> ${to}, app ${app}`
}

function timeOf(iso: string): string {
  return iso.slice(11, 23)
}

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { VaultToken, VaultTokenKind } from '@voxkeep/sdk'
import { Argument, Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result } from './output.ts'

const kinds: readonly VaultTokenKind[] = [
  'card', 'card-expiry', 'bank-account', 'bank-routing', 'iban', 'ssn', 'national-id', 'postal-code', 'account', 'phone', 'email',
  'person', 'address', 'other',
] // prettier-ignore

export function vaultCommand(): Command {
  const vault = new Command('vault').description(
    'Values that are kept under tokens. None is ever an argument: shells remember those.',
  )
  withConnection(
    vault
      .command('keep')
      .description('Keep a value under a token. The value is read from standard input.')
      .addArgument(new Argument('<kind>', 'what it is').choices(kinds)),
  )
    .requiredOption('--purpose <word...>', 'what it may be revealed for')
    .option('--shaped', 'of a card: a token that looks like one, but never passes for one')
    .option('--call <id>', 'the call that it is of')
    .option('--ttl <days>', 'days that it lives; default: the tenant’s policy')
    .action(keep)
  withConnection(
    vault.command('show').description('What may be shown of a token.').argument('<token>'),
  ).action(async (token: string, options: ConnectionOptions) =>
    shown(await connect(options).vault.get(token), options),
  )
  withConnection(
    vault
      .command('find')
      .description('The token of a value, which is read from standard input. It is on the audit log.')
      .addArgument(new Argument('<kind>').choices(kinds)),
  ).action(async (kind: VaultTokenKind, options: ConnectionOptions) =>
    shown(await connect(options).vault.find(kind, await readValue()), options),
  )
  withConnection(
    vault
      .command('reveal')
      .description('The value of a token, to a terminal only unless --yes is given. It is on the audit log.')
      .argument('<token>'),
  )
    .requiredOption('--purpose <word>', 'which of the token’s purposes it is for')
    .requiredOption('--reason <text>', 'why; kept in the audit log, so never the value itself')
    .option('--yes', 'print it although it goes into a file or a pipe')
    .action(reveal)
  withConnection(
    vault
      .command('delete')
      .description('Delete a token, and destroy the key of its value: it comes back by no means.')
      .argument('<token>'),
  ).action(async (token: string, options: ConnectionOptions) => {
    await connect(options).vault.delete(token)
    result({ deleted: token }, options.json ?? false, () => `${token} is gone`)
  })
  return vault
}

interface KeepOptions extends ConnectionOptions {
  readonly purpose: readonly string[]
  readonly shaped?: true
  readonly call?: string
  readonly ttl?: string
}

const dayS = 86_400

async function keep(kind: VaultTokenKind, options: KeepOptions): Promise<void> {
  const days = options.ttl === undefined ? undefined : Number(options.ttl)
  if (days !== undefined && !(Number.isInteger(days) && days > 0))
    throw new Error('--ttl takes a number of days')
  const made = await connect(options).vault.create({
    kind,
    value: await readValue(),
    purposes: options.purpose,
    ...(options.shaped === true && { shape: 'shaped' }),
    ...(options.call !== undefined && { call_id: options.call }),
    ...(days !== undefined && { ttl_s: days * dayS }),
  })
  shown(made, options)
}

async function reveal(
  token: string,
  options: ConnectionOptions & { purpose: string; reason: string; yes?: true },
): Promise<void> {
  // Asked first: a value that was revealed for nothing is on the audit log all the same.
  if (!process.stdout.isTTY && options.yes !== true)
    throw new Error('the value would go into a file or a pipe; say --yes if it shall')
  const { purpose, reason } = options
  const revealed = await connect(options).vault.reveal(token, { purpose, reason })
  result(revealed, options.json ?? false, () => revealed.value)
}

function shown(token: VaultToken, options: ConnectionOptions): void {
  result(token, options.json ?? false, () =>
    Object.entries(token)
      .map(
        ([name, value]) =>
          `${name.padEnd(12)}${Array.isArray(value) ? value.join(' ') : String(value ?? '')}`,
      )
      .join('\n'),
  )
}

/** The first line of standard input; what is typed at a terminal is not shown there. */
async function readValue(): Promise<string> {
  const isTerminal = process.stdin.isTTY
  if (isTerminal) progress('Value (not shown):')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  using lines = createInterface({ input: process.stdin, output: nowhere, terminal: isTerminal })
  for await (const line of lines) {
    if (line.trim() !== '') return line
    break
  }
  throw new Error('no value on standard input')
}

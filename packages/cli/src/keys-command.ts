import { setTimeout as wait } from 'node:timers/promises'
import type { KeyDestruction, KeyPurpose, Keys, VoxkeepClient } from '@voxkeep/sdk'
import { Argument, Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result, table } from './output.ts'

type Rotated = Exclude<KeyPurpose, 'system'> | 'all'
const rotatable: readonly Rotated[] = [
  'all',
  'records',
  'audio',
  'transcript',
  'original',
  'analytics',
  'tokens',
  'backup',
]
const pollMs = 1_000

export function keysCommand(): Command {
  const keys = new Command('keys').description('The keys that a tenant’s data is sealed under.')
  withConnection(
    keys
      .command('list', { isDefault: true })
      .description('The keys, where they are, and what is under them.'),
  ).action(list)
  withConnection(
    keys
      .command('rotate')
      .description('Make new keys, and put everything under them. No recording is written again.')
      .addArgument(new Argument('[purpose]', 'one kind of data').choices(rotatable).default('all')),
  )
    .option('--no-wait', 'do not wait until everything is under the new keys')
    .action(rotate)
  withConnection(
    keys
      .command('destroy')
      .description('Destroy all keys of the token’s tenant: nothing of it can be read or kept again.'),
  )
    .requiredOption('--confirm <tenant>', 'the tenant’s name; there is no way back')
    .action(destroy)
  return keys
}

async function list(options: ConnectionOptions): Promise<void> {
  const keys = await connect(options).keys.get()
  result(keys, options.json ?? false, () => `${table(rowsOf(keys))}\n\n${stateOf(keys)}`)
}

/** What is destroyed is left to the audit log, and to `--json`. */
function rowsOf({ keys }: Keys): string[][] {
  const living = keys.filter(({ state }) => state !== 'destroyed')
  return [
    ['purpose', 'version', 'state', 'objects', 'provider', 'wrapped by', 'made'],
    ...living.map((key) => [
      key.purpose,
      String(key.version),
      key.state,
      String(key.objects),
      key.provider,
      key.key_ref,
      key.created_at.slice(0, 10),
    ]),
  ]
}

function stateOf({ state, provider, key, rewrap }: Keys): string {
  const lines = [`${state}; new keys are wrapped by "${key}" of "${provider}"`]
  if (rewrap !== null) lines.push(rewrapOf(rewrap))
  return lines.join('\n')
}

function rewrapOf({ state, done, total, broken, code }: NonNullable<Keys['rewrap']>): string {
  const parts = [`re-wrapped ${done} of ${total} (${state}${code === null ? '' : `: ${code}`})`]
  if (broken > 0) parts.push(`${broken} did not open and were left as they are`)
  return parts.join('; ')
}

async function rotate(purpose: Rotated, options: ConnectionOptions & { wait: boolean }): Promise<void> {
  const client = connect(options)
  const { rotated } = await client.keys.rotate(purpose)
  const rewrap = options.wait ? await untilRewrapped(client) : null
  result({ rotated, rewrap }, options.json ?? false, () => {
    const rows = rotated.map((key) => [key.purpose, String(key.version), key.id])
    const made = table([['purpose', 'version', 'key'], ...rows])
    return rewrap === null ? made : `${made}\n${rewrapOf(rewrap)}`
  })
  if (rewrap?.state === 'failed') process.exitCode = 1
}

async function untilRewrapped(client: VoxkeepClient): Promise<Keys['rewrap']> {
  for (;;) {
    const { rewrap } = await client.keys.get()
    if (rewrap?.state !== 'running') return rewrap
    progress(rewrapOf(rewrap))
    await wait(pollMs)
  }
}

async function destroy(options: ConnectionOptions & { confirm: string }): Promise<void> {
  const destroyed = await connect(options).keys.destroy(options.confirm)
  result(destroyed, options.json ?? false, () => destructionOf(destroyed))
  if (destroyed.providers.some(({ code }) => code !== null)) process.exitCode = 1
}

function destructionOf({ keys, objects, providers }: KeyDestruction): string {
  return [
    `destroyed ${keys.length} keys, and with them the keys of ${objects} objects; the proofs are in the audit log`,
    ...providers.map(({ provider, key, destroy_at: at, code }) =>
      at === null
        ? `"${key}" of "${provider}" is still there (${code}): run this again, or destroy it there. Until then a backup of the database can be opened with it.`
        : `"${key}" of "${provider}" goes at ${at}`,
    ),
  ].join('\n')
}

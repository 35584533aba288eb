import type { Scope, TokenRequest } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

export function tokensCommand(): Command {
  const tokens = new Command('tokens').description('API tokens of a running gateway.')
  withConnection(
    tokens.command('list', { isDefault: true }).description('The tokens, never their text.'),
  ).action(list)
  withConnection(
    tokens.command('create').description('Make a token; its text is shown this once.').argument('<name>'),
  )
    .requiredOption('--scopes <scopes>', 'comma-separated, for example calls:read,recordings:read')
    .option('--days <days>', 'expires after so many days')
    .action(create)
  withConnection(tokens.command('revoke').description('End a token at once.').argument('<id>')).action(revoke)
  return tokens
}

async function list(options: ConnectionOptions): Promise<void> {
  const page = await connect(options).tokens.list()
  result(page, options.json ?? false, () => {
    const rows = page.data.map((token) => [
      token.id,
      token.name,
      token.scopes.join(','),
      token.expires_at ?? 'never',
      token.revoked_at === null ? '' : 'revoked',
    ])
    return table([['token', 'name', 'scopes', 'expires', ''], ...rows])
  })
}

async function create(
  name: string,
  options: ConnectionOptions & { scopes: string; days?: string },
): Promise<void> {
  const msPerDay = 86_400_000
  const expires: Pick<TokenRequest, 'expires_in_ms'> =
    options.days === undefined ? {} : { expires_in_ms: Number(options.days) * msPerDay }
  const made = await connect(options).tokens.create({
    name,
    scopes: options.scopes.split(',') as Scope[],
    ...expires,
  })
  const sids = `For Twilio's clients: account ${made.account_sid}, key ${made.key_sid}.`
  const once = `(${made.id}; this is the only time it is shown)`
  result(made, options.json ?? false, () => [made.token, once, sids].join('\n'))
}

async function revoke(id: string, options: ConnectionOptions): Promise<void> {
  await connect(options).tokens.revoke(id)
  result({ id, revoked: true }, options.json ?? false, () => `${id} is revoked`)
}

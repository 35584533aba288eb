import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { gatewayMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

interface MigrateOptions {
  readonly config: string
  readonly user?: string
  readonly password?: string
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Bring the tables of a PostgreSQL server up to date, as their owner. Several may do it at once.',
    )
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .option('--user <name>', 'who owns the tables; default: database.owner of the configuration')
    .option('--password <reference>', 'that user’s password: env:NAME or file:PATH')
    .action(async ({ config, user, password }: MigrateOptions) => {
      const path = resolve(config)
      if (!existsSync(path)) throw new Error(`there is no ${path}. Make one with "voxkeep init".`)
      const owner = [
        ...(user === undefined ? [] : ['--user', user]),
        ...(password === undefined ? [] : ['--password', password]),
      ]
      const args = [gatewayMain, 'migrate', '--config', path, ...owner]
      process.exitCode = await run(process.execPath, [...nodeFlags, ...args])
    })
}

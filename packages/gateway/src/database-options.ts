import type { DatabaseServer } from '#db'
import { readSecret, type Clock, type Config } from '#kernel'

/** Which database the configuration names, for `openDatabase`. */
export function databaseOptions(
  config: Config,
  clock: Clock,
  readPassword: DatabaseServer['readPassword'] = readSecret,
): { readonly dir: string; readonly node: string; readonly server: DatabaseServer | undefined } {
  const { database } = config
  const server = database.kind === 'postgresql' ? { config: database, readPassword, clock } : undefined
  return { dir: config.dataDir, node: config.node.name, server }
}

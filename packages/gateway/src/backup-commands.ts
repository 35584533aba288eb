import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { listBackups, restoreBackup, type RestoreReport, type RestoreStep } from '#backup'
import { openDatabase, recordingStore, type Erasure } from '#db'
import {
  ConfigError,
  loadConfig,
  silentLog,
  systemClock,
  systemTenant,
  type Config,
  type Random,
} from '#kernel'
import { openKeyProviders } from '#keys/providers'
import { openStores } from '#objects'
import { referencesIn } from '#secrets'
import { detachedBackupKey } from './backup-keys.ts'
import { databaseOptions } from './database-options.ts'
import { openStopped } from './open-stopped.ts'
import { openBackups } from './open-backups.ts'
import { openMetrics } from './metrics.ts'
import { openObjects } from './open-objects.ts'
import { openSecretBook } from './open-secret-book.ts'

const random: Random = { bytes: nodeRandomBytes }
const read = (path: string) => readFileSync(path, 'utf8')

/** Makes a backup of a gateway that is not running; gives its row. */
export async function backUp(configPath: string): Promise<object> {
  const config = loadConfig(configPath)
  await using memory = await openStopped(config)
  const { database } = memory
  const base = { clock: systemClock, random, log: silentLog, metrics: openMetrics(), ...memory }
  await using objects = await openObjects(config, {
    ...base,
    recordings: recordingStore(database, systemClock),
  })
  await using backups = await openBackups(config, { ...base, objects })
  const { id } = await backups.start('operator')
  await backups.settled()
  const row = await backups.rows.get(id)
  if (row?.state !== 'complete') throw new Error(`the backup failed: ${row?.reason ?? 'unknown'}`)
  return row
}

/** Brings a backup back onto a machine that has nothing but the configuration and what unlocks it. */
export async function restore(
  configPath: string,
  o: {
    readonly id?: string | undefined
    readonly erased?: string | undefined
    readonly onStep: (step: RestoreStep) => void
  },
): Promise<RestoreReport> {
  const config = loadConfig(configPath)
  const report = await restoreInto(config, o)
  await using memory = await openStopped(config) // from here on with its own keys: a restore is on the record
  const { id, at, rows, objects, kept, lacking, erased, erasuresKnownUntil } = report
  const fields = { backup: id, at, rows, objects, kept, lacking: lacking.length, erased, erasuresKnownUntil }
  await memory.audit.append({ type: 'backup.restored', tenant: systemTenant, actor: 'operator', fields })
  return report
}

async function restoreInto(config: Config, o: Parameters<typeof restore>[1]): Promise<RestoreReport> {
  await using stack = new AsyncDisposableStack()
  const needed = referencesIn([config.database, config.objects, config.keys])
  const secrets = stack.use(await openSecretBook(config, { clock: systemClock, log: silentLog }, needed))
  const readSecret = secrets.read
  const erased = o.erased === undefined ? [] : readErasures(read(o.erased), o.erased)
  const keyringFile = join(config.dataDir, 'keyring.json')
  const base = { clock: systemClock, random, log: silentLog, readSecret }
  const providers = stack.use(await openKeyProviders(config.keys.providers, { ...base, keyringFile }))
  const stores = stack.use(await openStores({ config, ...base, readFile: read }))
  const from = stores.placeOf('backup', systemTenant)
  const id = o.id ?? (await listBackups(from)).at(-1)
  if (id === undefined) throw new ConfigError([`the store "${from.id}" holds no whole backup`])
  const closed = () => {
    throw new Error('nothing is sealed while a backup is brought back')
  }
  const seal = { seal: closed, open: closed }
  const options = databaseOptions(config, systemClock, readSecret)
  const database = stack.use(await openDatabase({ ...options, log: silentLog, seal }))
  const openKey = detachedBackupKey((provider) => providers.get(provider))
  const drafts = join(config.dataDir, 'backup-drafts')
  const parts = { database, from, stores, openKey, clock: systemClock, drafts }
  return await restoreBackup(parts, id, { erased, onStep: o.onStep })
}

/** Rows of `shredded_keys`, one JSON object a line. Throws `ConfigError`. */
export function readErasures(text: string, name: string): Erasure[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const found = parseErasure(line)
      if (found === undefined)
        throw new ConfigError([
          `${name}:${index + 1}: must be {"object", "tenant", "purpose", "wrapped_sha256", "at"}, as GET /v1/objects/shredded gives it`,
        ])
      return found
    })
}

function parseErasure(line: string): Erasure | undefined {
  try {
    const { object, tenant, purpose, wrapped_sha256, at } = JSON.parse(line) as Partial<
      Record<string, unknown>
    >
    const texts = [object, tenant, purpose, wrapped_sha256, at]
    if (!texts.every((text) => typeof text === 'string') || Number.isNaN(Date.parse(at as string)))
      return undefined
    return { object, tenant, purpose, wrapped_sha256, at } as Erasure
  } catch {
    return undefined
  }
}

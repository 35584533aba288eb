import { join } from 'node:path'
import type { Audit } from '#audit'
import { tenantKeyStore, type Database } from '#db'
import {
  keyPlaceOf,
  readSecret,
  systemTenant,
  tenantsOf,
  type Clock,
  type Config,
  type Log,
  type Random,
} from '#kernel'
import {
  asKeyError,
  countedProvider,
  openTenantKeys,
  startKeyUpkeep,
  type KeyEvent,
  type OpenTenantKeys,
} from '#keys'
import { openKeyProviders } from '#keys/providers'

export interface KeysDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly onEvent: (event: KeyEvent) => void
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
}

/** Tenants that are opened at a time at the start. */
const parallelTenants = 8

/**
 * Opens the key providers and the keys of the node and of every tenant that the configuration knows. A tenant whose provider does
 * not let us is left closed, and tried again; without the node's own keys it rejects.
 */
export async function openKeys(config: Config, deps: KeysDeps): Promise<OpenTenantKeys> {
  await using stack = new AsyncDisposableStack()
  const keyringFile = join(config.dataDir, 'keyring.json')
  const opened = stack.use(
    await openKeyProviders(config.keys.providers, { ...deps, readSecret, keyringFile }),
  )
  const providers = new Map([...opened].map(([id, provider]) => [id, countedProvider(provider, deps.count)]))
  const { recheckMs, graceMs, maxTenants, maxSealedWhileDown, cache } = config.keys
  const keys = stack.use(
    openTenantKeys({
      rows: tenantKeyStore(deps.database),
      clock: deps.clock,
      random: deps.random,
      place: (tenant) => {
        const { provider, key } = keyPlaceOf(config, tenant)
        const found = providers.get(provider)
        if (found === undefined) throw new TypeError('the configuration names a provider that it lacks')
        return { provider: found, key }
      },
      provider: (id) => providers.get(id),
      onEvent: deps.onEvent,
      limits: { recheckMs, graceMs, maxTenants: maxTenants + 1, maxSealedWhileDown },
      cache,
      spreadMs: deps.database.isShared ? 2 * recheckMs : 0,
    }),
  )
  await keys.open(systemTenant)
  const left = tenantsOf(config)
  const worker = async () => {
    for (let tenant = left.shift(); tenant !== undefined; tenant = left.shift())
      await keys.open(tenant).catch((error: unknown) => {
        deps.log.error('a tenant’s keys do not open', { tenant, code: asKeyError(error).code, error })
      })
  }
  await Promise.all(Array.from({ length: parallelTenants }, worker))
  const owned = stack.move()
  return { ...keys, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const dayMs = 86_400_000

/** Rotates keys that are old enough, and re-wraps what is under older ones. On the audit log first. */
export function keysUpkeep(
  config: Config,
  { keys, audit, clock, log }: { keys: OpenTenantKeys; audit: Pick<Audit, 'append'>; clock: Clock; log: Log },
): AsyncDisposable {
  return startKeyUpkeep({
    keys,
    clock,
    rotateMs: config.keys.rotateDays * dayMs,
    async beforeRotate(tenant) {
      const fields = { purpose: 'all', olderThanDays: config.keys.rotateDays }
      await audit.append({ type: 'keys.rotate', tenant, actor: 'system', fields })
    },
    onError: (tenant, error) => log.error('a tenant’s keys could not be looked after', { tenant, error }),
  })
}

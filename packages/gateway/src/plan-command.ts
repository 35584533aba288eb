import { retentionStore } from '#db'
import { ConfigError, loadConfig, systemClock, tenantsOf, type TenantId } from '#kernel'
import { planDeletions, policies } from '#retention'
import { openStopped } from './open-stopped.ts'

/**
 * What the policies of a configuration would delete, as JSON, in the form of the API’s `RetentionPlan`; for a gateway that is not
 * running, so that policies can be tried before it starts with them. Throws `ConfigError`.
 */
export async function planText(
  configPath: string,
  o: { readonly tenant?: string | undefined; readonly by?: string | undefined },
): Promise<string> {
  const config = loadConfig(configPath)
  const tenant = (o.tenant ?? 'default') as TenantId
  if (!tenantsOf(config).includes(tenant)) throw new ConfigError([`there is no tenant "${tenant}"`])
  const by = new Date(o.by ?? systemClock.now())
  if (Number.isNaN(by.getTime())) throw new ConfigError(['--by takes a time such as 2026-01-31T12:00:00Z'])
  await using memory = await openStopped(config)
  const deps = {
    store: retentionStore(memory.database),
    policies: policies(config.retention),
    clock: systemClock,
  }
  const { lines } = await planDeletions(deps, tenant, by)
  const shown = lines.map(({ lockedUntil, ...line }) => ({ ...line, locked_until: lockedUntil }))
  return JSON.stringify({ by, lines: shown })
}

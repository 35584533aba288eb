import type { ApiKeys } from '#api'
import type { Log } from '#kernel'
import type { OpenTenantKeys } from '#keys'

/** The API's keys. What a rotation leaves under old keys is re-wrapped while others work. */
export function apiKeys({ keys, log }: { keys: OpenTenantKeys; log: Log }): ApiKeys {
  return {
    overview: (tenant) => keys.overview(tenant),
    async rotate(tenant, purpose) {
      const rotated = await keys.rotate(tenant, purpose)
      keys.rewrap(tenant).catch((error: unknown) => {
        log.error('what older keys wrapped is not re-wrapped; the next hour tries again', { tenant, error })
      })
      return rotated
    },
    destroy: (tenant) => keys.destroyTenant(tenant),
  }
}

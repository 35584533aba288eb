import type { TenantId } from '#kernel'
import { DbError } from './error.ts'

/** The role of the node's own work, and the one that sees a single tenant's rows; made by whoever made the database. */
export const appRole = 'voxkeep_app'
const tenantRole = 'voxkeep_tenant'

/** As configurations spell them; nothing in it needs quoting. */
const tenantPattern = /^[a-z0-9][a-z0-9-]{0,62}$/

/**
 * Statements that make the transaction they stand in the tenant's: from here to its end every statement sees and writes only
 * rows of `tenant`, by the policies of migration 0008. `local` ends with the transaction, however that ends, so a connection is
 * given back as it was. Throws `DbError` for what is no tenant's name.
 */
export function enterTenant(tenant: TenantId): string {
  if (!tenantPattern.test(tenant)) throw new DbError('DB_FAILED', 'this is not the name of a tenant')
  return `set local voxkeep.tenant = '${tenant}'; set local role ${tenantRole}`
}

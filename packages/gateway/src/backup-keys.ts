import type { TenantKeyStore } from '#db'
import { systemTenant, type BackupId } from '#kernel'
import { openDetachedKey, type KeyProvider, type OpenTenantKeys, type TenantKeyRow } from '#keys'
import type { BackupParts, Manifest, OpenBackupKey } from '#backup'

const contextOf = (id: string) => ({ tenant: systemTenant, purpose: 'backup', object: id }) as const
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

/** How a running gateway locks its backups. */
export function backupKeys(
  keys: OpenTenantKeys,
  rows: Pick<TenantKeyStore, 'keysOf'>,
): Pick<BackupParts, 'newKey' | 'tenantKey'> & { readonly openKey: OpenBackupKey } {
  return {
    newKey: (id: BackupId) => keys.newDataKey(contextOf(id)),
    tenantKey: async (id) => (await rows.keysOf(systemTenant)).find((row) => row.id === id),
    openKey: ({ id, key }) =>
      keys.openDataKey({ tenantKey: key.id, wrapped: bytesOf(key.data_key) }, contextOf(id)),
  }
}

/** How a machine that has nothing unlocks one: with the key provider alone. */
export function detachedBackupKey(provider: (id: string) => KeyProvider | undefined): OpenBackupKey {
  return ({ id, key }) => {
    const sealed = { tenantKey: key.id, wrapped: bytesOf(key.data_key) }
    return openDetachedKey(provider, rowOf(key), sealed, contextOf(id))
  }
}

function rowOf(key: Manifest['key']): TenantKeyRow {
  return {
    id: key.id as TenantKeyRow['id'],
    tenant: systemTenant,
    purpose: 'backup',
    version: key.version,
    provider: key.provider,
    key: key.key,
    key_ref: key.key_ref,
    wrapped: bytesOf(key.wrapped),
    state: 'active',
    created_at: new Date(0),
    active_from: new Date(0),
    rotated_at: null,
    destroyed_at: null,
    wrapped_sha256: null,
  }
}

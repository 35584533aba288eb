import type { KeyProvider, KeyContext, SealedDataKey } from './contract.ts'
import { unboxDataKey } from './data-key-box.ts'
import { KeyError } from './error.ts'
import type { TenantKeyRow } from './key-rows.ts'
import { unwrapRow } from './tenant-book.ts'

/**
 * Opens a data key with nothing but its provider: the tenant key that wrapped it is given as it was kept, for example beside a backup. The plain key
 * is the caller's to zero. Rejects with `KeyError`.
 */
export async function openDetachedKey(
  provider: (id: string) => KeyProvider | undefined,
  row: TenantKeyRow,
  { tenantKey, wrapped }: SealedDataKey,
  context: KeyContext,
): Promise<Uint8Array> {
  const plain = await unwrapRow({ provider }, row)
  const found =
    row.id === tenantKey && row.purpose === context.purpose
      ? unboxDataKey(plain, row.id, wrapped, context)
      : undefined
  plain.fill(0)
  if (found === undefined)
    throw new KeyError('KEY_TAMPERED', 'a wrapped data key was changed or belongs elsewhere')
  return found
}

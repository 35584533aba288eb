import type { TenantId } from '#kernel'

/** What a deletion writes into the audit log; the audit log's `append` fits. */
export type AuditAct = (event: {
  readonly type: string
  readonly tenant: TenantId
  readonly call?: never
  readonly actor: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}) => Promise<unknown>

/**
 * Destroys an object for good: its data key, then its bytes. Again: goes on where it was. Rejects when it could not be done in full;
 * what is left is seen in the database.
 */
export type DestroyObject = (object: { readonly id: string; readonly tenant: TenantId }) => Promise<void>

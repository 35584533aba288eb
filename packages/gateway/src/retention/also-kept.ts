import type { CallId, TenantId } from '#kernel'

/** What hangs on a call outside the tables that this folder knows: values under tokens, payments. */
export interface AlsoKept {
  /** Counted, for a request to find. */
  found(tenant: TenantId, call: CallId): Promise<{ readonly tokens: number; readonly payments: number }>
  /** Made to lead to nobody. Says for itself in the audit log what it deletes; no hold is on the call. */
  forget(tenant: TenantId, call: CallId, request: string): Promise<void>
}

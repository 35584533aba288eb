import type { CallId, TenantId } from '#kernel'
import type { TokenView } from './contract.ts'
import type { TokenVaultDeps } from './deps.ts'
import { destroyToken, viewOf } from './tokenise.ts'

/** The tokens of a person's call: shown masked, and erased. */
export interface SubjectTokens {
  /** Nothing that brings a value back. */
  ofCall(tenant: TenantId, call: CallId): Promise<readonly TokenView[]>
  /**
   * Deletes the tokens that no other call has, with their keys; the others forget the call. How many were deleted. The entry in the audit
   * log comes first. A hold on the call is the caller's to look at.
   */
  forgetCall(tenant: TenantId, call: CallId, request: string): Promise<number>
}

export function subjectTokens(
  deps: Pick<TokenVaultDeps, 'store' | 'keys' | 'clock' | 'audit'>,
): SubjectTokens {
  const { store } = deps
  return {
    async ofCall(tenant, call) {
      const rows = await store.ofCall(tenant, call)
      return rows.map((row) => viewOf(row, row.call_id))
    },
    async forgetCall(tenant, call, request) {
      let deleted = 0
      for (const id of await store.forgetCall(tenant, call)) {
        const fields = { vaultToken: id, why: 'erased', request }
        await deps.audit({ type: 'token.deleting', tenant, call, actor: 'subject-request', fields })
        if ((await destroyToken(deps, { tenant, id })) === 'removed') deleted++
      }
      return deleted
    },
  }
}

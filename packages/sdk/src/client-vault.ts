import type { Listing } from './pages.ts'
import { act, json, listOf } from './requests.ts'
import type {
  NewVaultToken,
  Payment,
  PaymentListOptions,
  VaultToken,
  VaultTokenKind,
} from './resources-vault.ts'
import type { Send } from './transport.ts'

/** Values under tokens, and payments. */
export interface VaultClient {
  readonly vault: {
    /** The same value of the same kind gets the same token, for as long as that lives. */
    create(request: NewVaultToken, signal?: AbortSignal): Promise<VaultToken>
    get(token: string, signal?: AbortSignal): Promise<VaultToken>
    /** The token of a value; rejects with status 404 when it has none. */
    find(kind: VaultTokenKind, value: string, signal?: AbortSignal): Promise<VaultToken>
    /** The value itself, for one of the token's purposes. It is on the audit log, and counted. */
    reveal(
      token: string,
      request: { readonly purpose: string; readonly reason: string },
      signal?: AbortSignal,
    ): Promise<{ readonly value: string }>
    /** The key of its value is destroyed with it. */
    delete(token: string, signal?: AbortSignal): Promise<void>
  }
  readonly payments: {
    /** Newest first. */
    list(options?: PaymentListOptions): Listing<Payment>
    get(id: string, signal?: AbortSignal): Promise<Payment>
  }
}

export function vaultOf(send: Send): VaultClient {
  return {
    vault: {
      create: (body, signal) => json(send, 'POST /v1/vault/tokens', { body, signal }),
      get: (token, signal) => json(send, 'GET /v1/vault/tokens/{token}', { path: { token }, signal }),
      find: (kind, value, signal) =>
        json(send, 'POST /v1/vault/tokens/find', { body: { kind, value }, signal }),
      reveal: (token, body, signal) =>
        json(send, 'POST /v1/vault/tokens/{token}/reveal', { path: { token }, body, signal }),
      delete: (token, signal) => act(send, 'DELETE /v1/vault/tokens/{token}', { path: { token }, signal }),
    },
    payments: {
      list: ({ state, callId, ...page } = {}) =>
        listOf(send, 'GET /v1/payments', page, { state, call_id: callId }),
      get: (id, signal) => json(send, 'GET /v1/payments/{id}', { path: { id }, signal }),
    },
  }
}

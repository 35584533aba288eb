import { Secret, type VaultTokenId } from '#kernel'
import type { TokenVault, TokenView } from './contract.ts'
import { TokenVaultError, type TokenVaultErrorCode } from './error.ts'
import { checkValue } from './value-rules.ts'

/** A vault in memory, for tests of what stands on it: no keys, no audit, no limits. */
export interface FakeTokenVault extends TokenVault {
  /** Tokens with what they stand for. */
  readonly held: Map<string, TokenView & { readonly value: string }>
  /** What the next calls reject with. */
  failing: TokenVaultErrorCode | undefined
}

export function fakeTokenVault(): FakeTokenVault {
  const held: FakeTokenVault['held'] = new Map()
  const unless = () => {
    if (vault.failing !== undefined) throw new TokenVaultError(vault.failing, 'as the test says')
  }
  const view = (row: TokenView & { readonly value: string }): TokenView => {
    const shown: TokenView & { value?: string } = { ...row }
    delete shown.value
    return shown
  }
  const named = (tenant: string, token: string) => {
    const found = held.get(token)
    return found?.tenant === tenant ? found : undefined
  }
  const vault: FakeTokenVault = {
    held,
    failing: undefined,
    async tokenise({ tenant, kind, value: secret, purposes, call, shape = 'random' }) {
      unless()
      const { value, masked, brand } = checkValue(kind, secret.reveal())
      const same = [...held.values()].find(
        (one) => one.tenant === tenant && one.kind === kind && one.value === value,
      )
      if (same !== undefined) return view(same)
      const number = String(held.size + 1)
      const id = `vtk_${number.padStart(32, '0')}` as VaultTokenId
      const shaped = `${number.padStart(value.length - 4, '0')}${value.slice(-4)}`
      const token = shape === 'shaped' ? shaped : `vt_${number.padStart(32, '0')}`
      const times = { createdAt: new Date(0), expiresAt: null }
      const row = { id, token, tenant, kind, purposes, masked, brand, call: call ?? null, value, ...times }
      held.set(token, row)
      return view(row)
    },
    async reveal({ tenant, token, purpose }) {
      unless()
      const found = named(tenant, token)
      if (found === undefined) throw new TokenVaultError('TOKEN_UNKNOWN', 'there is no such token')
      if (!found.purposes.includes(purpose))
        throw new TokenVaultError('TOKEN_REFUSED', 'the token is not for this')
      return new Secret(found.value)
    },
    async get(tenant, token) {
      const found = named(tenant, token)
      return found && view(found)
    },
    async find({ tenant, kind, value: secret }) {
      const { value } = checkValue(kind, secret.reveal())
      const all = [...held.values()]
      const found = all.find((one) => one.tenant === tenant && one.kind === kind && one.value === value)
      return found && view(found)
    },
    async delete(tenant, token) {
      return named(tenant, token) !== undefined && held.delete(token)
    },
  }
  return vault
}

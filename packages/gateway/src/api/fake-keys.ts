import type { TenantKeyId } from '#kernel'
import { KeyError, type KeyErrorCode, type TenantKeyRow } from '#keys'
import type { ApiKeys } from './deps-keys.ts'

export interface FakeKeys {
  readonly deps: ApiKeys
  /** What rotating and destroying reject with. */
  failing: KeyErrorCode | undefined
}

const at = new Date(0)

/** One tenant key, whoever asks. */
export function fakeKeys(happened: string[]): FakeKeys {
  const row = (tenant: TenantKeyRow['tenant'], version: number): TenantKeyRow => ({
    id: `tky_${String(version).padStart(32, '0')}` as TenantKeyId,
    tenant,
    purpose: 'audio',
    version,
    provider: 'local',
    key: `voxkeep-${tenant}`,
    key_ref: `local:1:voxkeep-${tenant}:1`,
    wrapped: new TextEncoder().encode('Marker-Wrapped'),
    state: 'active',
    created_at: at,
    active_from: at,
    rotated_at: null,
    destroyed_at: null,
    wrapped_sha256: null,
  })
  const unless = () => {
    if (fake.failing !== undefined) throw new KeyError(fake.failing, 'as the test says')
  }
  const fake: FakeKeys = {
    failing: undefined,
    deps: {
      async overview(tenant) {
        const shown = { ...row(tenant, 1), wrapped: undefined }
        const rewrap = { startedAt: at, endedAt: undefined, total: 4, done: 2, broken: 0, code: undefined }
        return {
          state: 'open',
          provider: 'local',
          key: `voxkeep-${tenant}`,
          keys: [{ ...shown, objects: 3 }],
          rewrap: { state: 'running', ...rewrap },
        }
      },
      async rotate(tenant, purpose) {
        unless()
        happened.push(`rotate ${tenant} ${purpose}`)
        return [row(tenant, 2)]
      },
      async destroy(tenant) {
        unless()
        happened.push(`destroy ${tenant}`)
        const providers = [{ provider: 'local', key: `voxkeep-${tenant}`, destroyAt: at, code: undefined }]
        return { keys: [{ id: 'tky_1', sha256: 'ab' }], objects: 3, providers }
      },
    },
  }
  return fake
}

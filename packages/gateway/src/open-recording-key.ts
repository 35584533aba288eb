import type { OpenTenantKeys } from '#keys'
import type { OpenRecordingKey } from '#vault'

/** The vault asks for a recording's key; the keys know it as an object's. */
export function openRecordingKey(keys: Pick<OpenTenantKeys, 'openObject'>): OpenRecordingKey {
  return ({ tenant, recording }) => keys.openObject({ tenant, purpose: 'audio', object: recording })
}

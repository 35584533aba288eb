import { objectRows, recordingStore, tenantKeyStore } from '#db'
import { ConfigError, loadConfig, parseId, systemClock } from '#kernel'
import { openStopped } from './open-stopped.ts'

/**
 * What it takes, beside the object itself and the key provider, to open a recording without us: the wrapped keys as they are kept, nothing
 * plain. For a gateway that is not running. Throws `ConfigError` when there is no such recording, or its key is destroyed.
 */
export async function recordingKeys(configPath: string, id: string): Promise<object> {
  const recording = parseId('rec', id)
  if (recording === undefined) throw new ConfigError([`"${id}" is no recording’s id`])
  await using memory = await openStopped(loadConfig(configPath))
  const { database, audit } = memory
  const owner = await database.kysely
    .selectFrom('recordings')
    .select('tenant')
    .where('id', '=', recording)
    .executeTakeFirst()
  const row = owner && (await recordingStore(database, systemClock).get(owner.tenant, recording))
  if (row === undefined) throw new ConfigError([`there is no recording "${id}"`])
  const { tenant, call_id: call } = row
  await audit.append({
    type: 'recording.keys-exporting',
    tenant,
    call,
    actor: 'operator',
    fields: { recording },
  })
  const keys = tenantKeyStore(database)
  const dataKey = await keys.dataKey(tenant, recording)
  const tenantKey = (await keys.keysOf(tenant)).find((key) => key.id === dataKey?.tenant_key)
  if (dataKey === undefined || tenantKey === undefined)
    throw new ConfigError([`the key of "${id}" is destroyed: nobody opens it again`])
  const object = await objectRows(database).find(recording)
  const { state, segments, sha256, duration_ms: durationMs } = row
  return {
    recording: { id: recording, tenant, call, state, segments, sha256, durationMs },
    object: { store: object?.store ?? null, key: object?.key ?? null },
    dataKey: withText(dataKey),
    tenantKey: withText(tenantKey),
  }
}

function withText(row: { readonly wrapped: Uint8Array }): object {
  return { ...row, wrapped: Buffer.from(row.wrapped).toString('base64') }
}

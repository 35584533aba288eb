import { z } from 'zod'

export const keyPurpose = z
  .enum(['records', 'audio', 'transcript', 'original', 'analytics', 'tokens', 'backup', 'system'])
  .describe('What a key seals; `system` is the root of keyed hashes, which is never rotated')
const time = z.iso.datetime({ precision: 3 })
const nullableTime = time.nullable()

const tenantKey = z
  .object({
    id: z.string().regex(/^tky_[0-9a-f]{32}$/),
    purpose: keyPurpose,
    version: z.int(),
    state: z.enum(['active', 'retired', 'destroyed']),
    provider: z.string().describe('The provider that wraps it, as the configuration calls it'),
    key: z.string().describe('The name of the key in it'),
    key_ref: z.string().describe('Which version of that wraps it'),
    created_at: time,
    active_from: time,
    rotated_at: nullableTime,
    destroyed_at: nullableTime,
    wrapped_sha256: z.string().nullable().describe('Of the wrapped key that was destroyed, as proof'),
    objects: z.int().describe('Objects whose data keys it wraps'),
  })
  .meta({ id: 'TenantKey' })

const rewrap = z
  .object({
    state: z.enum(['running', 'done', 'failed']),
    started_at: time,
    ended_at: nullableTime,
    total: z.int(),
    done: z.int(),
    broken: z.int().describe('Data keys that did not open, and were left as they are'),
    code: z.string().nullable().describe('Why it failed'),
  })
  .meta({ id: 'Rewrap' })

export const keysOverview = z
  .object({
    state: z
      .enum(['open', 'unavailable', 'closed'])
      .describe(
        '`unavailable`: the provider cannot be reached, and its grace runs. `closed`: nothing can be kept or read',
      ),
    provider: z.string().describe('Where new keys are wrapped'),
    key: z.string(),
    keys: z.array(tenantKey),
    rewrap: rewrap.nullable().describe('The one that runs, or ran last since the start'),
  })
  .meta({ id: 'Keys' })

export const rotationRequest = z
  .object({ purpose: keyPurpose.exclude(['system']).or(z.literal('all')).default('all') })
  .meta({ id: 'KeyRotationRequest' })

export const rotation = z
  .object({
    rotated: z.array(
      z.object({
        id: z.string(),
        purpose: keyPurpose,
        version: z.int(),
        key_ref: z.string(),
        active_from: time,
      }),
    ),
  })
  .meta({ id: 'KeyRotation', description: 'The new keys. What older ones wrapped is re-wrapped meanwhile' })

export const destructionRequest = z
  .object({ confirm: z.string().max(64).describe('The tenant’s name: there is no way back') })
  .meta({ id: 'KeyDestructionRequest' })

export const destruction = z
  .object({
    keys: z
      .array(z.object({ id: z.string(), sha256: z.string() }))
      .describe('Hashes of the wrapped keys that are gone'),
    objects: z.int().describe('Data keys that are gone'),
    providers: z.array(
      z.object({
        provider: z.string(),
        key: z.string(),
        destroy_at: nullableTime.describe('When the provider’s key goes'),
        code: z
          .string()
          .nullable()
          .describe('Why it does not; until it does, a backup of the database can be opened with it'),
      }),
    ),
  })
  .meta({ id: 'KeyDestruction' })

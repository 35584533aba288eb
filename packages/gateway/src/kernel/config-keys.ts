import { z } from 'zod'
import { keyProvider } from './config-keys-providers.ts'
import { id } from './config-values.ts'

const dayMs = 86_400_000

/** Key providers and how tenant keys are kept. */
export const keys = z
  .strictObject({
    providers: z
      .array(keyProvider)
      .min(1)
      .max(64)
      .default([{ id: 'local', kind: 'local' }])
      .describe('Services that hold the keys which wrap tenants’ keys'),
    provider: id
      .optional()
      .describe('The one for tenants that name none, and for the node itself; default: the first'),
    keyName: z
      .string()
      .max(128)
      .regex(/\{tenant\}/, 'must hold "{tenant}": tenants share no key')
      .default('voxkeep-{tenant}')
      .describe('Name of a tenant’s key in its provider; `{tenant}` stands for the tenant'),
    recheckMs: z
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(60_000)
      .describe(
        'How often each open tenant’s key is proved against its provider: a revoked key closes within this time',
      ),
    graceMs: z
      .int()
      .min(0)
      .max(7 * dayMs)
      .default(3_600_000)
      .describe('How long a tenant’s keys stay open while their provider cannot be reached'),
    maxSealedWhileDown: z
      .int()
      .min(0)
      .default(1_000)
      .describe(
        'Objects (recordings) that a tenant may begin while its provider cannot be reached; then none until it can',
      ),
    rotateDays: z
      .int()
      .min(0)
      .max(3_650)
      .default(90)
      .describe('Age at which a tenant’s keys are rotated; 0: only on demand'),
    maxTenants: z.int().min(1).default(1_000).describe('Tenants whose keys may be open at a time'),
    cache: z
      .strictObject({
        keys: z.int().min(0).default(256).describe('Data keys of objects that are kept open for readers'),
        maxAgeMs: z.int().min(0).default(60_000),
        uses: z.int().min(1).default(100).describe('Readings before a data key is asked for again'),
      })
      .prefault({}),
  })
  .prefault({})

/** A tenant that brings its own key. */
export const tenantKeys = z.strictObject({
  provider: id.optional().describe('One of `keys.providers`; default: `keys.provider`'),
  key: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe('The key’s name in it; default: made by `keys.keyName`'),
})

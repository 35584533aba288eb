import { z } from 'zod'
import { id } from './config-values.ts'

const days = z.int().min(1).max(3_650)
const perHour = z.int().min(0).max(1_000_000)

const policy = {
  ttlDays: days.describe('How long a token lives when nobody says'),
  maxTtlDays: days.describe('How long one may live at most'),
  perToken: perHour.describe('How often an hour one token may be revealed'),
  perActor: perHour.describe(
    'How often an hour one caller of the API, or all calls together, may reveal or search',
  ),
  perTenant: perHour.describe('How often an hour a tenant’s values may be revealed or searched for'),
}

/** Values that are kept under tokens. */
export const tokenVault = z
  .strictObject({
    ttlDays: policy.ttlDays.default(90),
    maxTtlDays: policy.maxTtlDays.default(400),
    perToken: policy.perToken.default(20),
    perActor: policy.perActor.default(100),
    perTenant: policy.perTenant.default(1_000),
    tenants: z
      .array(
        z.strictObject({
          id,
          ...z.object(policy).partial().shape,
          revealFor: z
            .array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/))
            .optional()
            .describe(
              'The only purposes that values are revealed for; default: whatever a token was made for',
            ),
          inStreamOnly: z
            .boolean()
            .default(false)
            .describe('Lets a stream-only tenant, of whose calls nothing is kept, keep tokens all the same'),
        }),
      )
      .default([])
      .describe('What differs for a tenant'),
  })
  .prefault({})
  .describe('Values that are kept under tokens; see docs/tokens.md')

import { z } from 'zod'

/** Backups. They go to the store that `objects.place.backup` names. */
export const backup = z
  .strictObject({
    keep: z.int().min(1).max(3_650).default(14).describe('Whole backups that stay; older ones are deleted'),
    everyHours: z
      .int()
      .min(0)
      .max(8_760)
      .default(0)
      .describe('How often the gateway makes one by itself; 0: never'),
  })
  .prefault({})

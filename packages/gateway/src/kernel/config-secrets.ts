import { z } from 'zod'
import { id } from './config-values.ts'

/** Where secrets by reference come from, beside this machine. */
export const secrets = z
  .strictObject({
    vault: id
      .optional()
      .describe(
        'Which of `keys.providers` (of kind `vault-transit`) `vault:PATH#FIELD` is read from, with its login; KV versions 1 and 2',
      ),
    aws: id
      .optional()
      .describe(
        'Which of `keys.providers` (of kind `aws-kms`) `aws-sm:NAME#FIELD` is read with: region and credentials',
      ),
    awsEndpoint: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Where Secrets Manager is; default: that of the region'),
    refreshMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(300_000)
      .describe('How often `vault:` and `aws-sm:` are read again; SIGHUP reads everything at once'),
    fileCheckMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(5_000)
      .describe('How often `file:` and `credential:` are read again'),
  })
  .prefault({})

import { z } from 'zod'
import { file, id, secretRef } from './config-values.ts'

const region = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .describe('Where the data lies, in the words that `region` of nodes and tenants uses')

const folder = z.strictObject({
  id,
  kind: z.literal('folder').describe('A folder of this machine, or one that is mounted'),
  dir: file,
  region: region.optional(),
})

const s3 = z.strictObject({
  id,
  kind: z.literal('s3').describe('A bucket of an S3-compatible service'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  region: region.default('us-east-1').describe('The service’s name of the region'),
  prefix: z
    .string()
    .regex(/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/, 'parts of plain characters, each with a slash after it')
    .default('')
    .describe('Goes before every key, for example `voxkeep/`'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Of a service other than AWS; `https:`'),
  dangerouslyAllowPlaintext: z.boolean().default(false).describe('Allow an `http:` endpoint'),
  pathStyle: z.boolean().default(false).describe('`https://host/bucket/key`, which most other services want'),
  caFile: file.optional().describe('Authorities to trust for the endpoint, instead of the system’s'),
  credentials: z
    .strictObject({
      accessKeyId: secretRef,
      secretAccessKey: secretRef,
      sessionToken: secretRef.optional(),
    })
    .optional()
    .describe('Read again once a minute; default: the SDK’s own chain (environment, files, instance role)'),
  encryption: z
    .strictObject({
      mode: z.enum(['AES256', 'aws:kms']),
      kmsKeyId: z.string().min(1).max(2_048).optional(),
    })
    .optional()
    .describe('What the service adds by itself; everything is sealed before it goes there'),
  lock: z
    .strictObject({
      mode: z
        .enum(['governance', 'compliance'])
        .describe('`compliance`: nobody at all can delete before the time is over'),
      days: z.int().min(1).max(36_500),
    })
    .optional()
    .describe('Put on every new object; the bucket must have object lock'),
  partMiB: z.int().min(5).max(1_024).default(16).describe('Larger objects go in parts of this size'),
  maxAttempts: z.int().min(1).max(10).default(4).describe('For one request'),
  timeoutMs: z.int().min(1_000).max(600_000).default(60_000).describe('For one answer'),
})

const store = z.discriminatedUnion('kind', [folder, s3])

/** Separate data, separate places: each kind may have a bucket or a folder of its own. */
const places = {
  audio: id.optional().describe('Recordings'),
  transcript: id.optional(),
  analytics: id.optional(),
  audit: id.optional().describe('Checkpoints of the audit log'),
}

/** Where sealed objects are kept. */
export const objects = z
  .strictObject({
    stores: z
      .array(store)
      .max(64)
      .default([])
      .describe('A folder `local` at `<dataDir>/objects` is there without being listed'),
    place: z
      .strictObject({
        ...places,
        backup: id.optional().describe('Backups; without it none can be made. Choose another machine'),
      })
      .prefault({})
      .describe('The store of each kind of data; default: `local`'),
    tenants: z
      .array(z.strictObject({ id, place: z.strictObject(places) }))
      .default([])
      .describe('Tenants that have stores of their own'),
    spool: z
      .strictObject({
        maxMiB: z
          .int()
          .min(1)
          .default(10_240)
          .describe(
            'What may wait here for its store, recordings that are running included; beyond it calls go on and no recording begins',
          ),
        parallel: z.int().min(1).max(64).default(4).describe('Objects on their way at a time'),
      })
      .prefault({})
      .describe('Sealed objects wait at `<dataDir>/spool` until their store has them'),
    verify: z
      .strictObject({
        everyHours: z.int().min(0).max(8_760).default(24).describe('0: only on demand'),
        sample: z
          .int()
          .min(1)
          .default(1_000)
          .describe('Objects compared each time; the next time goes on from there'),
      })
      .prefault({})
      .describe('Compares what is listed with what the stores hold'),
  })
  .prefault({})

export type StoreConfig = z.output<typeof store>
export type ObjectsConfig = z.output<typeof objects>

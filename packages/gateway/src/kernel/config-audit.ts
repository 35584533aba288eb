import { z } from 'zod'
import { file, id } from './config-values.ts'

const verifierKey = z
  .string()
  .min(1)
  .max(4_096)
  .describe('A verifier key: `name+id+key` as in C2SP signed-note')

const witness = z.strictObject({
  name: id.describe('For logs, metrics and the cosignatures’ rows'),
  url: z
    .url({ protocol: /^https$/ })
    .describe(
      'Its submission prefix; `add-checkpoint` is asked below it. A private address must be in `egress.allowPrivate`',
    ),
  keys: z.array(verifierKey).min(1).describe('Only cosignatures of these keys count'),
  caFile: file.optional().describe('Authorities to trust for its certificate, instead of the system’s'),
})

const witnessedLog = z.strictObject({
  origin: z.string().min(1).max(255).describe('The first line of its checkpoints'),
  keys: z.array(verifierKey).min(1).describe('Keys of that log; one of them must have signed'),
})

/** Checkpoints, witnesses and anchors of the audit log. */
export const auditLog = z
  .strictObject({
    deployment: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.\-/]{0,127}$/, 'lower-case letters, digits, dots, dashes and slashes')
      .optional()
      .describe(
        'What new logs are named after, `<deployment>/audit/<tenant>`; best a name that nobody else has, such as your domain. Default: the node’s name. A log keeps the name that it was made with',
      ),
    checkpoints: z
      .strictObject({
        everyS: z.int().min(1).max(86_400).default(60).describe('How often a log that grew is signed'),
        everyEntries: z.int().min(1).default(10_000).describe('Signed sooner when it grew by this much'),
      })
      .prefault({}),
    witnesses: z
      .array(witness)
      .max(16)
      .default([])
      .describe('Others who watch that our logs only grow (C2SP tlog-witness)'),
    quorum: z
      .int()
      .min(0)
      .max(16)
      .default(0)
      .describe('How many of them must have cosigned within three intervals; fewer raise an alarm'),
    witness: z
      .strictObject({
        name: z
          .string()
          .min(1)
          .max(255)
          .describe('The name in our cosignatures; best a name below your domain'),
        logs: z.array(witnessedLog).min(1).describe('Whose logs we watch'),
      })
      .optional()
      .describe('Watch others’ logs: `POST /v1/audit/witness/add-checkpoint` of our API'),
  })
  .prefault({})

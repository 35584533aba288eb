import { z } from 'zod'
import { dataClassList, optOutWords, programOptOut, trainingOptOut, trusted } from './config-provider.ts'
import { id, region, secretRef, tlsFiles } from './config-values.ts'

const share = z.number().min(0).max(1)

const shared = {
  id,
  region: region
    .optional()
    .describe('Where it compares and keeps voices; a tenant with `regions` uses no engine elsewhere'),
  dataClasses: dataClassList.describe(
    'What it may be given. Without `biometric` among them every call is refused to it',
  ),
  trainingOptOut: trainingOptOut.describe(optOutWords),
  minScore: share.describe(
    'How alike two voices must be, at the least, for a match: on the scale of this engine, so there is no default. A command may ask for more, never for less',
  ),
  maxSpoofScore: share
    .default(0.5)
    .describe('How sure it may be, at the most, that a voice is a recording or made by a machine'),
  spoofCheck: z
    .enum(['where-told', 'required'])
    .default('where-told')
    .describe('`required`: an engine that says nothing of recorded and synthetic voices finds no match'),
  dangerouslyWithoutConsent: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,99}$/)
    .optional()
    .describe(
      'Why the law asks for no consent where its voices are: in the audit log and on receipts in place of one. Without it every command has to name the consent',
    ),
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('For the whole of an answer; the caller waits for it'),
  maxSessions: z
    .int()
    .min(1)
    .max(1_000)
    .default(20)
    .describe('Voices that it is asked about at the same time'),
}

const https = z.strictObject({
  kind: z.literal('https'),
  ...shared,
  ...trusted,
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Of a server that speaks the protocol in docs/verify.md, up to `/v1/subjects`'),
  apiKey: secretRef.optional().describe('Sent as a bearer token'),
  clientCertificate: tlsFiles.optional().describe('What we prove ourselves with (mTLS)'),
  dangerouslyAllowPlaintext: z
    .boolean()
    .default(false)
    .describe('Allow `http:`, and that only to this machine itself: an engine that has no TLS of its own'),
})

const command = z.strictObject({
  kind: z.literal('command'),
  ...shared,
  trainingOptOut: programOptOut,
  maxSessions: shared.maxSessions.default(4),
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'A program and its arguments, started for each voice. What is asked is in its environment (`VOXKEEP_ACTION`, `VOXKEEP_SUBJECT`, `VOXKEEP_PHRASE`), the WAV file on its input; it prints one line of JSON (docs/verify.md)',
    ),
})

/** What compares voices. */
const verifier = z.discriminatedUnion('kind', [https, command])

export const verifiers = z
  .array(verifier)
  .max(16)
  .default([])
  .describe(
    'Engines that compare voices for the command `verify`, by their ids; a command that names none takes the first',
  )
  .superRefine((all, context) =>
    all.forEach((one, index) => {
      if (all.findIndex((other) => other.id === one.id) !== index)
        context.addIssue({ code: 'custom', path: [index, 'id'], message: 'two verifiers have this id' })
      if (!one.dataClasses.includes('biometric'))
        context.addIssue({
          code: 'custom',
          path: [index, 'dataClasses'],
          message: 'must have "biometric" among them: that is what a verifier is given',
        })
      if (one.kind === 'https' && /^http:/i.test(one.url) && !one.dangerouslyAllowPlaintext)
        context.addIssue({
          code: 'custom',
          path: [index, 'url'],
          message: 'plaintext needs dangerouslyAllowPlaintext: true, and reaches this machine only',
        })
    }),
  )

export type VerifierConfig = z.output<typeof verifier>
export type VerifierConfigOf<Kind extends VerifierConfig['kind']> = Extract<VerifierConfig, { kind: Kind }>
export { verifier as verifierSchema }

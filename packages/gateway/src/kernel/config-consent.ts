import { z } from 'zod'

const jurisdiction = z
  .string()
  .regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/, 'ISO 3166: a country such as `DE`, or a state such as `US-CA`')
const level = z
  .enum(['none', 'one-party', 'notice', 'all-party', 'opt-in'])
  .describe(
    '`one-party`: the deployment’s own consent is enough. `notice`: everybody is told. `all-party`: everybody is told and goes on talking, or says yes. `opt-in`: everybody says yes',
  )

const fields = {
  mode: z
    .enum(['enforce', 'dangerouslyOff'])
    .describe('`enforce`: no recording begins before those who must agree did, whatever the app asks for'),
  home: jurisdiction
    .optional()
    .describe('Where a party is whose number does not say: a SIP name, an extension. Default: nobody knows'),
  unknown: level.describe('What is asked for where nobody knows where a party is, or no rule is known'),
  rules: z
    .array(
      z.strictObject({
        jurisdiction,
        level,
        source: z.string().min(1).max(200).describe('Where that is written, or who decided it'),
      }),
    )
    .max(300)
    .describe('In place of the built-in ones (docs/consent.md) of the same places'),
  beepMs: z
    .int()
    .min(1_000)
    .max(120_000)
    .optional()
    .describe('A tone that both sides hear, this often, while a recording runs'),
  streamsWithout: z
    .enum(['allow', 'refuse'])
    .describe(
      'Whether an app may have the audio of a call whose parties did not agree to a recording that they have to agree to',
    ),
  onRevoke: z
    .enum(['keep', 'shred'])
    .describe('What becomes of a call’s recordings when somebody takes their consent back'),
  dialled: z
    .enum(['ask', 'covered'])
    .describe(
      'Whether people whom the app dials are asked as callers are, or agreed beforehand, as staff does',
    ),
}

/** Who must agree to a recording. */
export const consent = z
  .strictObject({
    ...fields,
    keepDays: z
      .int()
      .min(1)
      .max(36_500)
      .default(2_557)
      .describe('How long it is kept who agreed and who did not, to be shown to whoever asks: seven years'),
    mode: fields.mode.default('enforce'),
    unknown: fields.unknown.default('all-party'),
    rules: fields.rules.default([]),
    streamsWithout: fields.streamsWithout.default('allow'),
    onRevoke: fields.onRevoke.default('keep'),
    dialled: fields.dialled.default('ask'),
  })
  .prefault({})

/** What a tenant has otherwise. */
export const tenantConsent = z.strictObject(fields).partial()

import { z } from 'zod'
import { action, events, promptPart } from './command-parts.ts'

/** Whose voice: an id of the app's own. With a letter in it, so that it is no phone number and no card. */
export const voiceSubject = z
  .string()
  .regex(
    /^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'letters, digits, `-` and `_`, with a letter in it',
  )
  .describe('Whose voice: an id of your own that names nobody to others; no phone number')

/** Speech that is needed where a command does not say. */
export const neededSpeechMs = { verify: 3_000, enrol: 10_000 } as const

const verifyCommand = z.strictObject({
  type: z.literal('verify'),
  action: z
    .enum(['verify', 'enrol', 'cancel'])
    .default('verify')
    .describe(
      '`verify`: compare the caller’s voice with the one that is known as the subject’s. `enrol`: have the engine learn it. `cancel`: end the one that is under way',
    ),
  subject: voiceSubject.optional(),
  engine: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .optional()
    .describe('One of the configuration’s `verifiers`; default: the app’s, else the first'),
  consent: z
    .literal('given')
    .optional()
    .describe(
      'That the caller agreed to have their voice compared, which is in the audit log and on the receipt',
    ),
  consent_source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,99}$/, 'letters, digits, blanks and `._:/-`, at most 100')
    .optional()
    .describe('Where you have that on record: a reference, no person’s data'),
  prompts: z
    .array(promptPart)
    .max(20)
    .default([])
    .describe(
      'Played, said, or waited for in this order before anything is heard; again before each attempt',
    ),
  phrase: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('What the caller is asked to say, for engines that compare that too'),
  min_speech_ms: z
    .int()
    .min(500)
    .max(25_000)
    .optional()
    .describe('Speech that is needed, pauses not counted; default 3000, to enrol 10000'),
  max_ms: z
    .int()
    .min(1_000)
    .max(120_000)
    .default(20_000)
    .describe('How long it is listened, at the most, in one attempt'),
  attempts: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('How often it is tried while it stays inconclusive; a mismatch is not tried again'),
  min_score: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('How alike the voices must be; counts where it asks for more than the configuration does'),
  on_mismatch: z
    .enum(['ask', 'go-on', 'hangup'])
    .default('ask')
    .describe(
      'After anything but `match` and `enrolled`: ask the app, go on with the next command, or end the call; the last two tell it',
    ),
  events: events.optional(),
  ...action,
})

/** Compares the caller's voice with one that an engine knows. */
export const verify = verifyCommand
  .refine(({ action: what, subject }) => what === 'cancel' || subject !== undefined, {
    error: 'verify needs a subject',
    path: ['subject'],
  })
  .refine(({ consent, consent_source: source }) => (consent === undefined) === (source === undefined), {
    error: 'consent and consent_source go together',
    path: ['consent_source'],
  })
  .refine(
    ({ action: what, max_ms: maxMs, min_speech_ms: minMs }) =>
      what === 'cancel' || maxMs >= (minMs ?? neededSpeechMs[what]),
    { error: 'max_ms is too short for the speech that is needed (min_speech_ms)', path: ['max_ms'] },
  )
  .describe(
    'Compare the caller’s voice with the one that an engine knows as the subject’s, or have it learn that, then ask the app with a `call.verified` webhook (docs/verify.md).',
  )
export type VerifyCommand = z.output<typeof verifyCommand>

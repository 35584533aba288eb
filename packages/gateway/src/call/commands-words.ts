import { piiTypes } from '@voxkeep/pii'
import { z } from 'zod'

const milliseconds = z.int().min(0).max(86_400_000)

/** Words: what an app asks of what is said. */
export const transcribe = z
  .strictObject({
    type: z.literal('transcribe'),
    action: z.enum(['start', 'stop', 'expect']).default('start'),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'a language such as "en-US" (BCP 47)')
      .optional()
      .describe('What is spoken; default: what the privacy policy says'),
    engine: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .optional()
      .describe('An engine under `speech`; default: the policy’s'),
    expect: z
      .enum(piiTypes)
      .optional()
      .describe('With `expect`: what you asked the caller for; what they say next is taken for that'),
    for_ms: z.int().min(1_000).max(120_000).default(20_000).describe('How long it is expected'),
  })
  .refine(({ action, expect }) => action !== 'expect' || expect !== undefined, {
    error: 'expect needs what is expected',
    path: ['expect'],
  })
  .describe(
    'Turn what is said into words, by the privacy policy of the app or its tenant: told as `call.transcript`, kept redacted. Refused (`transcription.failed`) where there is no policy.',
  )

export const redact = z
  .strictObject({
    type: z.literal('redact'),
    channel: z.enum(['caller', 'agent', 'both']).default('both'),
    from_ms: milliseconds.optional().describe('From the recording’s beginning'),
    to_ms: milliseconds.optional(),
    last_ms: milliseconds.max(600_000).optional().describe('Instead: the last so many milliseconds'),
    why: z
      .string()
      .regex(
        /^(?!.*\d.*\d.*\d)[a-z0-9][a-z0-9-]{0,31}$/,
        'one word in lower case, at most 32 letters, two digits',
      )
      .default('app')
      .describe('Shown in the recording’s marks'),
  })
  .refine(
    ({ from_ms, to_ms, last_ms }) =>
      last_ms === undefined
        ? from_ms !== undefined && to_ms !== undefined && from_ms < to_ms
        : from_ms === undefined && to_ms === undefined,
    { error: 'redact needs from_ms and to_ms after it, or last_ms', path: ['from_ms'] },
  )
  .describe(
    'Overwrite a stretch of the running recording: what is not sealed yet at once, what is sealed already soon after.',
  )

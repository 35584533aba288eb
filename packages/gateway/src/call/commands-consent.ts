import { z } from 'zod'
import { audioUrl } from './command-parts.ts'

const key = z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'])

/** Asks for consent to a recording, takes down what the app was told, or takes consent back. */
export const consent = z
  .strictObject({
    type: z.literal('consent'),
    action: z
      .enum(['ask', 'assert', 'revoke'])
      .default('ask')
      .describe(
        '`ask`: play the prompt and wait for an answer. `assert`: the app asked in its own way, and says what the answer was. `revoke`: somebody takes it back: the recording ends',
      ),
    party: z
      .enum(['all', 'caller', 'dialled'])
      .default('all')
      .describe(
        'Whose: the first leg’s, those of the one it talks with, or both; who need not be asked is not',
      ),
    prompt_url: audioUrl
      .optional()
      .describe('What is asked: a WAV file, as for `play`, or `say:` and the words to be said'),
    accept: z
      .array(z.enum(['key', 'speech', 'continue']))
      .min(1)
      .default(['key', 'speech', 'continue'])
      .describe(
        'What counts as yes. `continue`: the prompt was heard and nobody refused; never enough where a clear yes is asked for. `speech` needs an engine (docs/speech.md)',
      ),
    yes_key: key.default('1'),
    no_key: key.default('2'),
    timeout_ms: z.int().min(500).max(30_000).default(4_000).describe('How long to wait after the prompt'),
    attempts: z.int().min(1).max(5).default(2).describe('How often the prompt is played without an answer'),
    language: z
      .string()
      .regex(/^[a-z]{2}(?:-[A-Z]{2})?$/)
      .default('en-US')
      .describe('Of a spoken answer, and of a question that is said'),
    answer: z.enum(['given', 'refused']).default('given').describe('With `assert`'),
    jurisdiction: z
      .array(z.string().max(6))
      .max(4)
      .default([])
      .describe('Where the party is, as far as the app knows (`US-CA`, `DE`); never makes it less strict'),
    on_refuse: z
      .enum(['go-on', 'ask', 'hangup'])
      .default('go-on')
      .describe(
        'After a refusal or no answer: go on without a recording, ask the app (`call.consent_refused`), or end the call',
      ),
  })
  .refine((command) => command.action !== 'ask' || command.prompt_url !== undefined, {
    error: 'consent needs a prompt_url to ask with',
    path: ['prompt_url'],
  })
  .describe(
    'Ask for consent to a recording. Where the parties’ places ask for none (docs/consent.md) it does nothing; where they do, no recording begins before it was given.',
  )
export type ConsentCommand = z.output<typeof consent>

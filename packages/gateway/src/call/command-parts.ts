import { z } from 'zod'

export const audioUrl = z
  .string()
  .max(2_048)
  .describe(
    'HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB',
  )

/** Whom to ask instead of the app's webhook. */
export const actionUrl = z
  .string()
  .max(2_048)
  .describe('Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it')
export const actionMethod = z.enum(['GET', 'POST']).default('POST')
export const action = { action_url: actionUrl.optional(), action_method: actionMethod }

/** Where the question after a command goes, in place of the app's webhook. */
export interface ActionAddress {
  readonly url: string
  readonly method: 'GET' | 'POST'
}

export function actionOf(command: {
  readonly action_url?: string | undefined
  readonly action_method: 'GET' | 'POST'
}): ActionAddress | undefined {
  const { action_url: url, action_method: method } = command
  return url === undefined ? undefined : { url, method }
}

/** An address that is relative is one of the app's; what is no address stays as it is, for the guard to refuse. */
export function absoluteAddress(base: string, { url, method }: ActionAddress): ActionAddress {
  return { url: URL.canParse(url, base) ? new URL(url, base).href : url, method }
}

/** Where some of a command's events go, beside nothing else: they are told there and not to the app's `eventsUrl`. */
export const events = z
  .strictObject({
    url: actionUrl,
    method: actionMethod,
    /** Names of events, without their family: `answered` of `call.answered`. */
    only: z.array(z.string().max(40)).max(20).optional(),
  })
  .meta({ id: 'EventAddress', description: 'Where what becomes of it is told' })
export type EventAddress = z.output<typeof events>

export const language = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/)
  .describe('BCP 47, such as `en-US`')

/** Words to be spoken. */
export const spoken = {
  text: z
    .string()
    .min(1)
    .max(4_096)
    .describe('What is said: plain text, or SSML when it begins with `<speak>`'),
  voice: z
    .string()
    .max(100)
    .optional()
    .describe('A voice of the configuration’s `voices`; default: the app’s'),
  language: language.optional(),
  cache: z
    .boolean()
    .optional()
    .describe(
      'Keep the speech, sealed, to give it again for the same text: for fixed prompts, not for words that hold anybody’s data',
    ),
}

/** One part of a prompt. */
export const promptPart = z.union([
  z.strictObject({ play: audioUrl, loop: z.int().min(1).max(100).default(1) }),
  z.strictObject({
    say: spoken.text,
    voice: spoken.voice,
    language: spoken.language,
    cache: spoken.cache,
    loop: z.int().min(1).max(100).default(1),
  }),
  z.strictObject({ wait_ms: z.int().min(0).max(60_000) }),
])
export type PromptPart = z.output<typeof promptPart>

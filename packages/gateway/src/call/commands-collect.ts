import { cardBrands } from '#kernel'
import { z } from 'zod'
import { action, audioUrl, events } from './command-parts.ts'

const promptUrl = audioUrl.describe(
  'HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said',
)

/** What can be asked for by keys. */
export const fieldKinds = [
  'card-number',
  'card-expiry',
  'card-code',
  'postal-code',
  'pin',
  'ssn',
  'bank-account',
  'bank-routing',
  'account',
  'date',
  'digits',
] as const
export type FieldKind = (typeof fieldKinds)[number]

/** What is wrong with what was keyed in. */
export const fieldFaults = [
  'too-short',
  'too-long',
  'luhn',
  'brand',
  'expired',
  'not-a-date',
  'checksum',
  'pattern',
  'mismatch',
  'not-confirmed',
  'timeout',
  'declined',
] as const
export type FieldFault = (typeof fieldFaults)[number]

const key = (fallback: string) =>
  z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', '']).default(fallback as '#')

const occasion = z
  .strictObject({
    url: promptUrl,
    fault: z.enum(fieldFaults).optional().describe('Only after this fault'),
    attempt: z.int().min(1).max(10).optional().describe('Only at this attempt, from 1'),
    brand: z.enum(cardBrands).optional().describe('Only once the card is known to be one of these'),
  })
  .meta({ id: 'FieldPrompt' })

const prompts = z
  .array(occasion)
  .max(40)
  .default([])
  .describe('Other prompts for some occasions; the first that fits is played instead of `prompt_url`')

const sound = { prompt_url: promptUrl.optional().describe('Asks for it; the first key stops it'), prompts }

const entry = {
  ...sound,
  repeat: z
    .boolean()
    .default(false)
    .describe('Have it keyed in twice, and take it only when both are the same'),
  repeat_prompt_url: promptUrl.optional().describe('Asks for it again; without it nothing is said'),
  confirm: z
    .boolean()
    .default(false)
    .describe(
      'Have it confirmed: 1 takes it, 2 asks again. What may be shown of it is in the `call.collect.progress` event of that moment',
    ),
  confirm_prompt_url: promptUrl.optional(),
}

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/)
  .optional()
  .describe('What the app calls it; the kind of field unless given')

const cards = z
  .array(z.enum(cardBrands))
  .min(1)
  .optional()
  .describe('Brands that are taken; all that are known unless given')

const field = z.strictObject({
  field: z.enum(fieldKinds),
  name,
  ...entry,
  min_digits: z.int().min(1).max(64).optional(),
  max_digits: z.int().min(1).max(64).optional(),
  pattern: z
    .string()
    .regex(/^[0-9#]{1,64}(?:\|[0-9#]{1,64}){0,9}$/)
    .optional()
    .describe('Shapes that it may have, `#` for any digit: `7####|80####`. For `account` and `digits`'),
  date_format: z
    .enum(['MMDDYYYY', 'DDMMYYYY', 'YYYYMMDD', 'MMYY', 'MMYYYY', 'MMDD', 'DDMM'])
    .default('MMDDYYYY')
    .describe('How a `date` is keyed in'),
  cards,
})
export type FieldCommand = z.output<typeof field>

const room = {
  mode: z
    .enum(['caller', 'agent'])
    .default('caller')
    .describe(
      '`caller`: whoever the caller talks with hears nothing of them meanwhile. `agent`: that one stays in the conversation, hears what is said and no key',
    ),
  agent: z
    .enum(['speech', 'muted'])
    .default('speech')
    .describe('With `mode: agent`: whether what the caller says is heard meanwhile'),
  mask: z
    .enum(['silence', 'beep'])
    .default('silence')
    .describe('What takes the place of a key for those who hear the caller’s speech'),
  finish_on_key: key('#').describe('Ends a field and is not part of it; empty for none'),
  cancel_key: key('*').describe('Ends it all; empty for none'),
  clear_key: key('').describe('Empties the field that is being keyed in; empty for none'),
  timeout_ms: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(10_000)
    .describe('How long to wait for the first or the next key, from the end of the prompt or the last key'),
  attempts: z.int().min(1).max(10).default(3).describe('How often a field may be keyed in'),
  limit_ms: z
    .int()
    .min(5_000)
    .max(1_800_000)
    .default(300_000)
    .describe('The longest that all of it may take'),
}

const purposes = z
  .array(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/))
  .min(1)
  .max(8)

/** A card's code and a PIN are never kept, so there is nothing to keep them for. */
const neverKept: readonly FieldKind[] = ['card-code', 'pin']

export const collect = z
  .strictObject({
    type: z.literal('collect'),
    action: z.enum(['start', 'cancel']).default('start'),
    fields: z.array(field).max(8).default([]),
    ...room,
    ...action,
    events: events.optional(),
    purposes: purposes
      .optional()
      .describe('What the tokens may be used for. Needed unless only a `card-code` or a `pin` is asked for'),
    token_shape: z.enum(['random', 'shaped']).default('random'),
    token_ttl_ms: z.int().min(60_000).max(315_360_000_000).optional(),
  })
  .refine(({ action, fields }) => action === 'cancel' || fields.length > 0, {
    error: 'collect needs fields',
    path: ['fields'],
  })
  .refine(
    ({ fields, purposes: given }) =>
      given !== undefined || fields.every(({ field: kind }) => neverKept.includes(kind)),
    { error: 'collect needs purposes', path: ['purposes'] },
  )
  .refine(({ fields }) => new Set(fields.map(nameOf)).size === fields.length, {
    error: 'two fields have one name',
    path: ['fields'],
  })
  .refine(
    ({ cancel_key: cancel, finish_on_key: finish, clear_key: clear }) => areApart(cancel, finish, clear),
    {
      error: 'two keys are the same',
      path: ['cancel_key'],
    },
  )
  .describe(
    'Ask for keys that nobody else may learn: neither streams nor recordings nor a bridged leg get them, and the app gets tokens with a `call.collected` webhook. `cancel` ends one that is under way. Runs beside whatever the call is doing.',
  )
export type CollectCommand = z.output<typeof collect>

const payFieldKinds = [
  'card-number',
  'card-expiry',
  'card-code',
  'postal-code',
  'bank-account',
  'bank-routing',
] as const
export type PayFieldKind = (typeof payFieldKinds)[number]

export const pay = z
  .strictObject({
    type: z.literal('pay'),
    action: z
      .enum(['start', 'capture', 'complete', 'cancel'])
      .default('start')
      .describe('`capture` and `complete` are for one that is `stepwise`, and under way'),
    stepwise: z
      .boolean()
      .default(false)
      .describe('Ask for a field only when a `capture` names it, and pay only on `complete`'),
    capture: z.enum(payFieldKinds).optional().describe('The field to ask for, anew if it was there already'),
    on_end: z
      .enum(['ask', 'tell'])
      .default('ask')
      .describe('Ask the app how to go on, or tell it, as the event `call.paid`'),
    provider: z.string().min(1).max(64).optional().describe('One of `payments.providers`'),
    method: z.enum(['card', 'bank']).default('card'),
    amount_minor: z
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .describe('In the smallest unit of the currency; without it the provider only keeps the method'),
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/)
      .transform((code) => code.toUpperCase())
      .optional(),
    description: z.string().max(200).default(''),
    reference: z
      .string()
      .max(100)
      .optional()
      .describe('Yours, such as an order number; goes to the provider. Nothing personal'),
    idempotency_key: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/)
      .optional()
      .describe(
        'Two payments of a call with one key are one payment. Unless given: the provider, the method, the amount, the currency, the description and the reference',
      ),
    ...room,
    ...action,
    events: events.optional(),
    cards,
    security_code: z.boolean().default(true).describe('Ask for the code on the card'),
    postal_code: z.boolean().default(false).describe('Ask for the postal code of the card’s owner'),
    min_postal_code_digits: z.int().min(1).max(10).default(5),
    bank_account_type: z.enum(['checking', 'savings', 'business']).default('checking'),
    fields: z
      .partialRecord(z.enum(payFieldKinds), z.strictObject(entry))
      .default({})
      .describe('How each field is asked for'),
    processing_url: promptUrl.optional().describe('Played while the provider decides'),
    succeeded_url: promptUrl.optional(),
    declined_url: promptUrl.optional().describe('Played before something is asked for again, or in the end'),
    failed_url: promptUrl.optional(),
    purposes: purposes
      .optional()
      .describe(
        'Keeps the number as a token of ours too, for these purposes; without it only the provider knows it',
      ),
    token_shape: z.enum(['random', 'shaped']).default('random'),
  })
  .refine(({ action, capture }) => (action === 'capture') === (capture !== undefined), {
    error: 'capture and a field go together',
    path: ['capture'],
  })
  .refine(({ action, provider }) => action !== 'start' || provider !== undefined, {
    error: 'pay needs a provider',
    path: ['provider'],
  })
  .refine(({ amount_minor: amount, currency }) => (amount === undefined) === (currency === undefined), {
    error: 'amount_minor and currency go together',
    path: ['currency'],
  })
  .refine(
    ({ cancel_key: cancel, finish_on_key: finish, clear_key: clear }) => areApart(cancel, finish, clear),
    {
      error: 'two keys are the same',
      path: ['cancel_key'],
    },
  )
  .describe(
    'Ask for a card or a bank account by keys that nobody else may learn, and charge it or have it kept by a payment provider; then ask the app what to do with a `call.paid` webhook. Runs beside whatever the call is doing.',
  )
export type PayCommand = z.output<typeof pay>

/** What the app calls a field. */
export function nameOf(asked: Pick<FieldCommand, 'field' | 'name'>): string {
  return asked.name ?? asked.field.replaceAll('-', '_')
}

function areApart(...keys: readonly string[]): boolean {
  const given = keys.filter((each) => each !== '')
  return new Set(given).size === given.length
}

import { z } from 'zod'
import { file, id, region, secretRef, tlsFiles } from './config-values.ts'

const httpsUrl = z.url({ protocol: /^https$/ })
const pointer = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~0|~1)*)+$/, 'a JSON pointer (RFC 6901), such as "/payment/id"')
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)

const declineReason = z.enum([
  'card-declined', 'insufficient-funds', 'expired-card', 'wrong-number', 'wrong-code', 'wrong-expiry', 'wrong-postal-code',
  'suspected-fraud', 'not-supported', 'limit-exceeded', 'other',
]) // prettier-ignore

const common = {
  id: id.describe('What the `pay` command calls it'),
  region: region
    .optional()
    .describe('Where it processes; tenants that are tied to regions use none that does not say so'),
  tenants: z.array(id).min(1).optional().describe('Who may be charged through it; default: every tenant'),
  caFile: file
    .optional()
    .describe('PEM authorities that its certificate must chain to, instead of the system’s'),
  timeoutMs: z.int().min(1_000).max(120_000).default(30_000).describe('For one request, to its last byte'),
}

const telephoneOrder = z
  .boolean()
  .default(false)
  .describe(
    'Marks charges as telephone orders, which need no proof on a screen; the account must be allowed to',
  )

const stripe = z.strictObject({
  kind: z.literal('stripe'),
  ...common,
  apiKey: secretRef,
  url: httpsUrl.default('https://api.stripe.com').describe('Where its API is'),
  telephoneOrder,
})

const adyen = z.strictObject({
  kind: z.literal('adyen'),
  ...common,
  apiKey: secretRef,
  url: httpsUrl.describe(
    'The Checkout API with its version, such as `https://PREFIX-checkout-live.adyenpayments.com/checkout/v71`',
  ),
  merchantAccount: z.string().min(1).max(80),
  returnUrl: httpsUrl
    .default('https://example.com/')
    .describe('The API demands one; nobody is ever sent there'),
  telephoneOrder,
})

const braintree = z.strictObject({
  kind: z.literal('braintree'),
  ...common,
  publicKey: z.string().min(1).max(100),
  privateKey: secretRef,
  url: httpsUrl.default('https://payments.braintree-api.com/graphql').describe('Its GraphQL endpoint'),
  merchantAccounts: z
    .record(z.string().regex(/^[A-Z]{3}$/), z.string().min(1).max(100))
    .describe('The merchant account for each currency: an account has one, and another currency is refused'),
})

const placeholders: ReadonlySet<string> = new Set([
  'card.number', 'card.month', 'card.year', 'card.year2', 'card.code', 'card.postalCode', 'bank.account', 'bank.routing', 'bank.type',
  'amount.minor', 'amount.decimal', 'currency', 'description', 'reference', 'key', 'call',
]) // prettier-ignore

/** A name in `{{…}}` that is none of ours would go out as nothing, unnoticed. */
const template = z
  .string()
  .min(2)
  .max(16_384)
  .refine(
    (text) => [...text.matchAll(/\{\{([^{}]*)\}\}/g)].every(([, name = '']) => placeholders.has(name)),
    'a placeholder that there is not; docs/payments.md lists them',
  )

const mapping = z
  .strictObject({
    outcomeAt: pointer.describe('Where the answer says what became of it'),
    succeeded: z.array(z.string()).min(1).describe('Words there that mean: charged'),
    declined: z.array(z.string()).min(1).describe('Words that mean: refused for good'),
    needsScreen: z
      .array(z.string())
      .default([])
      .describe('Words that mean: the payer must prove themselves on a screen'),
    failed: z.array(z.string()).default([]).describe('Words that mean: not charged, may be tried again'),
    codeAt: pointer.optional().describe('Where the provider’s own word for a refusal is'),
    reasons: z.record(z.string(), declineReason).default({}).describe('What those words mean'),
    paymentIdAt: pointer.optional(),
    tokenAt: pointer.optional().describe('Where the name of the payment method is'),
  })
  .describe('Reads an answer. A word that is not listed means: nobody knows')

const https = z.strictObject({
  kind: z.literal('https'),
  ...common,
  url: httpsUrl,
  clientCertificate: tlsFiles.optional().describe('What we prove ourselves with (mTLS)'),
  headers: z
    .record(headerName, z.union([z.string().max(1_000), z.strictObject({ secret: secretRef })]))
    .default({})
    .describe('Sent with each request; one that is secret by reference'),
  contentType: z.enum(['application/json', 'application/x-www-form-urlencoded']).default('application/json'),
  template: template.describe(
    'The body, with placeholders such as `{{card.number}}`; docs/payments.md lists them',
  ),
  bankTemplate: template.optional().describe('The body for bank accounts; default: they are refused'),
  idempotencyHeader: headerName.default('Idempotency-Key'),
  isIdempotent: z
    .boolean()
    .default(false)
    .describe('The provider charges once for a key: a request without an answer is sent again'),
  signing: z
    .strictObject({
      secret: secretRef,
      header: headerName
        .default('X-Signature')
        .describe('Holds hex of HMAC-SHA-256 over time, a dot, and the body'),
      timestampHeader: headerName.default('X-Timestamp').describe('Holds the time, in seconds since 1970'),
    })
    .optional()
    .describe('Signs each request'),
  answer: mapping,
  lookup: z
    .strictObject({
      url: z
        .string()
        .max(2_048)
        .regex(/^https:\/\/[^{}]+\{\{key\}\}[^{}]*$/, 'an https URL with {{key}} once, behind its host')
        .describe('Where GET says what became of the payment with the key `{{key}}`'),
      answer: mapping.optional().describe('Default: as of a payment'),
    })
    .optional()
    .describe('How a payment whose outcome nobody knows is looked up; 404 means: there is none'),
})

/** Who is paid through. */
export const payments = z
  .strictObject({
    providers: z.array(z.discriminatedUnion('kind', [stripe, adyen, braintree, https])).default([]),
    inStreamOnly: z
      .array(id)
      .default([])
      .describe(
        'Stream-only tenants that may be paid all the same: a payment is put on record, or it is not made',
      ),
    keepDays: z
      .int()
      .min(1)
      .max(10_000)
      .default(550)
      .describe('How long records of settled payments are kept'),
    outcome: z
      .strictObject({
        settleMs: z
          .int()
          .min(1_000)
          .default(180_000)
          .describe(
            'Only after this long does a provider that knows nothing of a payment mean that it was not made',
          ),
        firstDelayMs: z
          .int()
          .min(100)
          .default(5_000)
          .describe('Until the first look-up; it doubles each time'),
        maxDelayMs: z.int().min(1_000).default(3_600_000),
        attempts: z
          .int()
          .min(1)
          .max(1_000)
          .default(30)
          .describe('Then it is left unknown, and an alert raised'),
      })
      .prefault({})
      .describe('How the outcome of a payment is found out when nobody knows it'),
  })
  .prefault({})
  .describe('Who is paid through; see docs/payments.md')

export type PaymentsConfig = z.output<typeof payments>
export type PaymentProviderConfig = PaymentsConfig['providers'][number]

import { z } from 'zod'
import { secretRef } from './config-values.ts'

const httpsUrl = z.url({ protocol: /^https$/ })
const method = z.enum(['GET', 'POST']).default('POST')

/** What an app that speaks Twilio's dialect has beside its webhook. */
export const twilioApp = z.strictObject({
  authTokens: z
    .array(secretRef)
    .min(1)
    .max(2)
    .describe(
      'What signs `X-Twilio-Signature`: the primary token, and the one that is about to take its place. Not the key of the REST API',
    ),
  method: method.describe('How `webhook.url` is asked'),
  fallbackMethod: method.describe('How `webhook.fallbackUrl` is asked'),
  timeoutMs: z
    .int()
    .min(100)
    .max(15_000)
    .default(15_000)
    .describe('For one document, redirects included; in place of `webhook.timeoutMs`'),
  statusCallback: z
    .strictObject({
      url: httpsUrl,
      method,
      events: z
        .array(z.enum(['initiated', 'ringing', 'answered', 'completed']))
        .min(1)
        .default(['completed']),
    })
    .optional()
    .describe('Told of each call’s progress, unless the call has an address of its own for that'),
  strict: z
    .boolean()
    .default(false)
    .describe(
      'Take a document with an unknown verb, or a wrong attribute, for a failure, rather than do the rest of it',
    ),
  voices: z
    .record(z.string().min(1).max(100), z.string().min(1).max(100))
    .default({})
    .describe(
      'Which of `voices` stands in for one that documents name, such as `Polly.Joanna`; any other is the app’s',
    ),
  clientDomain: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/)
    .optional()
    .describe('`<Client>joey</Client>` is dialled as `sip:joey@` this; without it clients are not dialled'),
  paymentConnectors: z
    .record(z.string().min(1).max(100), z.string().min(1).max(64))
    .default({})
    .describe(
      'Which of `payments.providers` a `paymentConnector` is; one that is not named here is looked for by its own name',
    ),
  apiUrl: httpsUrl
    .optional()
    .describe(
      'Where the app reaches the REST API: what `RecordingUrl` begins with; default: `https://api.twilio.com`, as in SDKs',
    ),
})

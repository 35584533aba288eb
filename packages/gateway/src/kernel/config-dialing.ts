import { z } from 'zod'
import { id } from './config-values.ts'

export const dialLimits = z.strictObject({
  concurrent: z.int().min(0).default(10).describe('Outbound legs at once'),
  perMinute: z.int().min(0).default(30).describe('Outbound attempts in a minute'),
  minutesPerDay: z.int().min(0).default(600).describe('Answered minutes in a UTC day'),
  spendPerDay: z
    .number()
    .min(0)
    .optional()
    .describe('In the currency of `rates`, in a UTC day; needs `rates`'),
})

/** Without defaults: what is not said is as the app's limits say. */
const tokenLimits = z.strictObject({
  concurrent: z.int().min(0).optional(),
  perMinute: z.int().min(0).optional(),
  minutesPerDay: z.int().min(0).optional(),
  spendPerDay: z.number().min(0).optional(),
})

/** Whom an app may call. */
export const dialing = z.strictObject({
  trunks: z
    .array(id)
    .min(1)
    .describe('Trunks in order of preference: the next is tried when one cannot carry the call'),
  callerIds: z
    .array(z.string())
    .default([])
    .describe(
      'Numbers that may be shown as the caller, prefixes such as `+1212*` among them; the first is the default',
    ),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .default([])
    .describe('ISO 3166 countries that may be called; none by default'),
  prefixes: z
    .array(z.string().regex(/^\+\d{1,15}$/))
    .default([])
    .describe('E.164 prefixes that may be called besides'),
  deny: z
    .array(z.string().regex(/^\+\d{1,15}$/))
    .default([])
    .describe('E.164 prefixes that may not be called, whatever else says so'),
  allowHighRisk: z
    .boolean()
    .default(false)
    .describe(
      'Also call premium-rate, shared-cost, personal, satellite and other numbers that fraudsters earn on',
    ),
  uris: z
    .array(z.string())
    .default([])
    .describe(
      'SIP addresses that may be called, such as `sip:agent@pbx.example.com` or `sip:*@pbx.example.com`',
    ),
  transfers: z
    .array(z.string())
    .default([])
    .describe(
      'Where calls may be transferred to (numbers, prefixes `+1212*`, URIs); what is listed here must be callable as well',
    ),
  limits: dialLimits.prefault({}),
  perToken: tokenLimits
    .optional()
    .describe('Limits of one API token inside those of the app; default: those of the app'),
  rates: z
    .array(z.strictObject({ prefix: z.string().regex(/^\+\d{1,15}$/), perMinute: z.number().min(0) }))
    .default([])
    .describe('What a minute costs, by longest prefix'),
  anomaly: z
    .strictObject({
      factor: z
        .number()
        .min(1)
        .default(5)
        .describe(
          'An hour with this many times the attempts of the usual hour of the last week raises an alert',
        ),
      minimum: z.int().min(1).default(20).describe('Attempts in an hour below which nothing is unusual'),
      stop: z.boolean().default(false).describe('Also refuse further calls until an operator lifts it'),
    })
    .prefault({}),
})

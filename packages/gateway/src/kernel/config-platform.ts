import { z } from 'zod'
import { secretRef } from './config-values.ts'

/** Whose signatures are made: those that are open, and whose secret both sides have. */
export const signedPlatforms = ['telnyx', 'plivo', 'vonage', 'jambonz'] as const
export type SignedPlatform = (typeof signedPlatforms)[number]

/** What an app that speaks another platform's dialect has beside its webhook. */
export const platformApp = z.strictObject({
  secrets: z
    .array(secretRef)
    .min(1)
    .max(2)
    .describe(
      'What signs as the platform does, the primary one first: Plivo’s auth token, jambonz’s webhook secret, Vonage’s signature secret (16 characters or more), or, for Telnyx, a private Ed25519 key in PEM',
    ),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .optional()
    .describe('With Vonage: `api_key` of the signed claims, by which the app finds the secret'),
})

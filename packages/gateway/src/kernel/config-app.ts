import { z } from 'zod'
import { platformApp } from './config-platform.ts'
import { twilioApp } from './config-twilio.ts'
import { dialing } from './config-dialing.ts'
import { wireNames } from './stream-wire.ts'
import { file, id, region, secretRef, tlsFiles } from './config-values.ts'

const webhook = z.strictObject({
  url: z.url({ protocol: /^https$/ }).describe('Told of each call; its answer decides what happens'),
  fallbackUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Asked when `url` fails'),
  eventsUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Told of events after the fact; default: `url`'),
  secrets: z
    .array(secretRef)
    .min(1)
    .max(4)
    .describe('`whsec_…` secrets; every one signs, so that they can be rotated'),
  timeoutMs: z.int().min(100).max(15_000).default(5_000),
  caFile: file.optional().describe('Authorities to trust for this app, instead of the system’s'),
  clientCertificate: tlsFiles.optional(),
})

/** Who is asked what to do with a call, and streamed to. */
export const app = z.strictObject({
  id,
  tenant: id.default('default'),
  dialect: z
    .enum(['voxkeep', 'twilio', 'teler', 'telnyx', 'plivo', 'exotel', 'vonage', 'jambonz'])
    .default('voxkeep')
    .describe(
      'What the app speaks: how it is asked and told, how that is signed, and which wire its streams have',
    ),
  twilio: twilioApp.optional().describe('With `dialect: twilio`'),
  platform: platformApp
    .optional()
    .describe(
      'With `dialect` `telnyx`, `plivo`, `vonage` or `jambonz`: its requests are signed as that platform signs, too',
    ),
  voice: id
    .optional()
    .describe('The voice that `say` has unless it names one; default: the first of `voices`'),
  verifier: id
    .optional()
    .describe('What compares voices for `verify` where it names none; default: the first of `verifiers`'),
  webhook,
  endpoints: z
    .array(z.strictObject({ host: z.string().min(1), region }))
    .optional()
    .describe(
      'Where the hosts of its webhooks, streams and audio files are; a tenant with `regions` reaches no others',
    ),
  stream: z
    .strictObject({
      wire: z
        .enum(wireNames)
        .optional()
        .describe('What is spoken over its streams; default: by `dialect`, and `twilio` for `voxkeep`'),
      secret: secretRef
        .optional()
        .describe(
          'Token for `X-Twilio-Signature` on stream upgrades; the Standard Webhooks headers are always there',
        ),
      caFile: file.optional(),
      clientCertificate: tlsFiles.optional(),
      spkiPins: z
        .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/))
        .default([])
        .describe('Base64 SHA-256 of the public keys to accept'),
      connectTimeoutMs: z.int().min(100).default(5_000),
      pingIntervalMs: z.int().min(100).default(10_000),
      pongTimeoutMs: z.int().min(100).default(10_000),
      maxBufferedMs: z.int().min(1_000).default(600_000).describe('Audio the app may queue for the caller'),
      maxBehindMs: z
        .int()
        .min(100)
        .default(2_000)
        .describe('Audio that may wait for a slow app before the oldest is dropped'),
      reconnect: z
        .strictObject({ attempts: z.int().min(0).max(10).default(2), delayMs: z.int().min(0).default(250) })
        .prefault({}),
    })
    .prefault({}),
  dialing: dialing
    .optional()
    .describe('Whom this app may call, with `POST /v1/calls`, `dial` and `transfer`; without it nobody'),
  privacy: id.optional().describe('The policy under `privacy` for its calls; default: its tenant’s'),
  originals: z
    .boolean()
    .optional()
    .describe('Whether it may be told what was said word for word, where its policy has `events: original`'),
  holdMusicFile: file.optional().describe('WAV played to whoever is on hold; default: silence'),
  fallback: z
    .strictObject({
      playFile: file.optional().describe('WAV played to the caller when the app cannot be asked'),
      reject: z.boolean().default(false).describe('Reject with 503 instead of answering with the message'),
    })
    .prefault({}),
})

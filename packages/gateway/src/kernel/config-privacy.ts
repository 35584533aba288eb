import { piiTypes } from '@voxkeep/pii'
import { z } from 'zod'
import { dataClassList } from './config-provider.ts'
import { file, id, region, secretRef } from './config-values.ts'

const bcp47 = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'a language such as "en" or "en-US" (BCP 47)')

const custom = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/, 'lower-case letters, digits and dashes, at most 41')
    .describe('What its findings are called'),
  pattern: z
    .string()
    .min(1)
    .max(500)
    .describe(
      'A regular expression in RE2’s syntax, which takes linear time: no look-around, no back-references',
    ),
  ignoreCase: z.boolean().default(false),
  confidence: z.number().min(0.1).max(1).default(0.9).describe('How sure its findings are'),
})

const presidio = z.strictObject({
  url: z
    .url({ protocol: /^https$/ })
    .describe('Of the service, without `/analyze`. A private address must be in `egress.allowPrivate`'),
  region: region.optional().describe('Where it runs; a tenant with `regions` sends no words elsewhere'),
  caFile: file.optional().describe('Authorities to trust for it, instead of the system’s'),
  authorization: secretRef
    .optional()
    .describe('What to send as `Authorization`, by reference, for a proxy in front of it'),
  entities: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]{0,60}$/))
    .min(1)
    .max(100)
    .optional()
    .describe('What to ask for, in Presidio’s names; default: whatever it is set up for'),
  threshold: z.number().min(0).max(1).default(0.4).describe('How sure it must be'),
  timeoutMs: z.int().min(100).max(20_000).default(2_000).describe('For one line, from name to answer'),
  whenFails: z
    .enum(['withhold', 'keep'])
    .default('withhold')
    .describe(
      'What becomes of a line that it could not review: nothing of it is shown and its whole time is overwritten, or it stays as the gateway’s own engine left it',
    ),
})

const policy = z
  .strictObject({
    id,
    types: z
      .array(z.enum(piiTypes))
      .min(1)
      .optional()
      .describe(
        'What is looked for; default: everything but dates, locations, organisations and addresses of the Internet',
      ),
    threshold: z
      .number()
      .min(0.1)
      .max(0.99)
      .default(0.5)
      .describe('How sure a finding must be to count; lower finds more and takes more that is harmless'),
    languages: z
      .array(z.enum(['en', 'es', 'de', 'fr', 'hi']))
      .min(1)
      .default(['en'])
      .describe(
        'Whose number words, names and context words are known; the first is taken where the engine tells none',
      ),
    custom: z.array(custom).max(50).default([]),
    allow: z
      .array(z.string().min(1).max(200))
      .max(1_000)
      .default([])
      .describe('What may stay although it looks like something: your own numbers and names, as text'),
    presidio: presidio
      .optional()
      .describe('A presidio-analyzer of yours that looks again at every line, before it is shown or kept'),
    engine: id.describe('The engine under `speech` that hears its calls'),
    dataClasses: dataClassList
      .optional()
      .describe(
        'What the calls may hold; an engine that may not hear all of it is refused. Default: `personal`, with `payment` and `health` where such types are looked for',
      ),
    language: bcp47.default('en-US').describe('What is spoken, where the app does not say'),
    hints: z
      .array(z.string().min(1).max(60))
      .max(200)
      .default([])
      .describe('Words that are likely, for the engine'),
    listen: z
      .enum(['calls', 'recordings', 'asked'])
      .default('recordings')
      .describe(
        'When: `calls` from the answer on; `recordings` while one runs; `asked` when the app says `transcribe`. A recording is always listened to unless `redact` is off',
      ),
    redact: z
      .boolean()
      .default(true)
      .describe(
        'Whether recordings are held back, and what is found in them is overwritten before it is sealed',
      ),
    transcripts: z
      .enum(['off', 'redacted', 'redacted+original'])
      .default('redacted')
      .describe(
        'What is kept of what is said; an original lies under keys of its own and needs `transcripts:original`',
      ),
    events: z
      .enum(['off', 'redacted', 'original'])
      .default('redacted')
      .describe('What apps are told as it is said; `original` only to those whose `originals` is true'),
    partials: z.boolean().default(false).describe('Tell apps also what is not final yet'),
    holdMs: z
      .int()
      .min(2_000)
      .max(60_000)
      .default(20_000)
      .describe('The longest that audio waits in memory to be judged (16 kB for each second and call)'),
    unjudged: z
      .enum(['silence', 'tone', 'keep'])
      .default('silence')
      .describe('What becomes of audio that nobody judged in that time'),
    mask: z.enum(['silence', 'tone']).default('silence').describe('What takes the place of what was found'),
    padMs: z
      .int()
      .min(0)
      .max(1_000)
      .default(150)
      .describe('How far beyond the engine’s own times of a word the audio is overwritten'),
    whenSpeechFails: z
      .enum(['silence', 'stop-recording', 'keep'])
      .default('silence')
      .describe(
        'When the engine is gone for good: what is not judged is silenced, or the recording stops, or it goes on unredacted',
      ),
    streamAudio: z
      .enum(['live', 'held'])
      .default('live')
      .describe(
        'What streams hear: `live` everything as it is said; `held` only what was judged, with what was found overwritten, and silence for what nobody judged within `streamHoldMs`. An app may ask for `held`, never for less; where its own policy and its tenant’s differ, `held` wins',
      ),
    streamHoldMs: z
      .int()
      .min(250)
      .max(10_000)
      .default(2_500)
      .describe(
        'The longest that audio for a stream waits to be judged: an app hears callers that much later',
      ),
    finishMs: z
      .int()
      .min(0)
      .max(30_000)
      .default(5_000)
      .describe('How long a call’s end waits for the last words'),
  })
  .refine(({ streamAudio, redact }) => streamAudio === 'live' || redact, {
    path: ['streamAudio'],
    error: '`held` needs `redact`: nobody judges what is said otherwise',
  })

/** What is looked for in what is said, by policies that tenants and apps name. */
export const privacy = z
  .strictObject({ policies: z.array(policy).max(100).default([]) })
  .prefault({})
  .describe('What is looked for in what is said, and what becomes of it')

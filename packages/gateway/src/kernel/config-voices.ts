import { z } from 'zod'
import {
  dataClasses,
  dataClassList,
  optOutWords,
  programOptOut,
  trainingOptOut,
  trusted,
} from './config-provider.ts'
import { id, region, secretRef } from './config-values.ts'

const shared = {
  id,
  region: region
    .optional()
    .describe('Where it reads and keeps what it says; a tenant with `regions` uses no voice elsewhere'),
  dataClasses: dataClassList.describe(
    'What its texts may hold. A call whose texts may hold anything else is refused to it',
  ),
  trainingOptOut: trainingOptOut.describe(optOutWords),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/)
    .default('en-US')
    .describe('What it speaks, where a command does not say (BCP 47)'),
  names: z
    .record(z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/), z.string().min(1).max(200))
    .default({})
    .describe('What its provider or program calls the voice for a language: `de-DE`, else `de`'),
  maxSessions: z
    .int()
    .min(1)
    .max(1_000)
    .default(50)
    .describe('Texts that it makes speech of at the same time'),
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('The longest that it may say nothing: until the first sound, and between two'),
  maxAudioMs: z.int().min(1_000).max(1_800_000).default(300_000).describe('Speech that is longer is cut off'),
}

const reached = {
  ...trusted,
  dangerouslyAllowPlaintext: z
    .boolean()
    .default(false)
    .describe('Allow `http:`, and that only to this machine itself: a voice that has no TLS of its own'),
}

const httpUrl = z.url({ protocol: /^https?$/ })
const sampleRate = z.int().min(8_000).max(48_000)

const command = z.strictObject({
  kind: z.literal('command'),
  ...shared,
  dataClasses: shared.dataClasses.default([...dataClasses]),
  trainingOptOut: programOptOut,
  maxSessions: shared.maxSessions.default(32),
  command: z
    .array(z.string().min(1))
    .min(1)
    .default(['espeak-ng', '--stdin', '--stdout', '-v', '{name}', '-s', '{wpm}'])
    .describe(
      'A program and its arguments, started for each text, which it reads from its input. In them `{name}` becomes the voice’s name for the language (of `names`, else the language itself), `{language}` the language, `{wpm}` words a minute (175 at normal speed), `{rate}` the speed as a factor, `{length}` its inverse',
    ),
  output: z
    .enum(['wav', 'pcm'])
    .default('wav')
    .describe('What it prints; `pcm` is 16-bit little-endian, mono'),
  sampleRate: sampleRate.default(22_050).describe('Of `pcm`; a WAV file says its own'),
})

const openai = z.strictObject({
  kind: z.literal('openai'),
  ...shared,
  ...reached,
  url: httpUrl
    .default('https://api.openai.com/v1/audio/speech')
    .describe('Of the cloud, or of one that you run: the whole address'),
  apiKey: secretRef.optional().describe('Sent as a bearer token'),
  model: z.string().min(1).default('gpt-4o-mini-tts').describe('As the server names them'),
  name: z
    .string()
    .min(1)
    .max(200)
    .default('alloy')
    .describe('The voice, where `names` has none for the language'),
  output: z.enum(['pcm', 'wav']).default('pcm').describe('What is asked for as `response_format`'),
  sampleRate: sampleRate.default(24_000).describe('Of `pcm`; a WAV file says its own'),
  instructions: z.string().max(1_000).optional().describe('How to speak, for models that take it'),
})

const deepgram = z.strictObject({
  kind: z.literal('deepgram'),
  ...shared,
  ...reached,
  url: httpUrl
    .default('https://api.deepgram.com/v1/speak')
    .describe('Of the cloud, or of one that you run: the whole address up to the query'),
  apiKey: secretRef,
  name: z
    .string()
    .min(1)
    .max(200)
    .default('aura-2-thalia-en')
    .describe('The model, where `names` has none for the language'),
})

const elevenlabs = z.strictObject({
  kind: z.literal('elevenlabs'),
  ...shared,
  ...reached,
  url: httpUrl
    .default('https://api.elevenlabs.io/v1/text-to-speech')
    .describe('The address up to the voice’s id'),
  apiKey: secretRef,
  name: z.string().min(1).max(200).describe('The voice’s id, where `names` has none for the language'),
  model: z.string().min(1).default('eleven_flash_v2_5').describe('As its provider names them'),
})

/** What says the words of `say`. */
export const voice = z.discriminatedUnion('kind', [command, openai, deepgram, elevenlabs])

export const voices = z
  .array(voice)
  .max(32)
  .default([])
  .describe(
    'What says the words of `say`, by their ids; default: `espeak`, the program espeak-ng of this machine',
  )
  .superRefine((all, context) =>
    all.forEach((one, index) => {
      if (all.findIndex((other) => other.id === one.id) !== index)
        context.addIssue({ code: 'custom', path: [index, 'id'], message: 'two voices have this id' })
      if (one.kind !== 'command' && /^http:/i.test(one.url) && !one.dangerouslyAllowPlaintext)
        context.addIssue({
          code: 'custom',
          path: [index, 'url'],
          message: 'plaintext needs dangerouslyAllowPlaintext: true, and reaches this machine only',
        })
    }),
  )

/** What was spoken once, and may be spoken again without asking a voice. */
export const promptCache = z
  .strictObject({
    days: z.number().min(0).max(365).default(7).describe('How long; 0: nothing is kept'),
    maxMb: z.number().min(1).max(10_000).default(100).describe('On this node; the oldest go first'),
  })
  .prefault({})
  .describe(
    'Speech of texts that a command says to keep (`cache: true`), sealed under its tenant’s key. Nothing else that is said is kept',
  )

export type VoiceConfig = z.output<typeof voice>
export type VoiceConfigOf<Kind extends VoiceConfig['kind']> = Extract<VoiceConfig, { kind: Kind }>

/** The voice that there is where the configuration names none: Debian's espeak-ng, a program of its own. */
const builtIn = voice.parse({ id: 'espeak', kind: 'command' })

/** The voices that there are; never none. */
export function voicesOf(config: { readonly voices: readonly VoiceConfig[] }): readonly VoiceConfig[] {
  return config.voices.length === 0 ? [builtIn] : config.voices
}

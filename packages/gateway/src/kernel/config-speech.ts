import { z } from 'zod'
import { dataClassList, optOutWords, programOptOut, trainingOptOut, trusted } from './config-provider.ts'
import { id, region, secretRef } from './config-values.ts'

const shared = {
  id,
  region: region
    .optional()
    .describe('Where it hears and keeps what it hears; a tenant with `regions` uses no engine elsewhere'),
  dataClasses: dataClassList.describe(
    'What it may be given. A call whose audio may hold anything else is refused to it',
  ),
  trainingOptOut: trainingOptOut.describe(optOutWords),
  maxSessions: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('Voices at the same time, of all calls; a call has two or more'),
  bufferMs: z
    .int()
    .min(1_000)
    .max(60_000)
    .default(10_000)
    .describe('Audio kept for an engine that is slow or away, each voice; what is older is lost to it'),
  attempts: z
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('How often in a row a connection or request may fail before the voice is given up'),
}

const reached = {
  ...trusted,
  dangerouslyAllowPlaintext: z
    .boolean()
    .default(false)
    .describe(
      'Allow `ws:` or `http:`, and that only to this machine itself: an engine that has no TLS of its own',
    ),
}

const streamed = {
  url: z.url({ protocol: /^wss?$/ }),
  ...reached,
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(5_000)
    .describe('For name, connection and handshake together'),
  stallMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .describe('An engine that is given audio and says nothing for so long is connected to again'),
}

const deepgram = z.strictObject({
  kind: z.literal('deepgram'),
  ...shared,
  ...streamed,
  url: streamed.url
    .default('wss://api.deepgram.com/v1/listen')
    .describe('Of the cloud, or of one that you run: the whole address up to the query'),
  apiKey: secretRef,
  model: z.string().min(1).default('nova-3').describe('As its provider names them'),
  parameters: z
    .record(z.string().regex(/^[a-z_]+$/), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe(
      'Further parameters of its query, such as `endpointing: 300`; those that the gateway sets stay',
    ),
})

const vosk = z.strictObject({
  kind: z.literal('vosk'),
  ...shared,
  ...streamed,
  url: streamed.url.describe('Of a vosk-server’s WebSocket, such as `wss://vosk.example:2700`'),
})

const openai = z.strictObject({
  kind: z.literal('openai'),
  ...shared,
  ...reached,
  url: z
    .url({ protocol: /^https?$/ })
    .describe('The whole address, such as `https://whisper.example/v1/audio/transcriptions`'),
  apiKey: secretRef.optional().describe('Sent as a bearer token'),
  model: z.string().min(1).default('whisper-1').describe('As the server names them; some take any'),
  chunkMs: z
    .int()
    .min(2_000)
    .max(30_000)
    .default(8_000)
    .describe('About how much audio is sent at a time; cut at a pause where there is one'),
  overlapMs: z
    .int()
    .min(0)
    .max(5_000)
    .default(1_000)
    .describe('How much of it is sent again with the next where there was no pause to cut at'),
  timeoutMs: z
    .int()
    .min(500)
    .max(120_000)
    .default(20_000)
    .describe('For one piece, from sending to its last word'),
})

const websocket = z.strictObject({
  kind: z.literal('websocket'),
  ...shared,
  ...streamed,
  url: streamed.url.describe('Of a server that speaks the protocol in docs/speech.md'),
  authorization: secretRef.optional().describe('What to send as `Authorization`, by reference'),
  encoding: z.enum(['mulaw', 'pcm16']).default('mulaw').describe('What audio is sent as, at 8 kHz'),
})

const command = z.strictObject({
  kind: z.literal('command'),
  ...shared,
  trainingOptOut: programOptOut,
  maxSessions: shared.maxSessions.default(8),
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'A program and its arguments, started for each voice; `{language}` in them becomes the language. It reads 16-bit little-endian samples',
    ),
  output: z
    .enum(['json', 'pocketsphinx'])
    .default('json')
    .describe(
      'What it prints: the messages of docs/speech.md, one a line, or what `pocketsphinx_continuous -time yes` does',
    ),
  sampleRate: z
    .union([z.literal(8_000), z.literal(16_000)])
    .default(16_000)
    .describe('8000 or 16000, which tells no more than a telephone does'),
  stallMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(30_000)
    .describe('A program that takes no audio for so long is ended and started again'),
})

/** Engines that turn speech into words. */
export const speech = z
  .strictObject({
    engines: z
      .array(z.discriminatedUnion('kind', [deepgram, vosk, openai, websocket, command]))
      .max(32)
      .default([])
      .describe('Engines that turn speech into words, found by their ids'),
  })
  .prefault({})
  .superRefine(({ engines }, context) => {
    engines.forEach((engine, index) => {
      const at = ['engines', index]
      if (engines.findIndex(({ id }) => id === engine.id) !== index)
        context.addIssue({ code: 'custom', path: [...at, 'id'], message: 'two engines have this id' })
      if (engine.kind === 'command') return
      if (engine.kind === 'openai' && engine.overlapMs > engine.chunkMs / 2)
        context.addIssue({
          code: 'custom',
          path: [...at, 'overlapMs'],
          message: 'must be at most half of chunkMs',
        })
      const isPlain = /^(ws|http):/i.test(engine.url)
      if (isPlain && !engine.dangerouslyAllowPlaintext)
        context.addIssue({
          code: 'custom',
          path: [...at, 'url'],
          message: 'plaintext needs dangerouslyAllowPlaintext: true, and reaches this machine only',
        })
    })
  })

/** What a tenant asks of every engine that hears its calls. */
export const tenantSpeech = z.strictObject({
  trainingOptOut: z
    .enum(['required', 'any'])
    .default('required')
    .describe('`any`: engines may hear its calls that keep what they hear for training'),
})

export type EngineConfig = z.output<typeof speech>['engines'][number]
export type EngineConfigOf<Kind extends EngineConfig['kind']> = Extract<EngineConfig, { kind: Kind }>

import { z } from 'zod'
import { dataClasses } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiVoice } from './deps-voices.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

const voice = z
  .object({
    id: z.string(),
    kind: z.enum(['command', 'openai', 'deepgram', 'elevenlabs']),
    region: z.string().nullable(),
    data_classes: z.array(z.enum(dataClasses)).describe('What its texts may hold'),
    training_opt_out: z.boolean().describe('Whether nothing that it says may be kept for training'),
    refused: z
      .enum(['region', 'training'])
      .nullable()
      .describe('Why it may say nothing of this tenant; null: it may'),
    health: z.enum(['unknown', 'up', 'failing']).describe('Of its latest texts'),
    sessions: z.int().min(0).describe('Texts that it says now'),
    max_sessions: z.int().min(1),
    texts: z.int().min(0).describe('Said since the start'),
    characters: z.int().min(0).describe('Of them all'),
    audio_ms: z.int().min(0).describe('Speech that it made, since the start'),
    failures: z.record(z.string(), z.int()).describe('Why texts were not said, since the start'),
  })
  .meta({ id: 'Voice' })

/** What says words to callers: what is known of each voice, and how it does. */
export function voiceRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/voices',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'listVoices',
      summary: 'List the voices that say words to callers, with their facts and their health',
      description: 'Figures are those of all tenants together.',
      tags: ['speech'],
      response: {
        200: z.object({ data: z.array(voice) }).meta({ id: 'VoiceList' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      return { data: deps.voices.voices(callerOf(request).tenant).map(showVoice) }
    },
  })
}

function showVoice({ facts, health, figures, refused }: ApiVoice): z.output<typeof voice> {
  return {
    id: facts.id,
    kind: facts.kind,
    region: facts.region ?? null,
    data_classes: [...facts.dataClasses],
    training_opt_out: facts.trainingOptOut,
    refused: refused ?? null,
    health,
    sessions: figures.sessions,
    max_sessions: figures.maxSessions,
    texts: figures.texts,
    characters: figures.characters,
    audio_ms: figures.audioMs,
    failures: { ...figures.failures },
  }
}

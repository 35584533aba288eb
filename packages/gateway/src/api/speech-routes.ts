import { z } from 'zod'
import { dataClasses } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiEngine } from './deps-speech.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

const engine = z
  .object({
    id: z.string(),
    kind: z.enum(['deepgram', 'vosk', 'openai', 'websocket', 'command']),
    region: z.string().nullable(),
    data_classes: z.array(z.enum(dataClasses)).describe('What it may be given'),
    training_opt_out: z.boolean().describe('Whether nothing that it hears may be kept for training'),
    refused: z
      .enum(['region', 'training'])
      .nullable()
      .describe('Why it may hear nothing of this tenant; null: it may'),
    health: z.enum(['unknown', 'up', 'failing']).describe('Of its latest connections'),
    sessions: z.int().min(0).describe('Voices that it hears now'),
    max_sessions: z.int().min(1),
    lag_ms: z.int().min(0).describe('How far it is behind, at most'),
    words: z.int().min(0).describe('Heard since the start'),
    lost_ms: z.int().min(0).describe('Audio that it could not be given, since the start'),
    failures: z.record(z.string(), z.int()).describe('Why connections failed, since the start'),
  })
  .meta({ id: 'SpeechEngine' })

/** The engines that turn speech into words: what is known of them, and how they do. */
export function speechRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/speech/engines',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'listSpeechEngines',
      summary: 'List the engines that turn speech into words, with their facts and their health',
      description: 'Figures are those of all tenants together.',
      tags: ['speech'],
      response: {
        200: z.object({ data: z.array(engine) }).meta({ id: 'SpeechEngineList' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      return { data: deps.speech.engines(callerOf(request).tenant).map(showEngine) }
    },
  })
}

function showEngine({ facts, health, figures, refused }: ApiEngine): z.output<typeof engine> {
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
    lag_ms: Math.round(figures.lagMs),
    words: figures.words,
    lost_ms: figures.lostMs,
    failures: { ...figures.failures },
  }
}

import { z } from 'zod'
import { callerOf } from './authenticate.ts'
import type { ApiEngine } from './deps-speech.ts'
import { providerFacts, providerFigures, showProvider } from './provider-view.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

const engine = z
  .object({
    ...providerFacts,
    kind: z.enum(['deepgram', 'vosk', 'openai', 'websocket', 'command']),
    refused: z
      .enum(['region', 'training'])
      .nullable()
      .describe('Why it may hear nothing of this tenant; null: it may'),
    ...providerFigures,
    lag_ms: z.int().min(0).describe('How far it is behind, at most'),
    words: z.int().min(0).describe('Heard since the start'),
    lost_ms: z.int().min(0).describe('Audio that it could not be given, since the start'),
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

function showEngine(one: ApiEngine): z.output<typeof engine> {
  const { lagMs, words, lostMs } = one.figures
  return { ...showProvider(one), lag_ms: Math.round(lagMs), words, lost_ms: lostMs }
}

import { z } from 'zod'
import { callerOf } from './authenticate.ts'
import type { ApiVoice } from './deps-voices.ts'
import { providerFacts, providerFigures, showProvider } from './provider-view.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

const voice = z
  .object({
    ...providerFacts,
    kind: z.enum(['command', 'openai', 'deepgram', 'elevenlabs']),
    refused: z
      .enum(['region', 'training'])
      .nullable()
      .describe('Why it may say nothing of this tenant; null: it may'),
    ...providerFigures,
    texts: z.int().min(0).describe('Said since the start'),
    characters: z.int().min(0).describe('Of them all'),
    audio_ms: z.int().min(0).describe('Speech that it made, since the start'),
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

function showVoice(one: ApiVoice): z.output<typeof voice> {
  const { texts, characters, audioMs } = one.figures
  return { ...showProvider(one), texts, characters, audio_ms: audioMs }
}

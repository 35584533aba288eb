import type { ApiVoices } from './deps-voices.ts'

/** One voice, in Europe, which the tenant `other` may not use: for tests. */
export function fakeVoices(): ApiVoices {
  const facts = {
    id: 'espeak',
    kind: 'command',
    region: 'eu',
    dataClasses: ['personal'],
    trainingOptOut: true,
  } as const
  const figures = {
    sessions: 1,
    maxSessions: 8,
    texts: 3,
    characters: 120,
    audioMs: 9_000,
    failures: { VOICE_STALLED: 1 },
  }
  return {
    voices: (tenant) => [
      { facts, health: 'up', figures, refused: (tenant as string) === 'other' ? 'region' : undefined },
    ],
  }
}

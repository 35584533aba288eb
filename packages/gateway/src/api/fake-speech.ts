import type { ApiSpeech } from './deps-speech.ts'

/** One engine, in Europe, which the tenant `other` may not use: for tests. */
export function fakeSpeech(): ApiSpeech {
  const facts = {
    id: 'local',
    kind: 'vosk',
    region: 'eu',
    dataClasses: ['personal'],
    trainingOptOut: true,
  } as const
  const figures = {
    sessions: 2,
    maxSessions: 100,
    lagMs: 120.4,
    words: 7,
    lostMs: 0,
    failures: { stalled: 1 },
  }
  return {
    engines: (tenant) => [
      { facts, health: 'up', figures, refused: (tenant as string) === 'other' ? 'region' : undefined },
    ],
  }
}

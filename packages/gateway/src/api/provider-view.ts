import { z } from 'zod'
import { dataClasses, type DataClass } from '#kernel'

/** What is told of every engine and voice, beside what its kind has of its own. */
export const providerFacts = {
  id: z.string(),
  region: z.string().nullable(),
  data_classes: z.array(z.enum(dataClasses)).describe('What it may be given'),
  training_opt_out: z.boolean().describe('Whether nothing that it is given may be kept for training'),
}

export const providerFigures = {
  health: z.enum(['unknown', 'up', 'failing']).describe('Of its latest answers'),
  sessions: z.int().min(0).describe('What it does now'),
  max_sessions: z.int().min(1),
  failures: z.record(z.string(), z.int()).describe('Why it had no answer, since the start'),
}

interface Provider<Kind, Health, Why> {
  readonly facts: {
    readonly id: string
    readonly kind: Kind
    readonly region: string | undefined
    readonly dataClasses: readonly DataClass[]
    readonly trainingOptOut: boolean
  }
  readonly health: Health
  readonly figures: {
    readonly sessions: number
    readonly maxSessions: number
    readonly failures: Readonly<Record<string, number>>
  }
  readonly refused: Why | undefined
}

export function showProvider<Kind, Health, Why>(provider: Provider<Kind, Health, Why>) {
  const { facts, health, figures, refused } = provider
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
    failures: { ...figures.failures },
  }
}

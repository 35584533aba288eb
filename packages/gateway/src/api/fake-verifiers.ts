import type { ApiVerifiers } from './deps-verifiers.ts'

/** One engine, in Europe, which the tenant `other` may not use: for tests. It knows the voice of `anna`, and `print-down` is away. */
export function fakeVerifiers(happened: string[]): ApiVerifiers {
  const facts = {
    id: 'print',
    kind: 'https',
    region: 'eu',
    dataClasses: ['biometric'],
    trainingOptOut: true,
  } as const
  const figures = {
    sessions: 1,
    maxSessions: 20,
    failures: { VERIFIER_STALLED: 1 },
  }
  return {
    verifiers: (tenant) => [
      (tenant as string) === 'other'
        ? { facts, health: 'up', figures, results: {}, refused: 'region' }
        : { facts, health: 'up', figures, results: { match: 3, mismatch: 1 }, refused: undefined },
    ],
    pseudonym: (tenant, subject) => `person:${tenant}-${subject.length}`,
    async forget(id, { tenant, subject }) {
      if (id === 'print-down') return 'unavailable'
      if (id !== 'print') return 'unknown'
      happened.push(`forget ${tenant} ${subject}`)
      return subject === 'anna' ? 'forgotten' : 'not-enrolled'
    },
  }
}

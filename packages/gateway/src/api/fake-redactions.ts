import type { Mark } from '#db'
import type { ApiMarks, ApiRedaction, ApiRedactions } from './deps-redactions.ts'

/** Redactions in memory, for tests. */
export interface FakeRedactions {
  readonly deps: ApiRedactions
  marks: readonly Mark[]
  audited: ApiMarks['audited']
  readonly asked: Parameters<ApiRedactions['redact']>[0][]
  outcome: ApiRedaction | Error
}

export function fakeRedactions(happened: string[]): FakeRedactions {
  const fake: FakeRedactions = {
    marks: [],
    audited: 'same',
    asked: [],
    outcome: { kind: 'unusable', state: 'unknown' },
    deps: {
      marks: async () => ({ marks: fake.marks, audited: fake.audited }),
      async redact(request) {
        fake.asked.push(request)
        happened.push('redact')
        if (fake.outcome instanceof Error) throw fake.outcome
        return fake.outcome
      },
    },
  }
  return fake
}

import type { TenantId } from '#kernel'
import { SpeechError, type Verdict, type Verifier } from '#speech'
import type { CallVerifiers } from './deps.ts'

/** For tests: what was asked of the engine, and what it says next. */
export interface FakeVerifiers extends CallVerifiers {
  readonly asked: {
    readonly action: 'verify' | 'enrol'
    readonly subject: string
    readonly phrase: string | undefined
    readonly minScore: number | undefined
    readonly bytes: number
    /** The very memory: zeroed by whom it belongs to. */
    readonly ulaw: Uint8Array
  }[]
  /** In order; the last one repeats. */
  readonly says: (Verdict | SpeechError | Promise<Verdict>)[]
  /** Whose voices it was told to forget. */
  readonly forgotten: string[]
  /** Why it cannot be told to. */
  forgets: SpeechError | undefined
  /** Why it takes no voice. */
  refuses: SpeechError | undefined
  withoutConsent: string | undefined
}

/** One engine, `print`, that finds every voice to match. */
export function fakeVerifiers(): FakeVerifiers {
  const asked: FakeVerifiers['asked'] = []
  const says: FakeVerifiers['says'] = [{ result: 'match', score: 0.9, reasons: [] }]
  async function answer(
    action: 'verify' | 'enrol',
    ...[sample, signal]: Parameters<Verifier['verify']>
  ): Promise<Verdict> {
    const { subject, phrase, minScore, ulaw } = sample
    asked.push({ action, subject, phrase, minScore, bytes: ulaw.length, ulaw })
    const next = says.length > 1 ? says.shift() : says[0]
    if (next === undefined || next instanceof SpeechError) throw next ?? new TypeError('it says nothing')
    const letGo = Promise.withResolvers<never>()
    const leave = () => letGo.reject(new SpeechError('VERIFIER_FAILED', 'let go'))
    signal.addEventListener('abort', leave, { once: true })
    return Promise.race([next, letGo.promise])
  }
  const verifier: Verifier = {
    facts: { id: 'print', kind: 'https', region: 'eu', dataClasses: ['biometric'], trainingOptOut: true },
    get withoutConsent() {
      return fake.withoutConsent
    },
    admit() {
      if (fake.refuses !== undefined) throw fake.refuses
    },
    verify: (...what) => answer('verify', ...what),
    enrol: (...what) => answer('enrol', ...what),
    async forget({ subject }) {
      fake.forgotten.push(subject)
      if (fake.forgets !== undefined) throw fake.forgets
      return 'forgotten'
    },
    health: 'up',
    [Symbol.asyncDispose]: async () => {},
  }
  const fake: FakeVerifiers = {
    asked,
    says,
    forgotten: [],
    forgets: undefined,
    refuses: undefined,
    withoutConsent: undefined,
    verifier: (_app, name) => (name === undefined || name === 'print' ? verifier : undefined),
    pseudonym: (tenant: TenantId, subject) => `person:${tenant}-${subject.length}`,
  }
  return fake
}

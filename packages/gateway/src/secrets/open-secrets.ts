import { timingSafeEqual } from 'node:crypto'
import { ConfigError, type Clock, type Log, type Secret } from '#kernel'
import { SecretError } from './error.ts'
import { placeOf } from './reference.ts'

/** Secrets by reference, in memory, and kept up to date. */
export interface SecretBook extends AsyncDisposable {
  /**
   * The value now. Ask whenever it is used, and keep it nowhere: it is another object once it changed. Throws `ConfigError` for
   * a reference to a service that was not named when the book was opened.
   */
  read(reference: string): Secret<string>
  /** Reads everything again. Never rejects: what cannot be read stays as it was, and the log says so. */
  refresh(): Promise<void>
  /** Told of the references whose values changed. The returned function ends it. */
  onChange(listener: (references: readonly string[]) => void): () => void
}

/** Reads what references lead to. */
export interface SecretSources {
  /** `file:`, `env:`, `credential:`. Throws `ConfigError`. */
  readonly own: (reference: string) => Secret<string>
  /** Begins a round of readings of `vault:` and `aws-sm:`, in which no service is asked twice for the same. They reject with `SecretError`. */
  readonly remote: () => (reference: string) => Promise<Secret<string>>
}

export interface SecretBookDeps extends SecretSources {
  readonly clock: Clock
  readonly log: Log
  readonly count?: (name: string) => void
  /** Between looks at what services hold. */
  readonly refreshMs: number
  /** Between looks at files. */
  readonly fileCheckMs: number
}

const parallel = 8

/** Reads every reference. Rejects with `ConfigError`, naming each that leads nowhere, never with a value in it. */
export async function openSecrets(references: readonly string[], deps: SecretBookDeps): Promise<SecretBook> {
  const isOwn = (reference: string) => placeOf(reference).kind === 'own'
  const own = references.filter(isOwn)
  const remote = references.filter((reference) => !isOwn(reference))
  const values = new Map<string, Secret<string>>()
  const faults = await readAll(references, values, deps)
  if (faults.length > 0) throw new ConfigError(faults.map(({ reference, why }) => `${reference}: ${why}`))

  const listeners = new Set<(references: readonly string[]) => void>()
  const again = async (some: readonly string[]) => {
    const before = new Map(values)
    for (const { reference, why } of await readAll(some, values, deps)) {
      deps.count?.('secret_reads_failed')
      deps.log.warn('a secret cannot be read again; its last value stays', { reference, why })
    }
    const changed = some.filter((reference) => before.get(reference) !== values.get(reference))
    if (changed.length === 0) return
    deps.count?.('secret_changes')
    deps.log.info('secrets have changed', { references: changed })
    for (const listener of listeners) listener(changed)
  }
  const timers = [
    repeat(deps.clock, deps.fileCheckMs, own.length > 0, () => again(own)),
    repeat(deps.clock, deps.refreshMs, remote.length > 0, () => again(remote)),
  ]
  return {
    read(reference) {
      const value = values.get(reference)
      if (value) return value
      if (isOwn(reference)) return deps.own(reference)
      throw new ConfigError([`${reference}: was not read when the gateway started`])
    },
    refresh: () => again(references),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(timers.map((end) => end()))
      values.clear()
    },
  }
}

interface SecretFault {
  readonly reference: string
  readonly why: string
}

/** Puts what it can read into `values`: an unchanged value stays the same object. Answers what it cannot. */
async function readAll(
  references: readonly string[],
  values: Map<string, Secret<string>>,
  sources: SecretSources,
): Promise<readonly SecretFault[]> {
  const left = [...references]
  const remote = sources.remote()
  const faults: SecretFault[] = []
  const worker = async () => {
    for (let reference = left.shift(); reference !== undefined; reference = left.shift()) {
      try {
        const isOwn = placeOf(reference).kind === 'own'
        const value = isOwn ? sources.own(reference) : await remote(reference)
        if (value.reveal() === '') throw new SecretError('SECRET_INVALID', 'is empty')
        const known = values.get(reference)
        if (known === undefined || !isSame(known, value)) values.set(reference, value)
      } catch (error) {
        faults.push({ reference, why: reasonIn(error, reference) })
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return faults
}

/** Only our own words: whatever a foreign error says might have the value in it. */
function reasonIn(error: unknown, reference: string): string {
  if (error instanceof SecretError) return error.message
  if (error instanceof ConfigError) return (error.faults[0] ?? '').replace(`${reference}: `, '')
  return 'cannot be read'
}

function isSame(one: Secret<string>, other: Secret<string>): boolean {
  const [left, right] = [Buffer.from(one.reveal()), Buffer.from(other.reveal())]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Does it again and again, one at a time, until the returned function is called; that one waits for the one under way. */
function repeat(
  clock: Clock,
  everyMs: number,
  isNeeded: boolean,
  act: () => Promise<void>,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let isOver = !isNeeded
  let cancel = () => {}
  const arm = () => {
    if (isOver) return
    cancel = clock.set(everyMs, () => {
      running = act().then(arm, arm)
    })
  }
  arm()
  return () => {
    isOver = true
    cancel()
    return running
  }
}

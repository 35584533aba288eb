import { redactionStore, type Database, type RedactionRow, type RedactionSpan } from '#db'
import type { RecordingId, TenantId } from '#kernel'
import type { Metrics } from './metrics.ts'
import { redactSealed, type RedactionOutcome, type RedactSealedDeps } from './redact-sealed.ts'

export interface RedactionDeps extends Omit<RedactSealedDeps, 'rows'> {
  readonly database: Database
  readonly metrics: Metrics
}

export interface RedactionRequest {
  readonly tenant: TenantId
  readonly recording: RecordingId
  readonly spans: readonly RedactionSpan[]
  readonly mask: 'silence' | 'tone'
  /** Who asked; for the audit log. */
  readonly actor: string
}

/** Redacts recordings that are sealed, one after the other. */
export interface Redactor extends AsyncDisposable {
  /** Resolves when it is done, or will not be; `busy`: too many wait. Rejects when it cannot be done now: then nothing was. */
  redact(request: RedactionRequest): Promise<RedactionOutcome | { readonly kind: 'busy' }>
  /**
   * What a recording that still runs will have to be redacted by, all of it each time. Resolves once it is kept: should we die, it is done at the next
   * start. It waits for the recording's end, and for `later`, which takes its place.
   */
  foresee(request: RedactionRequest): Promise<void>
  /** Resolves once it is kept; it is tried until it is done, or there is nothing to redact any more. */
  later(request: RedactionRequest): Promise<void>
  readonly rows: ReturnType<typeof redactionStore>
}

/** An hour of audio is about a second of work. */
const maxWaiting = 32
const againMs = 10 * 60_000
const pageSize = 100

/** Begins with what a crash left undone. */
export function openRedaction(o: RedactionDeps): Redactor {
  const rows = redactionStore(o.database, o.clock)
  const deps = { ...o, rows }
  const busy = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let isClosed = false
  let running: Promise<void> | undefined
  let isAgain = false
  let cancel = () => {}
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const mine = last.then(task, task)
    waiting += 1
    const done = () => void (waiting -= 1)
    last = mine.then(done, done)
    return mine
  }
  const begin = async (request: RedactionRequest): Promise<RedactionRow> => {
    const id = `red_${Buffer.from(o.random.bytes(16)).toString('hex')}`
    const row = { id, node: o.node, ...request }
    busy.add(id)
    await rows.begin(row)
    return { ...row, target: null, refused: null, created_at: new Date(o.clock.now()) }
  }
  const work = async () => {
    for (let after = '', left = pageSize; left === pageSize;) {
      const page = await rows.waiting({ after, limit: pageSize })
      for (const row of page) {
        if (isClosed) return
        if (!busy.has(row.id)) await inTurn(() => finishLater(deps, row))
        after = row.id
      }
      left = page.length
    }
  }
  const arm = () => {
    cancel()
    if (isClosed) return
    cancel = o.clock.set(againMs, run)
  }
  const run = () => {
    if (running !== undefined) return void (isAgain = true)
    isAgain = false
    running = work()
      .catch((error: unknown) => o.log.warn('redactions wait: they cannot be looked at now', { error }))
      .finally(() => {
        running = undefined
        if (isAgain && !isClosed) run()
        else arm()
      })
  }
  run()
  return {
    rows,
    async redact(request) {
      if (waiting >= maxWaiting) return { kind: 'busy' }
      const row = await begin(request)
      try {
        const outcome = await inTurn(() => redactSealed(deps, row))
        o.metrics.count('redactions', { outcome: outcome.kind })
        return outcome
      } finally {
        await rows.end(row.id).finally(() => busy.delete(row.id))
      }
    },
    foresee: (request) => rows.put({ id: foreseenId(request), node: o.node, ...request }),
    async later(request) {
      const row = await begin(request)
      await rows.end(foreseenId(request))
      busy.delete(row.id)
      run()
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      cancel()
      await running
      await last
    },
  }
}

/** One for each recording. */
function foreseenId({ recording }: RedactionRequest): string {
  return `red_of_${recording}`
}

/** One that nobody waits for: what stands against it is in the audit log. Rejects never. */
async function finishLater(
  deps: RedactSealedDeps & { readonly metrics: Metrics },
  row: RedactionRow,
): Promise<void> {
  const { tenant, recording, actor } = row
  try {
    const outcome = await redactSealed(deps, row)
    if (outcome.kind === 'unusable' && outcome.state === 'recording') return // not yet
    deps.metrics.count('redactions', { outcome: outcome.kind })
    if (outcome.kind !== 'refused') return await deps.rows.end(row.id)
    // It waits until that goes away, and is told once.
    const { why } = outcome.refusal
    if (row.refused === why) return
    deps.log.error('a recording keeps what was to be redacted', { recordingId: recording, why })
    const fields = { recording, spans: row.spans.length, why }
    await deps.audit.append({ type: 'recording.redaction_refused', tenant, actor, fields })
    await deps.rows.refuse(row.id, why)
  } catch (error) {
    deps.metrics.count('redactions', { outcome: 'waiting' })
    deps.log.warn('a redaction waits: it cannot be done now', { recordingId: recording, error })
  }
}

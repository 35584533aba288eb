import type { Audit } from '#audit'
import type { CallTranscript, CallWords, NewTranscript } from '#call'
import { transcriptStore, type Database, type TranscriptRow, type TranscriptStore } from '#db'
import { createId, type Clock, type Config, type Log, type Random } from '#kernel'
import type { KeyPurpose, OpenTenantKeys } from '#keys'
import { ObjectError } from '#objects'
import {
  openTranscript,
  recoverTranscript,
  serializeTranscriptHeader,
  transcriptWriter,
  type OpenedTranscript,
  type OpenTranscriptKey,
  type TranscriptContent,
} from '#vault'
import type { Metrics } from './metrics.ts'
import type { Objects } from './open-objects.ts'
import type { IsStreamOnly } from './stream-only.ts'

export interface TranscriptsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count'>
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly audit: Audit
  readonly objects: Pick<Objects, 'spool' | 'mover' | 'source'>
  readonly isStreamOnly: IsStreamOnly
}

/** What is kept of what was said. */
export interface Transcripts {
  readonly rows: TranscriptStore
  readonly begin: CallWords['begin']
  /** Opens a finished one; rejects when it is gone, its key unknown or a byte changed. */
  read(row: TranscriptRow): Promise<OpenedTranscript>
}

/** What a crash may lose of what was said. */
const sealEveryMs = 10_000

/** Originals have a tenant key of their own, so that they can be destroyed alone. */
const purposes: Readonly<Record<TranscriptContent, KeyPurpose>> = {
  redacted: 'transcript',
  original: 'original',
}

export function openTranscriptKey(keys: Pick<OpenTenantKeys, 'openObject'>): OpenTranscriptKey {
  return ({ tenant, transcript, content }) =>
    keys.openObject({ tenant, purpose: purposes[content], object: transcript })
}

/** Settles the transcripts that a crash left open before any is begun. */
export async function openTranscripts(
  config: Pick<Config, 'node'>,
  deps: TranscriptsDeps,
): Promise<Transcripts> {
  const rows = transcriptStore(deps.database, deps.clock)
  await recoverAll(deps, rows)
  return {
    rows,
    begin: (wanted) => begin(deps, rows, { ...wanted, node: config.node.name }),
    read: async (row) =>
      openTranscript(await deps.objects.source(row.id), openTranscriptKey(deps.keys), expectedOf(row)),
  }
}

/** What its row says of a finished one. */
export function expectedOf(row: TranscriptRow) {
  const { tenant, call_id: call, id: transcript, content, segments } = row
  const state = row.state === 'recovered' ? ('recovered' as const) : ('sealed' as const)
  return { tenant, call, transcript, content, state, segments: segments ?? 0 }
}

async function begin(
  deps: TranscriptsDeps,
  rows: TranscriptStore,
  {
    call,
    tenant,
    content,
    startedAtMs,
    policy,
    engine,
    language,
    node,
  }: NewTranscript & { readonly node: string },
): Promise<CallTranscript | undefined> {
  if (deps.isStreamOnly(tenant)) return undefined
  const { spool, mover } = deps.objects
  if (!spool.hasRoom) throw new ObjectError('OBJECT_SPOOL_FULL', 'too much waits in the spool for its store')
  const id = createId('trn', startedAtMs, deps.random)
  const startedAt = new Date(startedAtMs)
  const key = deps.keys.beginObject({ tenant, purpose: purposes[content], object: id })
  const header = serializeTranscriptHeader({
    tenant,
    call,
    transcript: id,
    content,
    startedAt: startedAt.toISOString(),
  })
  const facts = { content, started_at: startedAt, key_ref: key.tenantKey, policy, engine, language }
  try {
    await Promise.all([key.kept, rows.insert({ id, call_id: call, tenant, node, ...facts })])
  } catch (error) {
    key.plain.fill(0)
    throw error
  }
  const spec = { path: spool.pathOf(id), header, dataKey: key.plain }
  const onFailure = (code: string) => {
    deps.log.error('a transcript stopped by itself', { transcriptId: id, code })
    deps.metrics.count('transcripts_failed', { code })
  }
  const writer = transcriptWriter(spec, { clock: deps.clock, random: deps.random, sealEveryMs, onFailure })
  return {
    id,
    content,
    keyRef: key.tenantKey,
    add: (line) => writer.add(line),
    async finish() {
      try {
        const sealed = await writer.finish()
        await rows.settle(id, { state: 'sealed', sealed })
        mover.poke()
        return sealed
      } catch (error) {
        await rows.settle(id, { state: 'failed' })
        throw error
      }
    },
  }
}

async function recoverAll(deps: TranscriptsDeps, rows: TranscriptStore): Promise<void> {
  for (const row of await rows.unfinished()) {
    const { id, tenant, call_id: call, content } = row
    const unfinished = { tenant, call, transcript: id, content, path: deps.objects.spool.pathOf(id) }
    const outcome = await recoverTranscript(unfinished, openTranscriptKey(deps.keys), deps.log)
    if (outcome === undefined) continue
    await rows.settle(id, outcome)
    const { state } = outcome
    const { lines, sha256 } = outcome.state === 'failed' ? { lines: 0, sha256: null } : outcome.sealed
    deps.metrics.count('transcripts_recovered', { state })
    const fields = { transcript: id, content, state, lines, sha256 }
    await deps.audit.append({ type: 'transcript.recovered', tenant, call, actor: 'system', fields })
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Audit } from '#audit'
import {
  objectRows,
  transcriptStore,
  type Database,
  type ObjectRows,
  type RecordingStore,
  type TranscriptStore,
} from '#db'
import {
  fileSource,
  type ByteSource,
  type Clock,
  type Config,
  type Log,
  type Random,
  type RecordingId,
  type Secret,
  type TranscriptId,
} from '#kernel'
import type { OpenTenantKeys } from '#keys'
import {
  objectKeeper,
  openSpool,
  openStores,
  startMover,
  storeSource,
  verifyObjects,
  type Keeper,
  type ListedRow,
  type Mover,
  type Spool,
  type Stores,
  type VerifyOptions,
  type VerifyReport,
} from '#objects'
import { openRecording, openTranscript } from '#vault'
import type { Metrics } from './metrics.ts'
import { objectEvents } from './object-events.ts'
import { openRecordingKey } from './open-recording-key.ts'
import { expectedOf, openTranscriptKey } from './open-transcripts.ts'
import { startObjectCheck } from './object-check.ts'

export interface ObjectsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly audit: Audit
  readonly recordings: RecordingStore
  readonly readSecret: (reference: string) => Secret<string>
}

/** What keeps sealed objects: the spool, the stores, and what is listed of both. */
export interface Objects extends AsyncDisposable {
  readonly rows: ObjectRows
  readonly spool: Spool
  readonly stores: Stores
  readonly keeper: Keeper
  readonly mover: Mover
  /** Reads a listed object wherever it is. Rejects with `ObjectError`. */
  source(id: string): Promise<ByteSource>
  /** Compares what is listed with what the stores hold. */
  verify(o: VerifyOptions): Promise<VerifyReport>
}

/** Uploads that are older than this were left by a crash. */
const staleMs = 24 * 60 * 60_000

/** Opens the spool and the stores, and begins to move what waits. */
export async function openObjects(config: Config, deps: ObjectsDeps): Promise<Objects> {
  await using stack = new AsyncDisposableStack()
  const { clock, log, database, keys, metrics, random, readSecret } = deps
  const read = (path: string) => readFileSync(path, 'utf8')
  const stores = stack.use(await openStores({ config, clock, random, readSecret, readFile: read }))
  const { maxMiB, parallel } = config.objects.spool
  const maxBytes = maxMiB * 1024 * 1024
  const spool = stack.use(await openSpool({ dir: join(config.dataDir, 'spool'), maxBytes, clock, log }))
  const rows = objectRows(database)
  const onEvent = objectEvents(deps)
  const node = database.isShared ? database.node : undefined
  const shred: Parameters<typeof objectKeeper>[0]['shred'] = (tenant, id) => keys.shredObject(tenant, id)
  const keeper = objectKeeper({ rows, spool, stores, node, shred, clock, log, onEvent })
  const mover = stack.use(startMover({ rows, spool, keeper, clock, log, parallel }))
  const source = (id: string) => sourceOf({ rows, spool, stores }, id)
  const transcripts = transcriptStore(database, clock)
  const authenticate = (row: ListedRow) =>
    row.kind === 'transcript'
      ? authenticateTranscript(deps, transcripts, row, source)
      : authenticateRecording(deps, row, source)
  const verify = (o: VerifyOptions) => verifyObjects({ rows, stores, clock, onEvent, authenticate }, o)
  stack.use(
    startObjectCheck({ ...config.objects.verify, clock, log, verify, cleanUp: () => cleanUp(stores, deps) }),
  )
  metrics.gauge('spool_bytes', 'sealed bytes that wait for their store', () => spool.bytes)
  metrics.gauge('spool_lag_seconds', 'how long the oldest of them waits', () => mover.lagMs / 1_000)
  const owned = stack.move()
  return {
    rows,
    spool,
    stores,
    keeper,
    mover,
    source,
    verify,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function sourceOf(
  { rows, spool, stores }: Pick<Objects, 'rows' | 'spool' | 'stores'>,
  id: string,
): Promise<ByteSource> {
  for (let tries = 0; ; tries++) {
    const row = await rows.find(id)
    if (row?.store != null && row.key !== null) {
      const { store, key, bytes, version_id: versionId } = row
      return storeSource(stores.get(store), { store, key, bytes, versionId: versionId ?? undefined })
    }
    try {
      return await fileSource(spool.pathOf(id))
    } catch (error) {
      if (tries > 0) throw error // else it may have moved while we looked
    }
  }
}

/** Opens every segment of a recording; nothing of it is kept. */
async function authenticateRecording(
  { keys, recordings }: ObjectsDeps,
  row: ListedRow,
  source: Objects['source'],
): Promise<void> {
  const recording = await recordings.get(row.tenant, row.id as RecordingId)
  if (recording === undefined) return // of another kind than audio
  await using reader = await openRecording(await source(row.id), openRecordingKey(keys), {
    tenant: recording.tenant,
    call: recording.call_id,
    recording: recording.id,
    state: recording.state === 'recovered' ? 'recovered' : 'sealed',
    segments: recording.segments ?? 0,
  })
  for await (const part of reader.read(0, reader.durationMs + 1)) part.fill(0) // all of it: lengths are rounded
}

async function authenticateTranscript(
  { keys }: ObjectsDeps,
  transcripts: TranscriptStore,
  { tenant, id }: ListedRow,
  source: Objects['source'],
): Promise<void> {
  const row = await transcripts.get(tenant, id as TranscriptId)
  if (row !== undefined) await openTranscript(await source(id), openTranscriptKey(keys), expectedOf(row))
}

async function cleanUp({ all }: Stores, { clock, log, metrics }: ObjectsDeps): Promise<void> {
  for (const store of all.values()) {
    const count = await store.cleanUp(new Date(clock.now() - staleMs)).catch((error: unknown) => {
      log.warn('what unfinished uploads left cannot be removed now', { store: store.id, error })
      return 0
    })
    if (count === 0) continue
    metrics.count('stale_uploads_removed', { store: store.id }, count)
    log.info('uploads that were never finished are removed', { store: store.id, count })
  }
}

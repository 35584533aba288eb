import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import type { Audit, AuditStore } from '#audit'
import { openDatabase, recordingStore, type Database, type RecordingStore } from '#db'
import {
  createId,
  fakeClock,
  parseConfig,
  readSecret,
  silentLog,
  systemClock,
  type CallId,
  type Config,
  type Log,
  type Random,
  type RecordingId,
  type TenantId,
} from '#kernel'
import { createKeyring, type OpenTenantKeys } from '#keys'
import { databaseOptions } from '#src/database-options.ts'
import { lateSeal } from '#src/late-seal.ts'
import { openMetrics } from '#src/metrics.ts'
import { openAuditLogs, openAuditSigning, type AuditSigning } from '#src/open-audit-logs.ts'
import { openKeys } from '#src/open-keys.ts'
import { openObjects, type Objects } from '#src/open-objects.ts'
import { openRecordingKey } from '#src/open-recording-key.ts'
import { openSecretBook } from '#src/open-secret-book.ts'
import {
  newRecordingHeader,
  openRecording,
  recordingWriter,
  recoverRecordings,
  VaultError,
  type SealedSummary,
} from '#vault'

export const random: Random = { bytes: nodeRandomBytes }
export const tenants = ['acme', 'rival'] as TenantId[]

/** All that a gateway keeps and keeps it with, opened as the gateway does, without calls. */
export interface Kept extends AsyncDisposable {
  readonly config: Config
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly store: AuditStore
  readonly audit: Audit
  readonly signing: AuditSigning
  readonly objects: Objects
  readonly recordings: RecordingStore
}

/** The configuration of a gateway whose data lies below `dir`, with two tenants. */
export function keptConfig(dir: string, sections: Readonly<Record<string, unknown>> = {}): Config {
  const tls = { certFile: 'none', keyFile: 'none' }
  const audit = { checkpoints: { everyS: 1, everyEntries: 50 } }
  const plain = {
    dataDir: join(dir, 'data'),
    sip: { listen: [{ tls }] },
    tenants: tenants.map((id) => ({ id })),
    audit,
  }
  return parseConfig(JSON.stringify({ ...plain, ...sections }), 'test')
}

/** Makes the data folder, and the keyring where there is to be one. */
export async function prepareKept({ dataDir, keys }: Config): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  if (!keys.providers.some(({ kind }) => kind === 'local')) return
  const [local] = keys.providers
  const passphrase = local?.kind === 'local' && local.passphrase ? readSecret(local.passphrase) : undefined
  await createKeyring(join(dataDir, 'keyring.json'), { random, passphrase })
}

export async function openKept(config: Config, log: Log = silentLog): Promise<Kept> {
  await using stack = new AsyncDisposableStack()
  const clock = systemClock
  const metrics = openMetrics()
  const count = () => {}
  const secrets = stack.use(await openSecretBook(config, { clock, log }))
  const seal = lateSeal()
  const database = stack.use(
    await openDatabase({ ...databaseOptions(config, clock, secrets.read), log, seal }),
  )
  const keys = stack.use(await openKeys(config, { clock, random, log, database, onEvent: () => {}, count }))
  seal.fit(keys.fieldSeal)
  const logs = openAuditLogs(config, { database, keys, clock, log })
  stack.defer(() => logs.audit.settled())
  const recordings = recordingStore(database, clock)
  const parts = {
    clock,
    random,
    log,
    metrics,
    database,
    keys,
    audit: logs.audit,
    recordings,
    readSecret: secrets.read,
  }
  const objects = stack.use(await openObjects(config, parts))
  const signing = await openAuditSigning(config, { ...logs, keys, clock, random, log, outside: [], count })
  stack.use(signing.checkpoints)
  const owned = stack.move()
  return {
    config,
    database,
    keys,
    signing,
    objects,
    recordings,
    ...logs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Settles what a kill left, as the gateway does at its start. */
export async function settleKept({ keys, recordings, objects }: Kept): Promise<void> {
  const store = {
    unfinished: async () =>
      (await recordings.unfinished()).map((row) => ({ ...row, path: objects.spool.pathOf(row.recording) })),
    settle: (...[id, end]: Parameters<RecordingStore['settle']>) => recordings.settle(id, end),
  }
  await recoverRecordings({ store, openKey: openRecordingKey(keys), log: silentLog })
  objects.mover.poke()
}

/** What channel `channel` of a recording says at sample `position`. */
export function toneAt(seed: number, channel: 0 | 1, position: number): number {
  return ((position * 7 + (position >> 8) * 13 + channel * 101 + seed) % 250) + 1
}

export interface KeptRecording {
  readonly id: RecordingId
  readonly call: CallId
  readonly tenant: TenantId
  readonly sha256: string
  readonly seed: number
  readonly samples: number
}

const frameSamples = 160
/** Frames between breaths of the disk: the writer holds a minute of audio at most. */
const breath = 400

/** Records `frames` 20 ms frames of both sides faster than life, through the writer that calls use, up to the books. */
export async function record(kept: Kept, tenant: TenantId, frames: number, seed = 0): Promise<KeptRecording> {
  const { sealed, ...recording } = await recordUnsettled(kept, tenant, frames, seed)
  await kept.recordings.settle(recording.id, { state: 'sealed', sealed })
  kept.objects.mover.poke()
  return recording
}

/** As `record`, but for the books: there it runs still, as after a crash. */
export async function recordUnsettled(
  kept: Kept,
  tenant: TenantId,
  frames: number,
  seed = 0,
): Promise<KeptRecording & { readonly sealed: SealedSummary }> {
  const [id, call] = [createId('rec', Date.now(), random), createId('call', Date.now(), random)]
  const {
    plain: dataKey,
    tenantKey,
    kept: listed,
  } = kept.keys.beginObject({ tenant, purpose: 'audio', object: id })
  await Promise.all([listed, kept.recordings.insert(newRow(kept, { id, call, tenant, tenantKey }))])
  const clock = fakeClock()
  const header = newRecordingHeader({ tenant, call, recording: id }, Date.now())
  const spec = { id, path: kept.objects.spool.pathOf(id), header, dataKey, fsyncMs: 5_000 }
  const writer = recordingWriter(spec, { clock, random })
  await writer.ready
  for (let frame = 0; frame < frames; frame++) {
    for (const channel of [0, 1] as const)
      writer.write(channel, frame * frameSamples, toneFrame(seed, channel, frame))
    clock.advance(20)
    if (frame % breath === breath - 1) await new Promise(setImmediate)
  }
  const sealed = await writer.finish()
  return { id, call, tenant, sha256: sealed.sha256, seed, samples: frames * frameSamples, sealed }
}

function newRow(
  { database }: Kept,
  o: { id: RecordingId; call: CallId; tenant: TenantId; tenantKey: string },
): Parameters<RecordingStore['insert']>[0] {
  const { id, call, tenant, tenantKey } = o
  const none = { ended_at: null, duration_ms: null, bytes: null, segments: null, sha256: null } as const
  return {
    ...none,
    id,
    tenant,
    call_id: call,
    node: database.node,
    state: 'recording',
    channels: 2,
    started_at: new Date(),
    key_ref: tenantKey,
  }
}

function toneFrame(seed: number, channel: 0 | 1, frame: number): Uint8Array {
  return Uint8Array.from({ length: frameSamples }, (_, at) =>
    toneAt(seed, channel, frame * frameSamples + at),
  )
}

/** The whole audio of a recording, as its reader gives it out. Rejects with what is wrong with it. */
export async function audioOf(kept: Kept, tenant: TenantId, id: RecordingId): Promise<Uint8Array> {
  const row = await kept.recordings.get(tenant, id)
  if (row === undefined) throw new VaultError('VAULT_NOT_FOUND', 'no such recording')
  await using reader = await openRecording(await kept.objects.source(id), openRecordingKey(kept.keys), {
    tenant: row.tenant,
    call: row.call_id,
    recording: row.id,
    segments: row.segments ?? 0,
    state: row.state === 'recovered' ? 'recovered' : 'sealed',
  })
  const parts: Uint8Array[] = []
  for await (const part of reader.read(0, Number.MAX_SAFE_INTEGER)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

/** Whether audio is what `record` was given. */
export function isTone(
  { seed, samples }: Pick<KeptRecording, 'seed' | 'samples'>,
  audio: Uint8Array,
): boolean {
  if (audio.length !== samples * 2) return false
  return audio.every((code, at) => code === toneAt(seed, (at & 1) as 0 | 1, at >> 1))
}

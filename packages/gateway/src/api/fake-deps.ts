import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPki } from '@voxkeep/pki'
import { memoryTokenStore, openTokens, scopes, type Scope } from '#access'
import type { AuditEvent } from '#audit'
import { changedVariables, type CallCommand, type CreateCall, type CreatedCall } from '#call'
import type { CallLegRow, CallRow, IdempotencyRow, RecordingRow } from '#db'
import {
  createId,
  fakeClock,
  Secret,
  silentLog,
  type AppId,
  type CallId,
  type FakeClock,
  type LegId,
  type RecordingId,
  type StreamId,
  type TenantId,
} from '#kernel'
import type { Deletion } from '#objects'
import { skippedMs, type SkippedSpan } from '#vault'
import { fakeTokenVault, type FakeTokenVault } from '#tokens'
import type { ApiDeps } from './deps.ts'
import { fakeAudit, type FakeAudit } from './fake-audit.ts'
import { fakeAlerts, type FakeAlerts } from './fake-alerts.ts'
import { fakeLive, type FakeLive } from './fake-live.ts'
import { fakeIdempotency } from './fake-idempotency.ts'
import { fakeKeys, type FakeKeys } from './fake-keys.ts'
import { fakeBackups, type FakeBackups } from './fake-backups.ts'
import { fakeConsents, type FakeConsents } from './fake-consents.ts'
import { fakeApiPayments, type FakeApiPayments } from './fake-payments.ts'
import { fakeObjects, type FakeObjects } from './fake-objects.ts'
import { fakeRedactions, type FakeRedactions } from './fake-redactions.ts'
import { fakeSpeech } from './fake-speech.ts'
import { fakeVerifiers } from './fake-verifiers.ts'
import { fakeVoices } from './fake-voices.ts'
import { fakeRetention, type FakeRetention } from './fake-retention.ts'
import { fakeTranscripts, type FakeTranscripts } from './fake-transcripts.ts'
import { fakeTwilio } from './fake-twilio.ts'
import { send, type Received, type Sent } from './fake-send.ts'
import { addCall, tenant } from './fake-rows.ts'
import { startApi } from './start-api.ts'

export { addCall, addLeg, addRecording, tenant } from './fake-rows.ts'

/** The API over real HTTPS on loopback, in front of a world in memory: for tests. */
export interface FakeApi extends AsyncDisposable {
  readonly port: number
  readonly deps: ApiDeps
  readonly auditing: FakeAudit
  readonly clock: FakeClock
  readonly world: FakeWorld
  readonly ca: string
  readonly folder: string
  /** A fresh token's text. */
  token(scopes?: readonly Scope[], more?: { tenant?: string; expiresInMs?: number }): Promise<string>
  send(method: string, path: string, more?: Sent): Promise<Received>
}

export interface FakeWorld {
  readonly calls: Map<CallId, CallRow>
  readonly legs: Map<LegId, CallLegRow>
  readonly recordings: Map<RecordingId, RecordingRow>
  readonly idempotency: Map<string, IdempotencyRow>
  readonly audited: AuditEvent[]
  /** What happened, in order, audit entries included. */
  readonly happened: string[]
  readonly commands: (readonly CallCommand[])[]
  /** What commands do. */
  obey: (call: CallId, commands: readonly CallCommand[]) => void
  readonly created: CreateCall[]
  readonly streams: Set<StreamId>
  /** The payment that calls are at. */
  paying: string | undefined
  /** What is told of a call, beside that it was answered. */
  readonly stories: { readonly kind: string; readonly fields: Readonly<Record<string, string>> }[]
  /** Why calls are not begun. */
  refusal: Extract<CreatedCall, { ok: false }>['why'] | undefined
  failing: { audit?: boolean; command?: boolean; finish?: boolean; open?: boolean }
  openAudio: number
  /** Of every recording. */
  skipped: readonly SkippedSpan[]
  /** How a deletion ends. */
  deletion: Deletion
  readonly objects: FakeObjects
  readonly consents: FakeConsents
  readonly redactions: FakeRedactions
  readonly vault: FakeTokenVault
  readonly payments: FakeApiPayments
  readonly transcripts: FakeTranscripts
  readonly backups: FakeBackups
  readonly retention: FakeRetention
  readonly keys: FakeKeys
  readonly alerts: FakeAlerts
  readonly live: FakeLive
  /** Apps that an anomaly stopped, and whose they are. */
  readonly stops: Map<AppId, TenantId>
}

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
export const pki = await createPki()

export async function startFakeApi(options: { rateLimitPerMinute?: number } = {}): Promise<FakeApi> {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-api-'))
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const { certPem, keyPem } = await pki.issue(['localhost'])
  await writeFile(tls.certFile, certPem)
  await writeFile(tls.keyFile, keyPem)
  const clock = fakeClock()
  const world = fakeWorld()
  const key = new Secret(new Uint8Array(32).fill(3))
  const config = { host: '127.0.0.1', port: 0, tls, rateLimitPerMinute: options.rateLimitPerMinute ?? 60_000 }
  const tokens = openTokens({ store: memoryTokenStore(), pepper: key, clock, random })
  const auditing = await fakeAudit({ clock, random })
  const auditLog = auditing.reader
  const deps: ApiDeps = { config, clock, random, log: silentLog, key, tokens, auditLog, ...worldDeps(world) }
  const api = await startApi(deps)
  return {
    port: api.port,
    deps,
    clock,
    world,
    auditing,
    ca: pki.caPem,
    folder,
    async token(wanted = scopes, more = {}) {
      const own = { name: 'test', scopes: wanted, expiresInMs: more.expiresInMs }
      const issued = await tokens.issueToken({ ...own, tenant: (more.tenant ?? tenant) as TenantId })
      return issued.text.reveal()
    },
    send: (method, path, more) => send({ port: api.port, ca: pki.caPem }, method, path, more),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await auditing[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

function fakeWorld(): FakeWorld {
  const happened: string[] = []
  return {
    calls: new Map(),
    legs: new Map(),
    recordings: new Map(),
    idempotency: new Map(),
    audited: [],
    happened,
    commands: [],
    obey: () => {},
    created: [],
    streams: new Set(),
    paying: undefined,
    stories: [],
    refusal: undefined,
    failing: {},
    openAudio: 0,
    skipped: [],
    deletion: { state: 'deleted' },
    objects: fakeObjects(),
    consents: fakeConsents(),
    redactions: fakeRedactions(happened),
    vault: fakeTokenVault(),
    payments: fakeApiPayments(),
    transcripts: fakeTranscripts(),
    backups: fakeBackups(),
    retention: fakeRetention(),
    keys: fakeKeys(happened),
    alerts: fakeAlerts(),
    live: fakeLive(),
    stops: new Map(),
  }
}

type WorldDeps = Pick<
  ApiDeps,
  | 'alerts'
  | 'live'
  | 'audit'
  | 'calls'
  | 'dialing'
  | 'idempotency'
  | 'keys'
  | 'metrics'
  | 'backups'
  | 'objects'
  | 'consents'
  | 'redactions'
  | 'speech'
  | 'voices'
  | 'verifiers'
  | 'vault'
  | 'payments'
  | 'recordings'
  | 'retention'
  | 'transcripts'
  | 'twilio'
>

function worldDeps(world: FakeWorld): WorldDeps {
  return {
    async audit(event) {
      if (world.failing.audit) throw new Error('audit is down')
      world.audited.push(event)
      world.happened.push(`audit ${event.type}`)
    },
    metrics: async () => '# HELP voxkeep_calls Calls\nvoxkeep_calls 1\n',
    calls: fakeCalls(world),
    recordings: fakeRecordings(world),
    objects: world.objects.deps,
    consents: world.consents.deps,
    redactions: world.redactions.deps,
    speech: fakeSpeech(),
    voices: fakeVoices(),
    verifiers: fakeVerifiers(world.happened),
    vault: world.vault,
    payments: world.payments.deps,
    transcripts: world.transcripts.deps,
    backups: world.backups.deps,
    retention: world.retention.deps,
    keys: world.keys.deps,
    idempotency: fakeIdempotency(world),
    alerts: world.alerts.deps,
    live: world.live,
    twilio: fakeTwilio(),
    dialing: {
      stopped: (owner) => [...world.stops].filter(([, of]) => of === owner).map(([app]) => app),
      async lift(app, actor) {
        world.happened.push(`lift ${app} ${actor.slice(0, 9)}`)
        return world.stops.delete(app)
      },
    },
  }
}

function pageOf<Row extends { id: string; tenant: TenantId }>(
  rows: Iterable<Row>,
  page: { tenant: TenantId; limit: number; before: string | undefined },
  fits: (row: Row) => boolean,
): Row[] {
  return [...rows]
    .filter((row) => row.tenant === page.tenant && fits(row))
    .filter((row) => page.before === undefined || row.id < page.before)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, page.limit)
}

function fakeCalls(world: FakeWorld): ApiDeps['calls'] {
  const own = (tenant: TenantId, id: CallId) => {
    const row = world.calls.get(id)
    return row?.tenant === tenant ? row : undefined
  }
  return {
    list: async (page) =>
      pageOf(
        world.calls.values(),
        page,
        (row) => page.filter.state === undefined || row.state === page.filter.state,
      ),
    get: async (tenant, id) => own(tenant, id),
    legs: {
      get: async (of, id) => [world.legs.get(id)].find((leg) => leg?.tenant === of),
      list: async (page) =>
        pageOf(
          world.legs.values(),
          page,
          (row) => page.filter.callId === undefined || row.call_id === page.filter.callId,
        ),
    },
    story: async () => [
      { seq: 1, at: new Date(0), kind: 'call.answered', fields: { setupMs: 12 } },
      ...world.stories.map((told, index) => ({ seq: index + 2, at: new Date(0), ...told })),
    ],
    receipt: async (tenant, call) =>
      own(tenant, call)?.state === 'ended'
        ? JSON.stringify({ type: 'voxkeep-call-receipt', call: { id: call } })
        : undefined,
    trail: async (tenant, call) => [
      {
        index: 1,
        at: '2026-01-01T00:00:00.000Z',
        tenant,
        call,
        type: 'call.started',
        actor: 'trunk:t',
        fields: {},
        hash: 'ab',
      },
    ],
    async create(request) {
      world.happened.push('create')
      if (world.refusal !== undefined) return { ok: false, why: world.refusal }
      world.created.push(request)
      const { to, variables, tenant: owner } = request
      const about = { direction: 'outbound', state: 'ringing', to, variables, tenant: owner } as const
      return { ok: true, id: addCall(world, about).id }
    },
    async command(id, commands) {
      if (world.failing.command) throw new Error('no such luck')
      world.happened.push('command')
      world.commands.push(commands)
      world.obey(id, commands)
      return 'accepted'
    },
    async hangup(id) {
      world.happened.push('hangup')
      return world.calls.get(id)?.end_reason === 'just now' ? 'ended' : 'accepted'
    },
    paying: () => world.paying,
    async fork(_, command) {
      world.happened.push('fork')
      world.commands.push([command])
      const stream = createId('strm', 1_700_000_000_000 + world.streams.size, random)
      world.streams.add(stream)
      return stream
    },
    async closeStream(_, stream) {
      if (!world.streams.has(stream)) return 'unknown'
      world.happened.push(`close ${stream}`)
      return 'accepted'
    },
    async changeVariables(tenant, id, change) {
      world.happened.push('variables')
      const row = own(tenant, id)
      const variables = changedVariables(row?.variables ?? {}, change)
      if (typeof variables === 'string') return 'refused'
      if (row) world.calls.set(id, { ...row, variables })
      return variables
    },
  }
}

/** A file of `bytes` counting up; a millisecond is 16 bytes, whatever the format. */
function fakeRecordings(world: FakeWorld): ApiDeps['recordings'] {
  return {
    list: async (page) =>
      pageOf(
        world.recordings.values(),
        page,
        (row) => page.filter.callId === undefined || row.call_id === page.filter.callId,
      ),
    async get(tenant, id) {
      const row = world.recordings.get(id)
      return row?.tenant === tenant ? row : undefined
    },
    skipped: async (_tenant, ids) =>
      new Map(ids.flatMap((id) => (world.skipped.length > 0 ? [[id, world.skipped]] : []))),
    async open() {
      if (world.failing.open) throw new Error('tampered')
      world.openAudio += 1
      world.happened.push('open')
      return {
        durationMs: 1_000,
        exportWav(fromMs, toMs, { skipped = [] }) {
          const length = (toMs - fromMs - skippedMs(skipped)) * 16
          return {
            byteLength: length,
            async *bytes(start = 0, end = length) {
              for (let at = start; at < end; at += 100)
                yield Uint8Array.from(
                  { length: Math.min(100, end - at) },
                  (_, index) => (fromMs * 16 + at + index) % 251,
                )
            },
          }
        },
        [Symbol.asyncDispose]: async () => void (world.openAudio -= 1),
      }
    },
    async delete(row) {
      world.happened.push('delete')
      world.recordings.set(row.id, { ...row, state: 'deleted' })
      return world.deletion
    },
  }
}

import { serializeNote, type SignatureKind } from '@voxkeep/tlog'
import type { ApiRetention } from '#api'
import type { Signers } from '#audit'
import {
  callLegStore,
  consentStore,
  redactionStore,
  subjectStore,
  type CallStore,
  type Database,
  type PaymentRow,
  type RecordingStore,
  type SubjectRequestRow,
} from '#db'
import type { CallId, Clock, TenantId } from '#kernel'
import { JobsError, type Jobs } from '#jobs'
import type { OpenTenantKeys } from '#keys'
import { callsOf, subjectArchive, subjectOf, type ArchiveFile } from '#retention'
import { openRecording } from '#vault'
import type { Transcripts } from './open-transcripts.ts'
import type { Objects } from './open-objects.ts'
import { openRecordingKey } from './open-recording-key.ts'
import type { PaymentsPart } from './open-payments.ts'
import type { Retention } from './open-retention.ts'
import type { TokenVaultPart } from './open-token-vault.ts'
import type { IsStreamOnly } from './stream-only.ts'

export interface ApiRetentionDeps {
  readonly retention: Retention
  readonly jobs: Jobs
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly objects: Pick<Objects, 'source'>
  readonly calls: CallStore
  readonly recordings: RecordingStore
  readonly transcripts: Pick<Transcripts, 'rows' | 'read'>
  readonly clock: Clock
  readonly signers: Signers
  /** What archives are signed as. */
  readonly signAs: string
  readonly isStreamOnly: IsStreamOnly
  readonly vault: Pick<TokenVaultPart, 'subjectTokens'>
  readonly paying: Pick<PaymentsPart, 'rows'>
}

/** The log’s other keys sign nothing but checkpoints. */
const plainKind: SignatureKind = 'ed25519'

export function apiRetention(o: ApiRetentionDeps): ApiRetention {
  const { retention, jobs } = o
  return {
    holds: retention.holds,
    subjects: retention.subjects,
    isStreamOnly: o.isStreamOnly,
    plan: retention.plan,
    refusal: retention.refusal,
    claim: retention.claim,
    archive(request, { originals }) {
      if (request.kind !== 'export' || request.state !== 'done' || subjectOf(request) === undefined)
        return undefined
      const facts = { tenant: request.tenant, request: request.id, createdAt: new Date(o.clock.now()) }
      return subjectArchive(filesOf(o, request, originals), facts, (text) => signed(o, text))
    },
    verifierKeys: () =>
      o.signers
        .published(o.signAs)
        .filter(({ key }) => key.kind === plainKind)
        .map(({ key }) => key.text),
    jobs: () => jobs.list(),
    async runJob(name) {
      try {
        await jobs.start(name)
        return true
      } catch (error) {
        if (error instanceof JobsError && error.code === 'JOB_UNKNOWN') return false
        throw error
      }
    },
  }
}

/** A signed note that any tool for them verifies. */
function signed({ signers, signAs, clock }: ApiRetentionDeps, text: string): string {
  const able = signers.current(signAs).filter(({ key }) => key.kind === plainKind)
  return serializeNote({
    text,
    signatures: able.map((one) => one.sign(text, Math.floor(clock.now() / 1_000))),
  })
}

/** All that is kept of a person: a file for each call and transcript, and for each recording where the audio is asked for. */
async function* filesOf(
  o: ApiRetentionDeps,
  request: SubjectRequestRow,
  originals: boolean,
): AsyncGenerator<ArchiveFile> {
  const key = subjectOf(request)
  if (key === undefined) return
  const { tenant } = request
  const subjects = subjectStore(o.database)
  const marks = redactionStore(o.database, o.clock)
  for await (const { id } of callsOf(
    { subjects, clock: o.clock },
    { tenant, key },
    new AbortController().signal,
  )) {
    const call = await o.calls.get(tenant, id)
    if (call === undefined) continue
    const recordings = await o.recordings.list(tenant, { callId: id, limit: 1_000 })
    const events = (await subjects.sent(tenant, id)).map(({ body, ...event }) => ({
      ...event,
      body: shownBody(body),
    }))
    const tokens = await o.vault.subjectTokens.ofCall(tenant, id) // masked: nothing that brings a value back
    const payments = await o.paying.rows.ofCall(tenant, id)
    const consents = (
      await consentStore(o.database).list(tenant, { call: id, limit: 1_000, before: undefined })
    ).map(({ party_index: _index, ...shown }) => shown)
    const story = await o.calls.story(tenant, id)
    const legs = await callLegStore(o.database).list(tenant, { callId: id, limit: 1_000, before: undefined })
    const paid = payments.map(shownPayment)
    yield json(`calls/${id}.json`, {
      call,
      legs,
      story,
      recordings,
      events,
      consents,
      tokens,
      payments: paid,
    })
    yield* transcriptsOf(o, tenant, id, originals)
    const playable = recordings.filter(({ state }) => state === 'sealed' || state === 'recovered')
    for (const { id: recording } of playable) {
      const drawn = await marks.marks(tenant, recording)
      if (drawn.length > 0) yield json(`recordings/${recording}.marks.json`, drawn)
    }
    if (request.with_audio) for (const recording of playable) yield* wavOf(o, recording)
  }
}

async function* transcriptsOf(
  { transcripts }: ApiRetentionDeps,
  tenant: TenantId,
  call: CallId,
  withOriginals: boolean,
): AsyncGenerator<ArchiveFile> {
  for (const row of await transcripts.rows.ofCall(tenant, call)) {
    const isReadable = row.state === 'sealed' || row.state === 'recovered'
    if (!isReadable || (row.content === 'original' && !withOriginals)) continue
    const { lines } = await transcripts.read(row)
    yield json(`transcripts/${row.id}.json`, { transcript: row, lines })
  }
}

/** Without what only we and the provider know it by. */
function shownPayment({
  fingerprint: _f,
  idempotency_key: _k,
  node: _n,
  next_at: _t,
  attempts: _a,
  provider_token: _p,
  ...shown
}: PaymentRow): object {
  return shown
}

function json(path: string, value: unknown): ArchiveFile {
  const content = Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
  return { path, bytes: content.length, content: [content] }
}

async function* wavOf(
  o: ApiRetentionDeps,
  row: Awaited<ReturnType<RecordingStore['list']>>[number],
): AsyncGenerator<ArchiveFile> {
  const expected = {
    tenant: row.tenant,
    call: row.call_id,
    recording: row.id,
    state: row.state === 'recovered' ? ('recovered' as const) : ('sealed' as const),
    segments: row.segments ?? 0,
  }
  await using reader = await openRecording(await o.objects.source(row.id), openRecordingKey(o.keys), expected)
  const wav = reader.exportWav(0, reader.durationMs, { format: 'pcm16' })
  yield { path: `recordings/${row.id}.wav`, bytes: wav.byteLength, content: wav.bytes() }
}

/** What a dialect sent may be a form. */
function shownBody(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

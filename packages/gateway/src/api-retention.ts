import { serializeNote, type SignatureKind } from '@voxkeep/tlog'
import type { ApiRetention } from '#api'
import type { Signers } from '#audit'
import { subjectStore, type CallStore, type Database, type RecordingStore, type SubjectRequestRow } from '#db'
import type { Clock } from '#kernel'
import { JobsError, type Jobs } from '#jobs'
import type { OpenTenantKeys } from '#keys'
import { callsOf, subjectArchive, subjectOf, type ArchiveFile } from '#retention'
import { openRecording } from '#vault'
import type { Objects } from './open-objects.ts'
import { openRecordingKey } from './open-recording-key.ts'
import type { Retention } from './open-retention.ts'
import type { IsStreamOnly } from './stream-only.ts'

export interface ApiRetentionDeps {
  readonly retention: Retention
  readonly jobs: Jobs
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly objects: Pick<Objects, 'source'>
  readonly calls: CallStore
  readonly recordings: RecordingStore
  readonly clock: Clock
  readonly signers: Signers
  /** What archives are signed as. */
  readonly signAs: string
  readonly isStreamOnly: IsStreamOnly
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
    archive(request) {
      if (request.kind !== 'export' || request.state !== 'done' || subjectOf(request) === undefined)
        return undefined
      const facts = { tenant: request.tenant, request: request.id, createdAt: new Date(o.clock.now()) }
      return subjectArchive(filesOf(o, request), facts, (text) => signed(o, text))
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

/** All that is kept of a person: a file for each call, and one for each recording where the audio is asked for. */
async function* filesOf(o: ApiRetentionDeps, request: SubjectRequestRow): AsyncGenerator<ArchiveFile> {
  const key = subjectOf(request)
  if (key === undefined) return
  const { tenant } = request
  const subjects = subjectStore(o.database)
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
      body: JSON.parse(body) as unknown,
    }))
    yield json(`calls/${id}.json`, { call, story: await o.calls.story(tenant, id), recordings, events })
    const playable = recordings.filter(({ state }) => state === 'sealed' || state === 'recovered')
    if (request.with_audio) for (const recording of playable) yield* wavOf(o, recording)
  }
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

import type { Audit } from '#audit'
import type { Mark, RecordingRow, RecordingStore, RedactionRow, RedactionStore } from '#db'
import { createId, type Clock, type Log, type Random, type RecordingId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { marksDigest, recordingMarks, redactRecording, type ResealedRecording } from '#vault'
import { currentRecording } from './current-recording.ts'
import type { Objects } from './open-objects.ts'
import { openRecordingKey } from './open-recording-key.ts'
import type { Refusal, Retention } from './open-retention.ts'

export interface RedactSealedDeps {
  readonly rows: RedactionStore
  readonly recordings: RecordingStore
  readonly objects: Pick<Objects, 'source' | 'keeper' | 'mover' | 'spool'>
  readonly keys: Pick<OpenTenantKeys, 'beginObject' | 'shredObject' | 'openObject'>
  readonly audit: Pick<Audit, 'append'>
  readonly retention: Pick<Retention, 'refusal'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** This node’s name: whose spool it is. */
  readonly node: string
}

export type RedactionOutcome =
  | { readonly kind: 'redacted'; readonly recording: RecordingRow; readonly replaced: RecordingId }
  /** All of it was overwritten before. */
  | { readonly kind: 'unchanged'; readonly recording: RecordingRow }
  /** A hold, the law or a lock keeps the recording as it is. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** There is no audio to redact. */
  | { readonly kind: 'unusable'; readonly state: RecordingRow['state'] | 'unknown' }

const samplesPerMs = 8
/** Another redaction of the same recording may win as often before this one gives up until it is asked for again. */
const maxTries = 3

/**
 * Redacts what is sealed already: a recording in which the touched sections are sealed anew, with the stretches overwritten, takes the
 * place of the old one, whose key is destroyed then. Died anywhere in it, there is one recording that can be read, and the redaction
 * can be begun again. Rejects when a key, a store, the database or the audit log is away: then the old recording is as it was.
 */
export async function redactSealed(deps: RedactSealedDeps, asked: RedactionRow): Promise<RedactionOutcome> {
  if (asked.target !== null) await dropLeftover(deps, asked, asked.target)
  for (let tries = 0; tries < maxTries; tries++) {
    const outcome = await attempt(deps, asked)
    if (outcome !== 'overtaken') return outcome
  }
  throw new Error('other redactions of the recording were faster')
}

async function attempt(deps: RedactSealedDeps, asked: RedactionRow): Promise<RedactionOutcome | 'overtaken'> {
  const { rows, random, clock } = deps
  const old = await currentRecording(deps.recordings, asked.tenant, asked.recording)
  if (old?.state !== 'sealed' && old?.state !== 'recovered')
    return { kind: 'unusable', state: old?.state ?? 'unknown' }
  const refusal = await deps.retention.refusal(old.call_id, old.id)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const target = createId('rec', clock.now(), random)
  await rows.aim(asked.id, target)
  try {
    const { sealed, keyRef } = await reseal(deps, asked, old, target)
    const marks = await marksAfter(deps, asked, old)
    const outcome = sealed.isChanged
      ? await replace(deps, asked, { old, target, keyRef, sealed, marks })
      : 'unchanged'
    if (outcome === 'replaced') return await finish(deps, old, target)
    await dropLeftover(deps, asked, target)
    if (outcome === 'gone') return 'overtaken'
    if (outcome === 'unchanged') return { kind: 'unchanged', recording: old }
    return { kind: 'refused', refusal: (await deps.retention.refusal(old.call_id, old.id)) ?? held }
  } catch (error) {
    await dropLeftover(deps, asked, target).catch((cause: unknown) => {
      deps.log.warn('what a redaction began is removed at the next start', {
        recordingId: target,
        error: cause,
      })
    })
    throw error
  }
}

const held: Refusal = { why: 'hold', holds: [], until: null }

async function reseal(
  { keys, objects, random }: RedactSealedDeps,
  asked: RedactionRow,
  old: RecordingRow,
  target: RecordingId,
): Promise<{ readonly sealed: ResealedRecording; readonly keyRef: string }> {
  const { tenant } = asked
  const from = await objects.source(old.id)
  const { plain: dataKey, tenantKey, kept } = keys.beginObject({ tenant, purpose: 'audio', object: target })
  try {
    await kept
    const sealed = await redactRecording({
      from,
      openKey: openRecordingKey(keys),
      expected: {
        tenant,
        call: old.call_id,
        recording: old.id,
        state: old.state === 'recovered' ? 'recovered' : 'sealed',
        segments: old.segments ?? 0,
        sha256: old.sha256 ?? '',
      },
      spans: asked.spans,
      mask: asked.mask,
      to: { id: target, path: objects.spool.pathOf(target), dataKey },
      random,
    })
    return { sealed, keyRef: tenantKey }
  } finally {
    dataKey.fill(0)
  }
}

interface Resealed {
  readonly old: RecordingRow
  readonly target: RecordingId
  readonly keyRef: string
  readonly sealed: ResealedRecording
  readonly marks: readonly Mark[]
}

/** The entry comes first, with both hashes: what a receipt or a backup says of the old recording can be followed to the new one. */
async function replace(
  { audit, rows, node }: RedactSealedDeps,
  asked: RedactionRow,
  { old, target, keyRef, sealed, marks }: Resealed,
): Promise<'replaced' | 'held' | 'gone'> {
  const about = { tenant: asked.tenant, call: old.call_id, actor: asked.actor }
  const fields = {
    recording: old.id,
    replacedBy: target,
    spans: asked.spans.length,
    sha256Before: old.sha256,
    sha256: sealed.sha256,
    keyRef,
    sectionsSealed: sealed.sections,
    marksSha256: marksDigest(marks),
  }
  await audit.append({ type: 'recording.redacted', ...about, fields })
  const { tenant } = asked
  const outcome = await rows.replace({
    tenant,
    old: old.id,
    id: target,
    keyRef,
    node,
    sealed,
    marks,
    redaction: asked.id,
  })
  if (outcome !== 'replaced')
    await audit.append({ type: 'recording.kept', ...about, fields: { recording: old.id, why: outcome } })
  return outcome
}

async function finish(
  { objects, recordings, log }: RedactSealedDeps,
  old: RecordingRow,
  target: RecordingId,
): Promise<RedactionOutcome> {
  // It is decided and listed: what fails now, the mover does.
  await objects.keeper.deleteObject(old.id).catch((error: unknown) => {
    log.warn('the recording before its redaction goes as soon as it can', { recordingId: old.id, error })
  })
  objects.mover.poke()
  const recording = await recordings.get(old.tenant, target)
  return recording === undefined
    ? { kind: 'unusable', state: 'unknown' }
    : { kind: 'redacted', recording, replaced: old.id }
}

async function marksAfter(
  { rows }: RedactSealedDeps,
  asked: RedactionRow,
  old: RecordingRow,
): Promise<readonly Mark[]> {
  const marks = recordingMarks()
  for (const { channel, from_ms, to_ms, kind, why } of await rows.marks(asked.tenant, old.id))
    marks.add(channel, from_ms * samplesPerMs, to_ms * samplesPerMs, kind, why)
  for (const { channel, fromMs, toMs, why } of asked.spans)
    marks.add(channel, Math.floor(fromMs * samplesPerMs), Math.ceil(toMs * samplesPerMs), 'redacted', why)
  return marks.list((old.duration_ms ?? 0) * samplesPerMs)
}

/** A recording that was being sealed and is not listed: its key first, as ever. */
async function dropLeftover(
  { keys, objects, recordings }: RedactSealedDeps,
  { tenant }: RedactionRow,
  target: RecordingId,
): Promise<void> {
  if ((await recordings.get(tenant, target)) !== undefined) return
  await keys.shredObject(tenant, target)
  await objects.spool.remove(target)
}

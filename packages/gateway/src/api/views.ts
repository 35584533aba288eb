import type { z } from 'zod'
import type { TokenRow } from '#access'
import type { CallEventRow, CallRow, RecordingRow } from '#db'
import { accountSid, sid } from '#kernel'
import type { call, callDetail, recording, token } from './schemas.ts'

const iso = (at: Date | null) => at?.toISOString() ?? null

/** Rows as the API shows them. Each names its fields, so that a new column is not shown by accident. */
export function showCall(row: CallRow): z.input<typeof call> {
  return {
    id: row.id,
    call_sid: sid('CA', row.id),
    app: row.app,
    trunk: row.trunk,
    direction: row.direction,
    from: row.from,
    to: row.to,
    state: row.state,
    end_reason: row.end_reason,
    started_at: row.started_at.toISOString(),
    answered_at: iso(row.answered_at),
    ended_at: iso(row.ended_at),
    variables: { ...row.variables },
  }
}

export function showCallDetail(row: CallRow, story: readonly CallEventRow[]): z.input<typeof callDetail> {
  return {
    ...showCall(row),
    story: story.map(({ at, kind, fields }) => ({ at: at.toISOString(), kind, fields: { ...fields } })),
    receipt: row.receipt,
    ladder: row.ladder,
  }
}

export function showRecording(row: RecordingRow): z.input<typeof recording> {
  return {
    id: row.id,
    recording_sid: sid('RE', row.id),
    call_id: row.call_id,
    state: row.state,
    started_at: row.started_at.toISOString(),
    ended_at: iso(row.ended_at),
    duration_ms: row.duration_ms,
    channels: row.channels,
    bytes: row.bytes,
    segments: row.segments,
    sha256: row.sha256,
    key_ref: row.key_ref,
    replaces: row.replaces,
    replaced_by: row.replaced_by,
  }
}

export function showToken(row: TokenRow): z.input<typeof token> {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: [...row.scopes],
    created_at: row.created_at.toISOString(),
    expires_at: iso(row.expires_at),
    revoked_at: iso(row.revoked_at),
    last_used_at: iso(row.last_used_at),
    account_sid: accountSid(row.tenant),
    key_sid: sid('SK', row.id),
  }
}

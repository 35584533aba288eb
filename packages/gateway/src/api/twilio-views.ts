import type { CallRow, RecordingRow } from '#db'
import { rfc2822, twilioEnd } from '#dialect'
import { accountSid, sid, type CallId, type TenantId } from '#kernel'
import { skippedMs, type SkippedSpan } from '#vault'
import { twilioPrefix } from './twilio-account.ts'

const time = (at: Date | null) => (at === null ? null : rfc2822(at.getTime()))

export type TwilioCallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled'

/** Where an account's things lie. */
export function accountUri(tenant: string): string {
  return `${twilioPrefix}Accounts/${accountSid(tenant)}`
}

/** A call's state in Twilio's word: at its end the one that its status callback has. */
export function twilioStatus(
  call: Pick<CallRow, 'state' | 'answered_at' | 'end_reason'>,
): Exclude<TwilioCallStatus, 'queued'> {
  switch (call.state) {
    case 'ringing':
      return 'ringing'
    case 'active':
      return 'in-progress'
    case 'ended':
      return twilioEnd(call.end_reason ?? '', call.answered_at !== null, undefined).status
  }
}

/** What is shown of a call, or of a leg that one dialled. */
export interface ShownCall {
  readonly id: string
  readonly tenant: TenantId
  readonly from: string
  readonly to: string
  readonly started_at: Date
  readonly answered_at: Date | null
  readonly ended_at: Date | null
  readonly status: TwilioCallStatus
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  /** The call that dialled it. */
  readonly parent?: CallId
}

export function shownCall(row: CallRow, status: TwilioCallStatus = twilioStatus(row)): ShownCall {
  return { ...row, status, direction: row.direction === 'inbound' ? 'inbound' : 'outbound-api' }
}

/** A call as Twilio's clients read it. What we do not know, such as a price, is null. */
export function showTwilioCall(row: ShownCall) {
  const uri = `${accountUri(row.tenant)}/Calls/${sid('CA', row.id)}`
  return {
    sid: sid('CA', row.id),
    date_created: time(row.started_at),
    date_updated: time(row.ended_at ?? row.answered_at ?? row.started_at),
    parent_call_sid: row.parent === undefined ? null : sid('CA', row.parent),
    account_sid: accountSid(row.tenant),
    to: row.to,
    to_formatted: row.to,
    from: row.from,
    from_formatted: row.from,
    phone_number_sid: null,
    status: row.status,
    start_time: time(row.started_at),
    end_time: time(row.ended_at),
    duration: durationOf(row),
    price: null,
    price_unit: null,
    direction: row.direction,
    answered_by: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: {
      recordings: `${uri}/Recordings.json`,
      streams: `${uri}/Streams.json`,
      payments: `${uri}/Payments.json`,
    },
  }
}

/** Whole seconds from the answer to the end, as text; null while it lasts. */
function durationOf({ answered_at: from, ended_at: until }: ShownCall): string | null {
  if (until === null) return null
  return String(from === null ? 0 : Math.round((until.getTime() - from.getTime()) / 1_000))
}

export type TwilioRecordingStatus = 'in-progress' | 'paused' | 'stopped' | 'completed' | 'absent'

/** A recording's state in Twilio's word, but for a pause, which is no state of the recording here. */
export function twilioRecordingStatus({ state }: Pick<RecordingRow, 'state'>): TwilioRecordingStatus {
  switch (state) {
    case 'recording':
      return 'in-progress'
    case 'sealed':
    case 'recovered':
      return 'completed'
    case 'failed':
    case 'deleted':
      return 'absent'
  }
}

/** A recording as Twilio's clients read it. `duration` is in whole seconds, without the pauses that are skipped; `encryption_details` are Twilio's own way, not ours. */
export function showTwilioRecording(
  row: RecordingRow,
  status: TwilioRecordingStatus = twilioRecordingStatus(row),
  skipped: readonly SkippedSpan[] = [],
) {
  const account = accountUri(row.tenant)
  const seconds =
    row.duration_ms === null ? null : String(Math.round((row.duration_ms - skippedMs(skipped)) / 1_000))
  return {
    account_sid: accountSid(row.tenant),
    api_version: '2010-04-01',
    call_sid: sid('CA', row.call_id),
    conference_sid: null,
    date_created: time(row.started_at),
    date_updated: time(row.ended_at ?? row.started_at),
    start_time: time(row.started_at),
    duration: seconds,
    sid: sid('RE', row.id),
    price: null,
    price_unit: null,
    status,
    channels: row.channels,
    source: 'StartCallRecordingAPI',
    error_code: null,
    track: 'both',
    encryption_details: null,
    uri: `${account}/Recordings/${sid('RE', row.id)}.json`,
    media_url: `${account}/Recordings/${sid('RE', row.id)}`,
    subresource_uris: {},
  }
}

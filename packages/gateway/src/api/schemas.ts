import { z } from 'zod'
import { scopes } from '#access'

const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-f]{32}$`))
const time = z.iso.datetime({ precision: 3 })
const nullableTime = time.nullable()

export const callId = idOf('call')
export const recordingId = idOf('rec')
export const tokenId = idOf('tok')
export const alertId = idOf('alrt')
export const scope = z.enum(scopes)

export const problem = z
  .object({
    type: z.string().describe('`urn:voxkeep:problem:` and the problem’s name'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.int().describe('The problem’s number; it never changes its meaning'),
    request_id: z.string().describe('Finds the request in the gateway’s log'),
    why: z.string().optional().describe('Which rule stands against it, in one word'),
    errors: z
      .array(z.object({ pointer: z.string(), in: z.string(), detail: z.string() }))
      .optional()
      .describe('What is wrong where, as JSON pointers'),
  })
  .meta({ id: 'Problem', description: 'A problem (RFC 9457)' })

export const call = z
  .object({
    id: callId,
    call_sid: z.string().describe('The same id in the form that streams carry: `CA…`'),
    app: z.string(),
    trunk: z.string(),
    direction: z.enum(['inbound', 'outbound']),
    from: z.string(),
    to: z.string(),
    state: z.enum(['ringing', 'active', 'ended']),
    end_reason: z.string().nullable(),
    started_at: time,
    answered_at: nullableTime,
    ended_at: nullableTime,
    variables: z.record(z.string(), z.string()).describe('What your app noted about the call'),
  })
  .meta({ id: 'Call' })

export const callDetail = call
  .extend({
    story: z
      .array(z.object({ at: time, kind: z.string(), fields: z.record(z.string(), z.unknown()) }))
      .describe('What happened, in order'),
    receipt: z.unknown().describe('How the call was protected; null until it has ended'),
    ladder: z.unknown().describe('The SIP messages, without anything secret'),
  })
  .meta({ id: 'CallDetail' })

export const accepted = z.object({ call_id: callId, accepted: z.literal(true) }).meta({
  id: 'Accepted',
  description: 'Taken on; what becomes of it is told by webhook and in the call’s story',
})

export const auditEntry = z
  .object({
    index: z.int().describe('Its place in the tenant’s log, from 0'),
    at: z.string(),
    type: z.string(),
    actor: z.string(),
    fields: z.record(z.string(), z.unknown()),
    hash: z
      .string()
      .describe(
        'Hex of the leaf’s hash (RFC 9162 §2.1.1): SHA-256 over a zero byte and the entry’s canonical JSON',
      ),
  })
  .meta({ id: 'AuditEntry' })

export const recording = z
  .object({
    id: recordingId,
    recording_sid: z.string(),
    call_id: callId,
    state: z.enum(['recording', 'sealed', 'recovered', 'failed', 'deleted']),
    started_at: time,
    ended_at: nullableTime,
    duration_ms: z.int().nullable().describe('Null while it is being recorded'),
    channels: z.literal(2).describe('The caller on the left, the app on the right'),
    bytes: z.int().nullable().describe('Size of the sealed object'),
    segments: z.int().nullable(),
    sha256: z.string().nullable().describe('Of the whole sealed object'),
    key_ref: z.string().describe('The tenant’s key under which its own was made'),
    replaces: z
      .string()
      .nullable()
      .describe('The recording of which this is what was left when it was redacted'),
    replaced_by: z
      .string()
      .nullable()
      .describe('What was left of this one when it was redacted; reading or deleting this one means that'),
  })
  .meta({ id: 'Recording' })

export const token = z
  .object({
    id: tokenId,
    name: z.string(),
    prefix: z.string().describe('The beginning of the token, to tell it from others'),
    scopes: z.array(scope),
    created_at: time,
    expires_at: nullableTime,
    revoked_at: nullableTime,
    last_used_at: nullableTime.describe('Exact to a minute'),
    account_sid: z.string().describe('`AC…`: what Twilio’s clients take for its tenant'),
    key_sid: z.string().describe('`SK…`: what Twilio’s clients take for the token, if not the account'),
  })
  .meta({ id: 'Token' })

export const newToken = token
  .extend({
    token: z
      .string()
      .nullable()
      .describe('The only time it is shown; null when an idempotent request is answered again'),
  })
  .meta({ id: 'NewToken' })

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(256).optional().describe('`next_cursor` of the page before'),
})

export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      data: z.array(item),
      has_more: z.boolean(),
      next_cursor: z.string().nullable(),
    })
    .meta({ id })
}

export const alert = z
  .object({
    id: alertId,
    tenant: z.string(),
    rule: z.string(),
    title: z.string(),
    severity: z.enum(['notice', 'warning', 'high', 'critical']),
    state: z.enum(['open', 'acknowledged']),
    group: z.string().nullable().describe('Whom or what it is about: an actor, say'),
    events: z.int(),
    types: z.record(z.string(), z.int()).describe('How many events of each type'),
    examples: z.array(z.string()).describe('The first events, as `log#index`'),
    counted: z.int().describe('What was counted in the rule’s window'),
    limit: z.int().describe('What it reached'),
    usual: z.number().nullable().describe('What is usual in such a window; null where the rule does not ask'),
    first_at: time,
    last_at: time,
    acknowledged_at: nullableTime,
    acknowledged_by: z.string().nullable(),
  })
  .meta({ id: 'Alert' })

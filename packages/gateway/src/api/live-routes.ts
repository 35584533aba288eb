import { Readable } from 'node:stream'
import { z } from 'zod'
import { sid, type CallId, type TenantId, type TokenId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import type { ApiLiveCall, ApiLiveItem, ApiLiveLine } from './deps-live.ts'
import { ApiError } from './problem.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'
import { callId } from './schemas.ts'

const tags = ['calls']
/** Each keeps a connection and has every event of its tenant copied. */
const maxWatchers = 32
/** So that one tenant cannot keep all others from watching. */
const maxOfTenant = 8
/** What may wait for one that reads slowly; then it is cut off, and may come again. */
const maxWaitingBytes = 1_024 * 1_024
const aliveMs = 15_000
const maxWatchS = 3_600
const headers = { 'retry-after': '30' }

const liveCall = z
  .object({
    id: callId,
    call_sid: z.string(),
    app: z.string(),
    trunk: z.string(),
    direction: z.enum(['inbound', 'outbound']),
    from: z.string(),
    to: z.string(),
    state: z.enum(['ringing', 'active', 'ended']),
    started_at: z.iso.datetime(),
    answered_at: z.iso.datetime().nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'LiveCall' })

const liveDetail = z
  .object({
    call: liveCall,
    story: z.array(
      z.object({
        at: z.iso.datetime(),
        kind: z.string(),
        fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    ),
    receipt: z.unknown().describe('The security receipt so far, not signed yet'),
    ladder: z.unknown(),
    media: z
      .unknown()
      .describe('Packets, loss, jitter and MOS of the first leg so far; null before there is audio'),
  })
  .meta({ id: 'LiveCallDetail' })

/** The calls that go on, for people who watch them: the live page, and `client.live`. */
export function liveRoutes({ app, deps }: RouteContext): void {
  const places = watchPlaces()
  app.route({
    method: 'GET',
    url: '/v1/live',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'watchCalls',
      summary: 'Watch the calls that go on at this node',
      description:
        'One JSON object a line, for as long as `for_s` says: first `{"kind":"calls","calls":[…]}`, then `call`, `story` and `level` as they happen, and an empty line every 15 s. A watcher that reads too slowly is cut off. At most 8 of a tenant watch at a time, and 32 at a node; more are refused with 429 (`watchers-limited`; `why` is `tenant` or `node`). Watching is in the audit log.',
      tags,
      querystring: z.object({
        for_s: z.coerce
          .number()
          .int()
          .min(0)
          .max(maxWatchS)
          .default(maxWatchS)
          .describe('How long to watch; 0: only the calls that there are'),
      }),
      response: {
        200: {
          description: 'Lines of JSON',
          content: { 'application/x-ndjson': { schema: z.unknown() } },
        },
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const { tenant, id: token } = callerOf(request)
      const leave = places.take(tenant)
      if (typeof leave === 'string') throw new ApiError('watchers-limited', { why: leave, headers })
      await auditAct(deps, request, { type: 'live.watch' }).catch((error: unknown) => {
        leave()
        throw error
      })
      const out = new Readable({ read() {} })
      let isOver = false
      const write = (line: string) => {
        if (isOver) return
        if (out.readableLength > maxWaitingBytes) out.destroy()
        else out.push(`${line}\n`)
      }
      const end = () => {
        if (isOver) return
        isOver = true
        out.push(null)
      }
      write(JSON.stringify({ kind: 'calls', calls: deps.live.calls(tenant).map(showLive) }))
      const stop = deps.live.watch(tenant, (item) => write(JSON.stringify(shown(item))))
      let cancelAlive = () => {}
      const alive = () => {
        cancelAlive = deps.clock.set(aliveMs, alive)
        write('')
        void mayStillWatch(deps, tenant, token).then((may) => may || end())
      }
      alive()
      const { for_s: seconds } = request.query
      const cancelEnd = seconds === 0 ? end() : deps.clock.set(seconds * 1_000, end)
      out.once('close', () => {
        isOver = true
        leave()
        cancelAlive()
        cancelEnd?.()
        stop()
      })
      return reply.type('application/x-ndjson; charset=utf-8').send(out)
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/live',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'getLiveCall',
      summary: 'A call that goes on at this node: its story, receipt and ladder so far',
      tags,
      params: z.object({ id: callId }),
      response: { 200: liveDetail, default: problemResponse },
    },
    async handler(request) {
      const found = await deps.live.look(callerOf(request).tenant, request.params.id as CallId)
      if (found === undefined) throw new ApiError('not-found')
      const { call, story, ...rest } = found
      return { call: showLive(call), story: story.map(showLine), ...rest }
    },
  })
}

interface WatchPlaces {
  /** A place that is free again once the returned function is called; or whose limit is reached. */
  take(tenant: TenantId): (() => void) | 'tenant' | 'node'
}

/** Taken before anything is waited for: of many who come at once no more get in than there are places. */
function watchPlaces(): WatchPlaces {
  const taken: TenantId[] = []
  return {
    take(tenant) {
      const own = taken.filter((each) => each === tenant).length
      if (own >= maxOfTenant) return 'tenant'
      if (taken.length >= maxWatchers) return 'node'
      taken.push(tenant)
      return () => void taken.splice(taken.indexOf(tenant), 1)
    },
  }
}

/** A token that was revoked, or expired, in the meantime sees nothing more; where that cannot be said neither. */
async function mayStillWatch({ tokens, clock }: ApiDeps, tenant: TenantId, id: TokenId): Promise<boolean> {
  const row = await tokens.getToken(tenant, id).catch(() => undefined)
  if (row === undefined || row.revoked_at !== null) return false
  return row.expires_at === null || row.expires_at.getTime() > clock.now()
}

function shown(item: ApiLiveItem): object {
  switch (item.kind) {
    case 'call':
      return { kind: 'call', call: showLive(item.call) }
    case 'story':
      return { kind: 'story', call_id: item.line.call, line: showLine(item.line) }
    case 'level':
      return {
        kind: 'level',
        call_id: item.call,
        in_db: item.inDb,
        out_db: item.outDb,
        streams: item.streams.map(({ id, framesIn, framesOut, framesDropped }) => ({
          id,
          frames_in: framesIn,
          frames_out: framesOut,
          frames_dropped: framesDropped,
        })),
      }
  }
}

function showLive(call: ApiLiveCall): z.input<typeof liveCall> {
  const { id, app, trunk, direction, from, to, state, startedAtMs, answeredAtMs, endReason } = call
  return {
    id,
    call_sid: sid('CA', id),
    app,
    trunk,
    direction,
    from,
    to,
    state,
    started_at: new Date(startedAtMs).toISOString(),
    answered_at: answeredAtMs === undefined ? null : new Date(answeredAtMs).toISOString(),
    end_reason: endReason ?? null,
  }
}

function showLine({ atMs, kind, fields }: ApiLiveLine) {
  return { at: new Date(atMs).toISOString(), kind, fields: { ...fields } }
}

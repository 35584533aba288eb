import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'

/**
 * Runs `act` once for an `Idempotency-Key`, and answers a repetition with what the first one gave. Without a key it just
 * runs. A failed act gives the key back: nothing happened. `keep` says what may be stored of the answer; `key` stands for the header,
 * where a request has its key elsewhere.
 */
export type Once = <Body extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  act: () => Promise<Body>,
  keep?: (body: Body) => Body,
  key?: string,
) => Promise<Body>

const keepMs = 24 * 60 * 60_000
const pruneEveryMs = 60 * 60_000

export interface Idempotency extends Disposable {
  readonly once: Once
}

export function startIdempotency(deps: Pick<ApiDeps, 'clock' | 'idempotency' | 'key' | 'log'>): Idempotency {
  const running = new Set<string>()
  const prune = () => {
    const before = new Date(deps.clock.now() - keepMs)
    deps.idempotency.prune(before).catch((error: unknown) => {
      deps.log.warn('idempotency keys were not pruned', { error })
    })
    cancel = deps.clock.set(pruneEveryMs, prune)
  }
  let cancel = deps.clock.set(pruneEveryMs, prune)
  return {
    [Symbol.dispose]: () => cancel(),
    async once(request, reply, act, keep = (body) => body, key = keyOf(request)) {
      if (key === undefined) return act()
      const id = JSON.stringify([callerOf(request).id, key])
      if (running.has(id)) throw new ApiError('request-in-flight')
      running.add(id)
      try {
        const claim = { request, reply, key, fingerprint: fingerprintOf(deps, request) }
        return await runOnce(deps, claim, act, keep)
      } finally {
        running.delete(id)
      }
    },
  }
}

interface Claim {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly key: string
  readonly fingerprint: string
}

async function runOnce<Body extends object>(
  deps: Pick<ApiDeps, 'clock' | 'idempotency' | 'log'>,
  claim: Claim,
  act: () => Promise<Body>,
  keep: (body: Body) => Body,
): Promise<Body> {
  const { id: token, tenant } = callerOf(claim.request)
  const earlier = await begin(deps, claim)
  if (earlier !== undefined) {
    void claim.reply.header('idempotent-replayed', 'true')
    return JSON.parse(earlier) as Body
  }
  let body: Body
  try {
    body = await act()
  } catch (error) {
    await deps.idempotency.release(token, claim.key)
    throw error
  }
  try {
    await deps.idempotency.finish(tenant, token, claim.key, 200, JSON.stringify(keep(body)))
  } catch (error) {
    // It was done all the same: to answer with a failure would invite the client to do it again.
    deps.log.error('an idempotent answer was not kept', { requestId: claim.request.id, error })
  }
  return body
}

/** Claims the key; the earlier answer when there is one. */
async function begin(
  deps: Pick<ApiDeps, 'clock' | 'idempotency'>,
  claim: Claim,
): Promise<string | undefined> {
  const { id: token_id, tenant } = callerOf(claim.request)
  const { key, fingerprint } = claim
  const row = { token_id, tenant, key, fingerprint, created_at: new Date(deps.clock.now()) }
  const held = await deps.idempotency.begin(row)
  if (!held) return undefined
  if (held.fingerprint !== fingerprint) throw new ApiError('idempotency-key-reused')
  if (held.body !== null) return held.body
  // Claimed, without an answer, and nobody here works on it: a crash cut it off. It may be done now.
  await deps.idempotency.release(token_id, key)
  if (await deps.idempotency.begin(row)) throw new ApiError('request-in-flight')
  return undefined
}

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new ApiError('idempotency-key-invalid')
}

/** Keyed, because a body may hold what must not be guessable from the database. */
function fingerprintOf(deps: Pick<ApiDeps, 'key'>, request: FastifyRequest): string {
  const { method, url, body = null } = request
  return createHmac('sha256', deps.key.reveal())
    .update(JSON.stringify(['idempotency', method, url, body]))
    .digest('hex')
}

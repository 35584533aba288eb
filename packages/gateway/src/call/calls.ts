import type { DialRefusal } from '#dialing'
import type { AppId, CallId } from '#kernel'
import { tellRegion } from './region-refused.ts'
import { beginCall, startCall, type Call, type ClaimOf } from './call.ts'
import { deaf } from './call-leg.ts'
import type { HandleIncoming, IncomingCall } from './contract.ts'
import type { CallApp, CallDeps } from './deps.ts'
import { outgoingOrigin, type CreateCall } from './outgoing-origin.ts'

export type { CreateCall } from './outgoing-origin.ts'

/** Why a call was not begun. */
export type CreatedCall =
  | { readonly ok: true; readonly id: CallId }
  | {
      readonly ok: false
      readonly why: DialRefusal | 'draining' | 'over-capacity' | 'no-app' | 'unaudited' | 'region'
    }

export interface Calls {
  readonly handle: HandleIncoming
  /** Begins a call of ours. Resolves once it is on record, not when it is answered; rejects when it cannot be. */
  create(request: CreateCall): Promise<CreatedCall>
  get(id: CallId): Call | undefined
  /** Those that have not ended. */
  running(): Iterable<Call>
  readonly active: number
  /** False once `drain` began. */
  readonly accepting: boolean
  /** Ends every call as `shutdown` and resolves when all are settled; new ones are refused from now on. */
  drain(): Promise<void>
}

/** The calls of this node, bounded by `limits.maxConcurrent`. */
export function startCalls(deps: CallDeps): Calls {
  const calls = new Map<CallId, Call>()
  let draining = false
  const refusal = (app: CallApp | undefined) => {
    if (draining) return 'draining'
    if (app === undefined) return 'no-app'
    return calls.size >= deps.limits.maxConcurrent ? 'over-capacity' : undefined
  }
  const keepTrack = (call: Call, trunk: string) => {
    deps.count('calls_started', { trunk })
    calls.set(call.id, call)
    void call.settled.then(() => calls.delete(call.id))
  }
  const claimOf: ClaimOf = (name, by) => {
    const others = [...calls.values()].filter((call) => call !== by && call.tenant === by.tenant)
    for (const call of others) {
      const claim = call.lend(name)
      if (claim !== undefined) return claim
    }
    return undefined
  }
  return {
    handle(incoming) {
      if (incoming.replaces !== undefined) return replace(deps, calls.values(), incoming)
      const app = deps.apps.get(incoming.app)
      const why = refusal(app)
      if (why !== undefined || app === undefined) return refuse(deps, incoming, why ?? 'no-app', 503)
      const { tenant, trunk } = incoming
      const away = deps.awayFrom({ tenant, trunk })
      if (away !== undefined) {
        tellRegion(deps, app, { tenant, trunk, direction: 'inbound', what: away })
        return refuse(deps, incoming, 'region', 403)
      }
      keepTrack(startCall(deps, app, incoming, claimOf), incoming.trunk)
    },
    async create(request) {
      const app = appOf(deps, request)
      const { tenant, token, to, from } = request
      const why = refusal(app)
      if (why !== undefined || app === undefined) return { ok: false, why: why ?? 'no-app' }
      if (deps.awayFrom({ tenant }) !== undefined) {
        tellRegion(deps, app, { tenant, direction: 'outbound', what: 'tenant' })
        return { ok: false, why: 'region' }
      }
      const id = app.config.id as AppId
      const admitted = await deps.dialing.admit({ tenant, app: id, to, from, via: 'api', token })
      if (!admitted.ok) return admitted
      const now = refusal(app) // while the guard thought, others came
      if (now !== undefined) {
        await admitted.lease.ended()
        return { ok: false, why: now }
      }
      const origin = outgoingOrigin({ ...request, app: id }, admitted)
      const call = beginCall(deps, app, origin, { token, claimOf })
      keepTrack(call, origin.trunk)
      await call.kept
      return { ok: true, id: call.id }
    },
    get: (id) => calls.get(id),
    running: () => calls.values(),
    get active() {
      return calls.size
    },
    get accepting() {
      return !draining
    },
    async drain() {
      draining = true
      const open = [...calls.values()]
      await Promise.all(open.map(async (call) => (await call.end('shutdown'), call.settled)))
    },
  }
}

/** The app that was named, if it is the tenant's, or the only one that the tenant has. */
function appOf(deps: CallDeps, { app, tenant }: CreateCall): CallApp | undefined {
  const own = [...deps.apps.values()].filter(({ config }) => config.tenant === tenant)
  if (app === undefined) return own.length === 1 ? own[0] : undefined
  return own.find(({ config }) => config.id === app)
}

/** RFC 3891 §3: a dialog that takes another's place is no new call. */
function replace(deps: CallDeps, calls: Iterable<Call>, incoming: IncomingCall): void {
  const { replaces } = incoming
  for (const call of calls) {
    if (call.tenant !== incoming.tenant || replaces === undefined) continue
    if (call.takeOver(replaces, incoming)) return
  }
  refuse(deps, incoming, 'nothing-to-replace', 481)
}

function refuse(deps: CallDeps, { signalling }: IncomingCall, why: string, status: number): void {
  deps.count('calls_refused', { why })
  signalling.listen(deaf)
  signalling.reject(status)
}

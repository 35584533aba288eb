import type { CallId } from '#kernel'
import { startCall, type Call } from './call.ts'
import type { HandleIncoming } from './contract.ts'
import type { CallDeps } from './deps.ts'

export interface Calls {
  readonly handle: HandleIncoming
  get(id: CallId): Call | undefined
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
  return {
    handle(incoming) {
      const app = deps.apps.get(incoming.app)
      if (draining || app === undefined || calls.size >= deps.limits.maxConcurrent) {
        deps.count('calls_refused', {
          why: draining ? 'draining' : app === undefined ? 'no-app' : 'over-capacity',
        })
        incoming.signalling.listen({ ended: () => {}, reoffer: () => ({ status: 481 }), dtmf: () => {} })
        incoming.signalling.reject(503)
        return
      }
      const call = startCall(deps, app, incoming)
      deps.count('calls_started', { trunk: incoming.trunk })
      calls.set(call.id, call)
      void call.settled.then(() => calls.delete(call.id))
    },
    get: (id) => calls.get(id),
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

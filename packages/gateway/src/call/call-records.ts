import { createId, type CallId, type TenantId } from '#kernel'
import { changedVariables, type VariableChange, type Variables } from './call-variables.ts'
import { CallError } from './error.ts'
import { addressOfCall, targetOf } from './event-address.ts'
import type { Live } from './live.ts'
import type { Origin } from './origin.ts'
import { isRegionRefusal, tellRegionOf } from './region-refused.ts'

/** What is noted of a call, and told to its app. */
export interface CallRecords extends Pick<Live, 'story' | 'audit' | 'tell' | 'set' | 'asking'> {
  /** The app was asked about the call, or told of it. */
  readonly isKnown: boolean
  readonly variables: Variables
  changeVariables(change: VariableChange): Promise<Variables | 'refused'>
}

type Recorded = Pick<Live, 'app' | 'deps' | 'describe' | 'end' | 'log'> & {
  readonly id: CallId
  readonly tenant: TenantId
}

/** @param kept - Resolves when the call has a row: one that is not there yet cannot be changed. */
export function callRecords(call: Recorded, origin: Origin, kept: Promise<void>): CallRecords {
  const { deps } = call
  let isKnown = false
  let variables = origin.variables ?? {}
  const story: Live['story'] = (kind, fields = {}) => deps.keep.story(call.id, call.tenant, kind, fields)
  const audit: Live['audit'] = async (type, fields = {}) => {
    try {
      await deps.keep.audit({ type, tenant: call.tenant, call: call.id, actor: 'gateway', fields })
    } catch (cause) {
      void call.end('audit-failed')
      throw new CallError('CALL_AUDIT', 'the audit log does not take entries', { cause })
    }
  }
  const tell: Live['tell'] = async (type, data = {}, events = addressOfCall(origin.events, type)) => {
    isKnown = true
    const to = targetOf(call, events, type)
    if (to === null) return
    const id = createId('evt', deps.clock.now(), deps.random)
    await call.app
      .tell({ id, type, call: call.id, data: { call_id: call.id, ...data }, about: call.describe(), to })
      .catch(async (error: unknown) => {
        if (isRegionRefusal(error)) return refused(type, to?.url)
        call.log.error('event could not be queued', { type, error })
        deps.count('events_lost')
        return undefined
      })
  }
  /** An event whose address is away is told as refused to the app's own address, which was looked at when we started. */
  const refused = async (type: string, url: string | undefined): Promise<void> => {
    deps.count('events_lost')
    const host = url === undefined ? 'callback' : new URL(url).host
    if (type !== 'region.refused') await tellRegionOf({ deps, story, audit, tell }, 'webhook', host)
  }
  const setVariables = async (next: Variables): Promise<Variables> => {
    variables = next
    await kept
    await deps.keep.update(call.tenant, call.id, { variables: next })
    return next
  }
  return {
    story,
    audit,
    tell,
    async changeVariables(change) {
      const changed = changedVariables(variables, change)
      return typeof changed === 'string' ? 'refused' : setVariables(changed)
    },
    async set(change) {
      const changed = changedVariables(variables, change)
      if (typeof changed !== 'string') return void (await setVariables(changed))
      story('variables.refused', { why: changed })
      await tell('call.variables_refused', { reason: changed })
    },
    asking: () => void (isKnown = true),
    get isKnown() {
      return isKnown
    },
    get variables() {
      return variables
    },
  }
}

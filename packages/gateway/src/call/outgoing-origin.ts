import type { AppId, TenantId, TokenId } from '#kernel'
import type { CallLeg } from './call-leg.ts'
import type { ActionAddress, EventAddress } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { SignallingEnd } from './contract.ts'
import type { EndReason } from './deps.ts'
import { CallError } from './error.ts'
import { limitBy } from './lease-limit.ts'
import type { CallStart, FirstLeg, Origin } from './origin.ts'
import { placeAdmitted, type Admitted, type NotPlaced, type PlacedLeg } from './place-leg.ts'

/** A call that an app or an operator asks for. */
export interface CreateCall {
  readonly tenant: TenantId
  /** Default: the only one that the tenant has. */
  readonly app: AppId | undefined
  readonly token: TokenId | undefined
  readonly to: string
  readonly from: string | undefined
  readonly ringTimeoutMs: number
  readonly variables: Readonly<Record<string, string>>
  /** Handed to the app when it is asked. */
  readonly parameters: Readonly<Record<string, string>>
  /** What to do when it is answered; without them the app is asked. */
  readonly actions: readonly CallCommand[] | undefined
  /** Record from the answer on. */
  readonly record: boolean
  /** Run when it is answered, before anything else. */
  readonly before?: readonly CallCommand[] | undefined
  /** Whom to ask when it is answered, in place of the app's webhook. */
  readonly ask?: ActionAddress | undefined
  /** Where what becomes of the call is told, in place of the app's own address. */
  readonly events?: EventAddress | undefined
  /** The longest that it may last from its answer on. */
  readonly limitMs?: number | undefined
}

/** We call somebody, as the guard admitted it. */
export function outgoingOrigin(request: CreateCall & { app: AppId }, admitted: Admitted): Origin {
  const { tenant, app, variables } = request
  const [trunk] = admitted.trunks
  if (trunk === undefined) throw new TypeError('an admitted call has a trunk')
  const { from, to } = admitted
  const audit = { type: 'call.placing', fields: { trunk } }
  const start = (call: CallStart) => new OutgoingLeg(call, request, admitted)
  const about = { direction: 'outbound', tenant, app, trunk, from, to, security: null, variables } as const
  return { ...about, events: request.events, audit, start }
}

class OutgoingLeg implements FirstLeg {
  readonly #call: CallStart
  readonly #request: CreateCall
  readonly #admitted: Admitted
  readonly #answered = Promise.withResolvers<void>()
  readonly #cancel = new AbortController()
  #isPlacing = false
  #placed: PlacedLeg | undefined
  /** Of the response that ended it, when nobody answered. */
  #sipStatus: number | undefined
  #answeredAtMs = 0
  #cancelLimit = () => {}

  constructor(call: CallStart, request: CreateCall, admitted: Admitted) {
    this.#call = call
    this.#request = request
    this.#admitted = admitted
    this.#answered.promise.catch(() => {}) // whoever waits for the answer meets it
  }

  describe() {
    const { parameters } = this.#request
    const { from, to, trunks } = this.#admitted
    const { security, leg } = this.#placed ?? {}
    return {
      direction: 'outbound',
      from,
      to,
      trunk: leg?.trunk ?? trunks[0],
      ...(security !== undefined && {
        transport: { sip_tls: security.tlsVersion, cipher: security.cipher, group: security.group },
      }),
      ...(Object.keys(parameters).length > 0 && { parameters }),
      ...(this.#sipStatus !== undefined && { sip_status: this.#sipStatus }),
    }
  }

  async begin(kept: Promise<void>): Promise<readonly CallCommand[] | undefined> {
    const call = this.#call
    await kept
    if (call.signal.aborted) return undefined
    const { from, to } = this.#admitted
    void call.tell('call.initiated', { direction: 'outbound', from, to })
    const placed = await this.#place()
    if (!placed.ok) return this.#failed(placed)
    await this.#up(placed)
    const { record, actions, before = [], ask } = this.#request
    const first: CallCommand[] = record ? [{ type: 'record', action: 'start' }] : []
    const next = actions ?? (await call.ask('call.connected', call.describe(), ask))
    return next && [...first, ...before, ...next]
  }

  answer(): Promise<void> {
    return this.#answered.promise
  }

  /** Who is called hears nothing of us before they answer. */
  prepare(): Promise<void> {
    return this.#answered.promise
  }

  early(): void {}

  refuse(): void {
    this.#cancel.abort()
  }

  reasonOf(why: SignallingEnd): EndReason | undefined {
    switch (why) {
      case 'caller-hung-up':
        return 'callee-hung-up'
      case 'no-ack':
      case 'connection-lost':
      case 'replaced':
      case 'shutdown':
        return why
      case 'caller-cancelled':
      case 'gateway-hung-up':
      case 'rejected':
        return undefined
    }
  }

  async settle(): Promise<void> {
    this.#cancel.abort()
    this.#cancelLimit()
    this.#answered.reject(new CallError('CALL_ENDED', 'the call was not answered'))
    if (!this.#isPlacing) await this.#admitted.lease.ended()
    if (this.#placed === undefined) return // who places sees to the lease
    const { entry, lease } = this.#placed
    entry.durationMs = Math.round(this.#call.deps.clock.monotonicMs() - this.#answeredAtMs)
    await lease.ended()
  }

  surrender() {
    const placed = this.#placed
    if (placed === undefined) return undefined
    this.#placed = undefined // the lease goes with it
    this.#cancelLimit()
    return { placed, answeredAtMs: this.#answeredAtMs }
  }

  #place(): Promise<PlacedLeg | NotPlaced> {
    const call = this.#call
    const { to, from, ringTimeoutMs } = this.#request
    const order = { to, from, via: 'api', ringTimeoutMs, near: undefined } as const
    this.#isPlacing = true
    let isRinging = false
    const rings = () => {
      if (isRinging) return
      isRinging = true
      call.story('ringing')
      void call.tell('call.ringing')
    }
    const hooks = { watch: (leg: () => CallLeg) => call.watch(leg), ringing: rings, early: rings }
    return placeAdmitted(call, order, this.#admitted, hooks, this.#cancel.signal)
  }

  async #up(placed: PlacedLeg): Promise<void> {
    const call = this.#call
    const { leg, security, lease } = placed
    this.#placed = placed
    this.#answeredAtMs = call.deps.clock.monotonicMs()
    call.receipt.sip = security
    call.setFirst(leg)
    this.#cancelLimit = this.#limit(lease)
    if (call.signal.aborted) {
      void leg.close()
      return this.settle()
    }
    if (leg.endedAs !== undefined) return call.end(this.reasonOf(leg.endedAs) ?? 'callee-hung-up')
    if (leg.audio !== undefined) await call.answered(leg.audio)
    this.#answered.resolve()
  }

  /** By what the guard leaves of the day, and by what was asked for. */
  #limit(lease: PlacedLeg['lease']): () => void {
    const { deps, end } = { deps: this.#call.deps, end: (why: EndReason) => void this.#call.end(why) }
    const { limitMs } = this.#request
    const byLease = limitBy(lease, deps.clock, () => end('limit-reached'))
    const own = limitMs === undefined ? () => {} : deps.clock.set(limitMs, () => end('max-duration'))
    return () => (byLease(), own())
  }

  async #failed({ why, status, cause }: NotPlaced): Promise<undefined> {
    const call = this.#call
    if (call.signal.aborted) return undefined
    const reason = endReasons[why]
    this.#sipStatus = status
    await call.tell('call.failed', {
      reason,
      ...(status !== undefined && { sip_status: status }),
      ...(cause !== undefined && { cause }),
    })
    await call.end(reason)
    return undefined
  }
}

const endReasons: Readonly<Record<NotPlaced['why'], EndReason>> = {
  busy: 'busy',
  'no-answer': 'no-answer',
  rejected: 'callee-rejected',
  'not-found': 'not-found',
  redirected: 'callee-rejected',
  cancelled: 'api-hung-up',
  unreachable: 'unreachable',
  overloaded: 'over-capacity',
  timeout: 'unreachable',
  refused: 'callee-rejected',
  declined: 'callee-rejected',
}

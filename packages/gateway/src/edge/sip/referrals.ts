import { parseCSeq, type SipRequest } from '@voxkeep/wire/sip'
import type { LegId } from '#kernel'
import type { DialogLeg, PeerTransaction } from './dialog-leg.ts'
import { eventOf, type ReferEvent } from './refer-event.ts'
import type { SentRefer } from './refer-out.ts'
import { serializeSipfrag, sipfragHeader } from './refer-sipfrag.ts'
import { replacedKey } from './replaces.ts'
import { isOnList, parseReferTo, type ReferTo } from './refer-to.ts'
import { respondTo } from './own-headers.ts'

const maxOpen = 4 // a person transfers once; more at a time is somebody trying
const maxWaiting = 8 // notifications in line
const lifetimeS = 300 // longer than any phone rings

interface Subscription {
  readonly id: number
  /** The first REFER of a dialog needs no id (RFC 3515 §2.4.6), and some phones know none. */
  readonly event: string
  status: number
  endsAtMs: number
  cancelTimer: () => void
}

/** The REFERs that a peer sent in one dialog, and what it is told of them (RFC 3515). */
export class Referrals {
  readonly #leg: DialogLeg
  readonly #open = new Map<number, Subscription>()
  #sending: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #seen = 0
  /** Last words that are under way. */
  #parting = 0
  /** A REFER of ours that the peer still has to tell about. */
  sent: SentRefer | undefined

  constructor(leg: DialogLeg) {
    this.#leg = leg
  }

  /** Whether the dialog is still needed when the call is over (interop 28). */
  get isOpen(): boolean {
    return this.#open.size > 0 || this.#parting > 0 || this.sent !== undefined
  }

  /** Serves REFER. */
  refer(transaction: PeerTransaction): void {
    const { request } = transaction
    const leg = this.#leg
    const refuse = (status: number) => transaction.respond(respondTo(request, status))
    if (leg.state === 'over') return refuse(481)
    if (!leg.trunk.refer.accept || leg.state !== 'confirmed') return refuse(403)
    const [value, another] = request.headers.getAll('Refer-To')
    const target = another === undefined ? parseReferTo(value ?? '') : undefined
    if (target === undefined) return refuse(400)
    const replaces = this.#replaced(target)
    // What is not on the list, or names a call that is not this trunk's, is refused alike: it learns nothing.
    const isAllowed =
      target.replaces === undefined ? isOnList(target.to, leg.trunk.refer.targets) : replaces !== undefined
    if (!isAllowed || this.#open.size >= maxOpen) return refuse(403)
    this.#accept(transaction, target, replaces)
  }

  /** Serves SUBSCRIBE: to a REFER's events only, which it can prolong or end. */
  subscribe(transaction: PeerTransaction): void {
    const { request } = transaction
    const event = eventOf(request)
    if (event === undefined)
      return transaction.respond(respondTo(request, 489, { headers: [['Allow-Events', 'refer']] }))
    const subscription = this.#find(event)
    if (subscription === undefined) return transaction.respond(respondTo(request, 481))
    const askedS = Number(/^\d{1,6}$/.exec(request.headers.get('Expires') ?? '')?.[0] ?? lifetimeS)
    const expiresS = Math.min(askedS, lifetimeS)
    const headers = [['Expires', String(expiresS)] as const, ['Contact', this.#leg.contact] as const]
    transaction.respond(respondTo(request, 200, { headers }))
    subscription.cancelTimer()
    if (expiresS === 0) return this.#notify(subscription, 'timeout')
    this.#arm(subscription, expiresS)
    this.#notify(subscription, 'active')
  }

  #accept(transaction: PeerTransaction, { to }: ReferTo, replaces: LegId | undefined): void {
    const { request } = transaction
    const isSilent = /^false\b/i.test(request.headers.get('Refer-Sub') ?? '') // RFC 4488
    const subscription = this.#subscription(request)
    if (!isSilent) this.#open.set(subscription.id, subscription)
    let isTold = false
    const decision = this.#leg.events?.refer({
      to,
      replaces,
      notify: (status) => {
        subscription.status = status
        if (isTold) this.#progress(subscription)
      },
    }) ?? { status: 403 }
    if ('status' in decision) {
      this.#close(subscription)
      return transaction.respond(respondTo(request, decision.status))
    }
    const silent = isSilent ? [['Refer-Sub', 'false'] as const] : []
    transaction.respond(respondTo(request, 202, { headers: [['Contact', this.#leg.contact], ...silent] }))
    isTold = true
    if (isSilent) return
    this.#arm(subscription, lifetimeS)
    this.#progress(subscription)
  }

  #subscription(request: SipRequest): Subscription {
    const id = parseCSeq(request.headers.get('CSeq') ?? '')?.seq ?? 0
    this.#seen += 1
    const event = this.#seen === 1 ? 'refer' : `refer;id=${id}`
    return { id, event, status: 100, endsAtMs: 0, cancelTimer: () => {} }
  }

  /** The leg that a Replaces names: of the same trunk, and still up. */
  #replaced({ replaces }: ReferTo): LegId | undefined {
    if (replaces === undefined) return undefined
    const found = this.#leg.deps.legs.get(replacedKey(replaces))
    const isTheirs = found !== undefined && found !== this.#leg && found.trunk === this.#leg.trunk
    return isTheirs && found.state === 'confirmed' ? found.id : undefined
  }

  #find({ id }: ReferEvent): Subscription | undefined {
    if (id !== undefined) return this.#open.get(id)
    return [...this.#open.values()].find(({ event }) => event === 'refer')
  }

  #arm(subscription: Subscription, expiresS: number): void {
    const { clock } = this.#leg.deps
    subscription.cancelTimer()
    subscription.endsAtMs = clock.monotonicMs() + expiresS * 1_000
    subscription.cancelTimer = clock.set(expiresS * 1_000, () => this.#notify(subscription, 'timeout'))
  }

  #progress(subscription: Subscription): void {
    this.#notify(subscription, subscription.status >= 200 ? 'noresource' : 'active')
  }

  /** One after the other, so that a final word never comes before what led to it. */
  #notify(subscription: Subscription, state: 'active' | 'timeout' | 'noresource'): void {
    if (this.#open.get(subscription.id) !== subscription) return
    const { status, event } = subscription
    const leftS = Math.max(0, Math.ceil((subscription.endsAtMs - this.#leg.deps.clock.monotonicMs()) / 1_000))
    const value = state === 'active' ? `active;expires=${leftS}` : `terminated;reason=${state}`
    const headers = [['Event', event], ['Subscription-State', value], sipfragHeader] as const
    const isLast = state !== 'active'
    if (!isLast && this.#waiting >= maxWaiting) return // a peer that does not answer misses what lies between
    this.#waiting += 1
    if (isLast) {
      subscription.cancelTimer()
      this.#open.delete(subscription.id)
      this.#parting += 1 // its last word still needs the dialog
    }
    const { peers } = this.#leg.deps
    this.#sending = this.#sending.then(async () => {
      const outcome = await peers.request(this.#leg, 'NOTIFY', { headers, body: serializeSipfrag(status) })
      this.#waiting -= 1
      if (isLast) this.#parting -= 1
      const isGone = outcome.kind !== 'response' || outcome.response.status === 481
      if (isGone) this.#close(subscription)
      this.#leg.settle()
    })
  }

  #close(subscription: Subscription): void {
    subscription.cancelTimer()
    if (this.#open.get(subscription.id) === subscription) this.#open.delete(subscription.id)
    this.#leg.settle()
  }
}

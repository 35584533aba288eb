import { nodeDigestHash } from '@voxkeep/wire/node'
import { parseNameAddr, type SipMessage } from '@voxkeep/wire/sip'
import type { OutgoingCall, OutgoingEvents, PlaceCall, PlaceFailure } from '#call'
import type { Clock, LegId, Random } from '#kernel'
import { tokenBuckets, type TokenBuckets } from '#shield'
import { challengeAnswers } from './challenge-answers.ts'
import type { Count, SipConnection } from './connection.ts'
import { callAddresses, type CallAddresses } from './outgoing-address.ts'
import { areSound } from './outgoing-invite.ts'
import { OutgoingLeg, type OutgoingLegDeps } from './outgoing-leg.ts'
import { unplaced } from './outgoing-refused.ts'
import type { Trunk } from './trunk.ts'
import type { TrunkHealth } from './trunk-health.ts'

export interface UacDeps extends Omit<OutgoingLegDeps, 'done' | 'unavailable'> {
  readonly clock: Clock
  readonly random: Random
  readonly count: Count
  readonly trunks: readonly Trunk[]
  readonly accepting: () => boolean
  readonly health: Pick<TrunkHealth, 'of' | 'avoid'>
  /** Legs at once, all trunks together, whoever called. */
  readonly maxCalls: number
}

/** The user agent client: places calls within their trunks' limits, and knows them until they have a dialog and after. */
export class UserAgentClient {
  readonly #deps: UacDeps
  readonly #trunks: ReadonlyMap<string, Trunk>
  /** By Call-ID and our tag, which nobody can guess. */
  readonly #legs = new Map<string, OutgoingLeg>()
  readonly #open = new Map<Trunk, number>()
  readonly #rates = new Map<Trunk, TokenBuckets>()

  constructor(deps: UacDeps) {
    this.#deps = deps
    this.#trunks = new Map(deps.trunks.map((trunk) => [trunk.id, trunk]))
    for (const trunk of deps.trunks) {
      const perSecond = trunk.outbound?.callsPerSecond ?? 1
      const rate = { perSecond, burst: perSecond }
      this.#rates.set(
        trunk,
        tokenBuckets({ perSource: rate, global: rate, maxSources: 1, clock: deps.clock }),
      )
    }
  }

  readonly place: PlaceCall = (call, events) => {
    const trunk = this.#trunks.get(call.trunk)
    const addresses = trunk?.outbound && callAddresses(call, trunk.outbound)
    const failure = this.#objection(call, trunk, addresses)
    if (failure !== undefined || trunk === undefined || addresses === undefined)
      return unplaced(events, failure ?? misdirected)
    return this.#begin(call, events, trunk, addresses)
  }

  /** The leg whose INVITE or dialog a message belongs to. `side` as in `dialogId`. */
  legOf(message: SipMessage, side: 'uas' | 'uac'): LegId | undefined {
    if (this.#legs.size === 0) return undefined
    const ours = message.headers.get(side === 'uac' ? 'From' : 'To') ?? ''
    const tag = parseNameAddr(ours)?.params.get('tag') ?? ''
    return this.#legs.get(keyOf(message.headers.get('Call-ID') ?? '', tag))?.id
  }

  uses(connection: SipConnection): boolean {
    for (const leg of this.#legs.values()) if (leg.uses(connection)) return true
    return false
  }

  /** Ends every call that we placed; resolves when their peers have confirmed. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#legs.values()].map((leg) => leg.shutdown()))
  }

  get size(): number {
    return this.#legs.size
  }

  #begin(call: OutgoingCall, events: OutgoingEvents, trunk: Trunk, addresses: CallAddresses): OutgoingLeg {
    const callId = this.#token(16)
    const localTag = this.#token(12)
    const key = keyOf(callId, localTag)
    const challenges = challengeAnswers({
      credentials: trunk.outbound?.digest,
      digestHash: nodeDigestHash,
      cnonce: () => this.#token(12),
    })
    const leg = new OutgoingLeg(
      { call, events, trunk, addresses, callId, localTag, challenges },
      {
        ...this.#deps,
        unavailable: (forMs) => this.#deps.health.avoid(trunk.id, forMs),
        done: () => this.#done(key, trunk),
      },
    )
    this.#legs.set(key, leg)
    this.#open.set(trunk, this.#openOf(trunk) + 1)
    this.#deps.count('calls_placed')
    leg.start()
    return leg
  }

  #done(key: string, trunk: Trunk): void {
    if (!this.#legs.delete(key)) return
    this.#open.set(trunk, this.#openOf(trunk) - 1)
    this.#deps.count('calls_placed_done')
  }

  /** Why the call is not even tried. */
  #objection(
    call: OutgoingCall,
    trunk: Trunk | undefined,
    addresses: CallAddresses | undefined,
  ): PlaceFailure | undefined {
    if (!this.#deps.accepting()) return { why: 'overloaded', elsewhere: false }
    if (trunk?.outbound === undefined) return misdirected
    if (addresses === undefined) return { why: 'not-found', elsewhere: false }
    if (this.#deps.health.of(trunk.id) === 'down') return misdirected
    if (!areSound(call.headers)) return { why: 'rejected', elsewhere: false }
    const limit = this.#limitMet(trunk, trunk.outbound.maxCalls)
    if (limit === undefined) return undefined
    this.#deps.count('calls_not_placed', { why: limit })
    return { why: 'overloaded', elsewhere: limit !== 'calls' }
  }

  #limitMet(trunk: Trunk, maxCalls: number): 'calls' | 'trunk' | 'rate' | undefined {
    // Of ours some may have no dialog yet; the table has those that came to us besides.
    const legs = Math.max(this.#legs.size, this.#deps.legDeps.legs.size)
    if (legs >= this.#deps.maxCalls) return 'calls'
    if (this.#openOf(trunk) >= maxCalls) return 'trunk'
    return this.#rates.get(trunk)?.take(trunk.id) === 'ok' ? undefined : 'rate'
  }

  #openOf(trunk: Trunk): number {
    return this.#open.get(trunk) ?? 0
  }

  #token(bytes: number): string {
    return Buffer.from(this.#deps.random.bytes(bytes)).toString('hex')
  }
}

const misdirected: PlaceFailure = { why: 'unreachable', elsewhere: true }

/** No header value holds a line break, so two values joined by it cannot be read as two others. */
function keyOf(callId: string, tag: string): string {
  return `${callId}\n${tag}`
}

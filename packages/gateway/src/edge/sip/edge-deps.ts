import type { HandleIncoming } from '#call'
import type { Clock, Config, LegId, Log, Random, Secret, TrunkConfig } from '#kernel'
import type { Count } from './connection.ts'
import type { LadderEntry } from './ladder.ts'

/** What the SIP edge needs of the world; `gateway.ts` supplies it. */
export interface SipEdgeDeps {
  readonly config: Config['sip']
  readonly trunks: readonly TrunkConfig[]
  readonly readSecret: (reference: string) => Secret<string>
  readonly handle: HandleIncoming
  /** False while the gateway drains: new calls get 503, and so does OPTIONS, so that peers look elsewhere. */
  readonly accepting: () => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly count: Count
  /** Takes what a leg's ladder shows, already stripped of secrets. */
  readonly ladder: (leg: LegId, entry: LadderEntry) => void
  /** Legs at once, all trunks together. */
  readonly maxCalls?: number
}

import type { HandleIncoming } from '#call'
import type { Clock, Config, LegId, Log, Random, Secret, TrunkConfig, TrunkId } from '#kernel'
import type { Count } from './connection.ts'
import type { CertificateExpiry } from './certificate-alarm.ts'
import type { LadderEntry } from './ladder.ts'
import type { FetchOcsp } from './ocsp-keeper.ts'
import type { CertificateStatus } from './ocsp-watch.ts'
import type { Resolver } from './resolver.ts'
import type { TrunkState } from './trunk-health.ts'

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
  /** Default: the system's. */
  readonly resolver?: Resolver
  /** Hears when a trunk that we call through goes down or comes back. */
  readonly onTrunkHealth?: (trunk: TrunkId, state: TrunkState) => void
  /** Hears of a certificate that runs out: 30, 14, 7 days and 1 day before, and when it has. */
  readonly onCertificateExpiry?: (expiry: CertificateExpiry) => void
  /** Hears of peers that are refused for their client certificates. */
  readonly onCertificateRefused?: (source: string, why: string) => void
  /** Asks OCSP responders about our certificates; without it nobody is asked. */
  readonly fetchOcsp?: FetchOcsp
  /** Hears when a responder says something else of a certificate of ours, or nothing for an hour. */
  readonly onCertificateStatus?: (status: CertificateStatus) => void
  /** Legs at once, all trunks together. */
  readonly maxCalls?: number
}

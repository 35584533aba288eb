import type { PlaceCall } from '#call'
import type { SipEdgeDeps } from './edge-deps.ts'
import { EdgeCore } from './edge-core.ts'
import type { TrunkId } from '#kernel'
import { certificateAlarm, type WatchedCertificate } from './certificate-alarm.ts'
import type { CertificateStatus } from './ocsp-watch.ts'
import { listenTls, type TlsListener } from './tls-listener.ts'
import type { TrunkState } from './trunk-health.ts'

export interface SipEdge extends AsyncDisposable {
  /** In the order of `config.listen`. */
  readonly ports: readonly number[]
  /** Places calls through the trunks that have `outbound`. */
  readonly place: PlaceCall
  /** Of a trunk that we call through; one that is not probed counts as `up`. */
  health(trunk: TrunkId): TrunkState
  /** Our certificates as they are now, listeners' and trunks'. */
  certificates(): readonly WatchedCertificate[]
  /** What their authorities say of them, where there is a responder to ask. */
  certificateStatuses(): readonly CertificateStatus[]
  /** How many dialogs, transactions and connections there are. */
  open(): { readonly dialogs: number; readonly transactions: number; readonly connections: number }
}

/**
 * Listens for SIP over TLS on every address of the configuration and hands calls to `handle`. Rejects, with nothing left
 * open, when an address cannot be bound or a certificate, secret or address range cannot be used. Disposing it ends the
 * calls that are up.
 */
export async function listenSip(deps: SipEdgeDeps): Promise<SipEdge> {
  await using stack = new AsyncDisposableStack()
  const core = new EdgeCore(deps)
  stack.defer(() => core.close())
  const listeners: TlsListener[] = []
  for (const listener of deps.config.listen)
    listeners.push(stack.use(await listenTls(listener, core.listenerDeps)))
  stack.use(
    certificateAlarm({
      clock: deps.clock,
      log: deps.log,
      certificates: () => core.certificates(),
      onExpiry: (expiry) => deps.onCertificateExpiry?.(expiry),
    }),
  )
  stack.defer(() => core.endCalls()) // the first to run: peers must hear it while their connections are there
  const owned = stack.move()
  return {
    place: core.place,
    health: (trunk) => core.health.of(trunk),
    certificates: () => core.certificates(),
    certificateStatuses: () => core.certificateStatuses(),
    open: () => core.open(),
    ports: listeners.map(({ port }) => port),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

import type { Clock, Log, TrunkId } from '#kernel'
import type { Count } from './connection.ts'
import { readCredentials, watchCredentials, type CertifiedKey, type Credentials } from './credentials.ts'
import { trunkCertificateRefused, trunkCertificateReplaced } from './events.ts'
import type { Trunk } from './trunk.ts'

export interface OutboundCredentials extends Disposable {
  /** The trunk's own, as its files have them now; without any the parts are undefined. */
  readonly of: (trunk: TrunkId) => Credentials
  /** Certificates that trunks have for themselves. */
  readonly certificates: () => readonly { readonly trunk: TrunkId; readonly own: CertifiedKey }[]
}

const none: Credentials = { own: undefined, ca: undefined, crl: undefined, digest: '' }

/** Reads what trunks are dialled with, and again when the files change. Throws `EdgeError` when a file cannot be used. */
export function outboundCredentials(
  trunks: readonly Trunk[],
  deps: {
    readonly clock: Clock
    readonly log: Log
    readonly count: Count
    /** Some trunk's credentials are others from now on. */
    readonly onRenewed?: () => void
  },
): OutboundCredentials {
  using stack = new DisposableStack()
  const held = new Map<TrunkId, Credentials>()
  for (const { id, outbound } of trunks) {
    if (outbound === undefined) continue
    const { clientCertificate: tls, caFile, crlFile } = outbound
    if (tls === undefined && caFile === undefined && crlFile === undefined) continue
    const files = { tls, caFile, crlFile }
    const credentials = readCredentials(files)
    held.set(id, credentials)
    stack.use(
      watchCredentials(files, credentials, {
        clock: deps.clock,
        onChange(fresh) {
          held.set(id, fresh)
          deps.count('trunk_certificate_reloads', { trunk: id, result: 'ok' })
          trunkCertificateReplaced(deps.log, id, fresh.own?.notAfter)
          deps.onRenewed?.()
        },
        onRefused(error) {
          deps.count('trunk_certificate_reloads', { trunk: id, result: 'refused' })
          trunkCertificateRefused(deps.log, id, error)
        },
      }),
    )
  }
  const owned = stack.move()
  return {
    of: (trunk) => held.get(trunk) ?? none,
    certificates: () => [...held].flatMap(([trunk, { own }]) => (own ? [{ trunk, own }] : [])),
    [Symbol.dispose]: () => owned.dispose(),
  }
}

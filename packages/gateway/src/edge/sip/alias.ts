import { topVia, type SipMessage } from '@voxkeep/wire/sip'
import type { SipConnection } from './connection.ts'
import type { Credentials } from './credentials.ts'
import { sipsPort, type Target } from './locate.ts'
import { sameAddress } from './same-address.ts'
import type { Trunk } from './trunk.ts'

/** Notes what a peer says of its own connection (RFC 5923 §5): for which port it stands. Only who has a certificate is listened to. */
export function noteAlias(connection: SipConnection, message: SipMessage): void {
  if (connection.isOpenedByUs || connection.aliasPort !== undefined) return
  if (message.kind !== 'request' || connection.peer.certificateNames.length === 0) return
  const via = topVia(message)
  if (via?.params.has('alias')) connection.aliasPort = via.port ?? sipsPort
}

/**
 * A connection that the peer opened and that may stand for one of ours (RFC 5923 §5): it said so, and its certificate, verified by
 * the very authorities that the trunk pins, names whom we mean to reach.
 */
export function aliasFor(
  open: Iterable<SipConnection>,
  trunk: Trunk,
  targets: readonly Target[],
  credentials: Credentials,
): SipConnection | undefined {
  if (trunk.certificateName === undefined || trunk.outbound === undefined) return undefined
  if (trunk.outbound.ocsp === 'required') return undefined // who connects to us staples nothing
  for (const connection of open) {
    const { aliasPort, peer, home } = connection
    if (aliasPort === undefined || !connection.isOpen || !connection.mayUse(trunk)) continue
    const trusted = home.credentials()
    if (trusted.ca === undefined || trusted.ca !== credentials.ca || trusted.crl !== credentials.crl) continue
    if (!peer.certificateNames.includes(trunk.outbound.serverName)) continue
    if (targets.some(({ address, port }) => port === aliasPort && sameAddress(address, peer.address)))
      return connection
  }
  return undefined
}

import type { SignallingSecurity } from '#call'
import type { SipConnection } from './connection.ts'

/** What protects the signalling of a call that we placed: the peer's certificate was verified before anything was sent. */
export function outgoingSecurity(connection: SipConnection): SignallingSecurity {
  return {
    transport: 'tls',
    ...connection.tls,
    sourceAddress: connection.peer.address,
    authenticatedBy: ['certificate'],
  }
}

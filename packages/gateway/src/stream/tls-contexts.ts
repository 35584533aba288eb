import { hash } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'

export interface TlsMaterial {
  /** PEM; default: the system's authorities. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** What OpenSSL makes of authorities and a certificate, which costs as much as a third of a handshake: kept for the next stream. */
export interface TlsContexts {
  /** For TLS 1.2 or newer. Throws what OpenSSL says of material that is none. */
  of(material: TlsMaterial): SecureContext
}

/** Apps with material of their own; beyond that, the one that was made first is made anew when it is asked for again. */
const maxContexts = 64

export function tlsContexts(): TlsContexts {
  const known = new Map<string, SecureContext>()
  return {
    of({ ca, cert, key }) {
      const name = hash('sha256', JSON.stringify([ca, cert, key]))
      const found = known.get(name)
      if (found !== undefined) return found
      const made = createSecureContext({
        minVersion: 'TLSv1.2',
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
      })
      if (known.size >= maxContexts) known.delete(known.keys().next().value ?? '')
      known.set(name, made)
      return made
    },
  }
}

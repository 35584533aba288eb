import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { Home } from './connection.ts'
import type { CertifiedKey, Credentials } from './credentials.ts'
import { secureContextOptions, type MinVersion } from './tls-policy.ts'

/** What we show to a peer that we dial, and whom we trust to speak for it. */
export interface Trust {
  readonly own: CertifiedKey | undefined
  /** undefined: the system's authorities. */
  readonly ca: readonly string[] | undefined
  readonly crl: string | undefined
  /** Two that differ in anything have different digests. */
  readonly digest: string
}

/** For a trunk that we call through: its own authorities or the system's, never both; its own certificate or the listener's. */
export function trustOf(trunk: Credentials, home: Home): Trust {
  const ca = trunk.ca === undefined ? undefined : [trunk.ca]
  if (trunk.own) return { own: trunk.own, ca, crl: trunk.crl, digest: trunk.digest }
  const { own, digest } = home.credentials()
  return { own, ca, crl: trunk.crl, digest: `${trunk.digest} ${digest}` }
}

/**
 * For a trunk that only calls us: the authorities that its certificates are judged by, and the system's; those not where there are
 * revocation lists, for theirs are not among them.
 */
export function trustOfCallers(home: Credentials): Trust {
  const system = home.crl === undefined ? getCACertificates('default') : []
  const ca = [...system, ...(home.ca === undefined ? [] : [home.ca])]
  return { own: home.own, ca, crl: home.crl, digest: `callers ${home.digest}` }
}

const maxContexts = 64 // making one reads every authority's certificate; those in use are few

export function secureContexts(): { of(trust: Trust, minVersion: MinVersion): SecureContext } {
  const made = new Map<string, SecureContext>()
  return {
    of(trust, minVersion) {
      const { own, ca, crl } = trust
      const key = `${minVersion} ${trust.digest}`
      const options = () => secureContextOptions({ own, ca: undefined, crl }, minVersion)
      const context = made.get(key) ?? createSecureContext({ ...options(), ...(ca && { ca: [...ca] }) })
      made.delete(key)
      made.set(key, context)
      for (const oldest of made.keys()) if (made.size > maxContexts) made.delete(oldest)
      return context
    },
  }
}

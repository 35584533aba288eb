import { isIP } from 'node:net'
import { sameAddress } from './same-address.ts'

/**
 * The DNS and URI names of a certificate, lower case, from Node's text of its alternative names (`X509Certificate`
 * `subjectAltName`). The common name and wildcards do not count: RFC 5922 §7.1, §7.2. Never throws.
 */
export function certificateNames(subjectAltName: string | undefined): string[] {
  return alternativeNames(subjectAltName)
    .filter(({ kind, text }) => (kind === 'DNS' || kind === 'URI') && !text.includes('*'))
    .map(({ text }) => text)
}

/**
 * Whether a certificate is good for the host that we meant to reach (RFC 5922 §7.3): `name` is a DNS name or an address, lower
 * case. A name is matched by a DNS name or by a `sip:` URI without a user part, an address by an address only; the common
 * name never counts. Unlike RFC 5922 §7.2, and as RFC 6125 §6.4.3, a DNS name of the form `*.example.com` stands for one label:
 * carriers' certificates are like that. Never throws.
 */
export function isCertifiedFor(subjectAltName: string | undefined, name: string): boolean {
  return alternativeNames(subjectAltName).some(({ kind, text }) => {
    switch (kind) {
      case 'DNS':
        return isIP(name) === 0 && (text === name || standsFor(text, name))
      case 'URI':
        return isIP(name) === 0 && (text === `sip:${name}` || text === `sips:${name}`)
      case 'IP Address':
        return sameAddress(text, name)
      default:
        return false
    }
  })
}

interface AlternativeName {
  readonly kind: string
  /** Lower case. */
  readonly text: string
}

function alternativeNames(subjectAltName: string | undefined): AlternativeName[] {
  const names: AlternativeName[] = []
  // Node writes a name with special characters as a JSON string, so that it cannot imitate a second one.
  for (const match of (subjectAltName ?? '').matchAll(
    /(?:^|, )(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g,
  )) {
    const [, kind = '', text = ''] = match
    if (!text.startsWith('"')) names.push({ kind, text: text.toLowerCase() })
  }
  return names
}

const minLabelsBehindWildcard = 2 // `*.com` is nobody's

function standsFor(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return false
  const rest = pattern.slice(2)
  if (rest.includes('*') || rest.split('.').length < minLabelsBehindWildcard) return false
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot + 1) === rest
}

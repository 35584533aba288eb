import { hash } from 'node:crypto'
import type { DigestHash } from '@voxkeep/wire/sip'

/** The hash of a SIP digest challenge: RFC 8760 §2.1, and MD5 for peers that know nothing newer. */
export function nodeDigestHash(algorithm: DigestHash['algorithm']): DigestHash {
  const name = openSslName(algorithm)
  return { algorithm, hash: (text) => hash(name, text, 'hex') }
}

function openSslName(algorithm: DigestHash['algorithm']): string {
  switch (algorithm) {
    case 'SHA-256':
      return 'sha256'
    case 'SHA-512-256':
      return 'sha512-256'
    case 'MD5':
      return 'md5'
  }
}

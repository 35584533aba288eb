/**
 * The `nextnonce` of an Authentication-Info header (RFC 7616 §3.5); undefined without one, and for what is malformed. Never
 * throws.
 */
export function parseNextNonce(text: string): string | undefined {
  const nonce = /(?:^|,)[ \t]*nextnonce[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/i.exec(text)?.[1]
  if (nonce === undefined || nonce === '' || nonce.length > maxNonceLength) return undefined
  return nonce.replace(/\\(.)/g, '$1')
}

const maxNonceLength = 512

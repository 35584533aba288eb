import canonicalize from 'canonicalize'
import type { KeyContext } from '#keys'

/** The context as the bytes that are authenticated with a wrapped key: RFC 8785, so that there is one spelling. */
export function contextBytes({ tenant, purpose, object }: KeyContext): Uint8Array {
  return Buffer.from(`voxkeep wrap v2\0${canonicalize({ tenant, purpose, object })}`)
}

import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'
import type { LocalMedia } from './audio.ts'
import type { CryptoAttribute } from './crypto-attribute.ts'
import { SdpError } from './sdp-error.ts'

/**
 * Our attribute. It has no MKI and no lifetime: some carriers refuse an MKI (interop 1), and the sender keeps the
 * transform's own limit. Throws `SdpError` `SDP_KEY_LENGTH` when `local.key` does not fit the suite.
 */
export function localCrypto(
  local: LocalMedia,
  o: { readonly tag: number; readonly suite: SrtpSuite; readonly suiteAlias?: string },
): CryptoAttribute {
  const keyAndSalt = local.key(o.suite)
  const { keyBytes, saltBytes } = keyLengths(o.suite)
  if (keyAndSalt.length !== keyBytes + saltBytes) {
    throw new SdpError('SDP_KEY_LENGTH', 'a master key and salt do not fit their suite')
  }
  return { ...o, keys: [{ keyAndSalt }], session: [] }
}

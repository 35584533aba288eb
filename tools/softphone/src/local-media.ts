import { nodeRandomBytes } from '@voxkeep/wire/node'
import type { LocalMedia } from '@voxkeep/wire/sdp'
import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'

/** Our side of a call's audio with fresh keys, one for each suite, the same each time they are asked for. */
export function localMedia(address: string, port: number): LocalMedia {
  const keys = new Map<SrtpSuite, Uint8Array>()
  return {
    address,
    port,
    sessionId: String(Number.parseInt(nodeRandomBytes(6).toHex(), 16)),
    version: 1,
    rtcpMux: true,
    key(suite) {
      const { keyBytes, saltBytes } = keyLengths(suite)
      const key = keys.get(suite) ?? nodeRandomBytes(keyBytes + saltBytes)
      keys.set(suite, key)
      return key
    },
  }
}

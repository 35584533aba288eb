import type { HeaderSource } from './header-value.ts'
import { checkSignature, type SignatureCheck, type VerifyOptions } from './signature.ts'

export type VerifiedStreamUpgrade = SignatureCheck

/**
 * Checks that a media stream's WebSocket upgrade comes from your gateway. Do it before you accept the socket: an open
 * stream endpoint lets anyone talk to your model at your cost.
 *
 * @param url - The whole `wss:` address as you gave it in the `stream` command, path and case included.
 */
export function verifyStreamUpgrade(
  url: string,
  headers: HeaderSource,
  secrets: string | readonly string[],
  options?: VerifyOptions,
): Promise<VerifiedStreamUpgrade> {
  return checkSignature(url, headers, secrets, options)
}

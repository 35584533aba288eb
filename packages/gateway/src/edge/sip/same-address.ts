import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Whether two texts are the same address, however written, IPv4 also where it comes mapped into IPv6; false for what is none. */
export function sameAddress(a: string, b: string): boolean {
  if (isIP(a) === 0 || isIP(b) === 0) return false
  return ipaddr.process(a).toNormalizedString() === ipaddr.process(b).toNormalizedString()
}

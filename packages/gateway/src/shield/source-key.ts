import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The name under which a source is counted: the IPv4 address (also when it came as IPv4-mapped IPv6), or the /64 of an
 * IPv6 address, because one host may speak from any of the 2^64 addresses of its network. Text that is no address
 * is its own key.
 */
export function sourceKey(address: string): string {
  if (isIP(address) === 0) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = parsed.toByteArray().slice(0, 8)
  return `${network.map((byte) => byte.toString(16).padStart(2, '0')).join('')}/64`
}

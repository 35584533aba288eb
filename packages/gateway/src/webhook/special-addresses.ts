import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/** An allow-list of address ranges, as `egress.allowPrivate` gives it. */
export type AllowList = readonly Range[]

/** Undefined for anything but an address or `address/bits`; host bits may be set. */
export function parseRange(text: string): Range | undefined {
  const [spelling = '', bitsText] = text.split('/', 2)
  const address = parseAddress(spelling)
  if (!address || text.split('/').length > 2) return undefined
  const widest = bitsOf(address)
  if (bitsText === undefined) return [address, widest]
  // A range of mapped addresses, such as ::ffff:10.0.0.0/104, means the IPv4 ones.
  const mapped = widest === 32 && spelling.includes(':') ? 96 : 0
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) - mapped : -1
  return bits >= 0 && bits <= widest ? [address, bits] : undefined
}

/**
 * Only full spellings: no octal, no hexadecimal, no single number, no zone. IPv4-mapped IPv6 comes back as the IPv4 that it
 * reaches.
 */
export function parseAddress(text: string): Address | undefined {
  const dotted = text.replace(/^::ffff:(?=[\d.]+$)/i, '')
  if (ipaddr.IPv4.isValidFourPartDecimal(dotted)) return ipaddr.IPv4.parse(dotted)
  if (!/^[0-9a-f:]+$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/**
 * Whether a connection may go to `text`: to any public unicast address, and to others only where `allowed` names them.
 * Anything that this does not know is refused.
 */
export function mayReach(text: string, allowed: AllowList): boolean {
  const address = parseAddress(text)
  if (!address) return false
  const listed = allowed.filter(
    ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
  )
  // A whole private network may be opened without thinking of the credentials that a cloud hands out inside it.
  if (isMetadata(address)) return listed.some(([range, bits]) => bits === bitsOf(range))
  return listed.length > 0 || isPublic(address)
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  // RFC 4291 §2.4: global unicast is handed out of 2000::/3 only; the rest holds, among others, ::127.0.0.1.
  return address.kind() === 'ipv4' || address.match(globalUnicast, 3)
}

function isMetadata(address: Address): boolean {
  return metadata.has(address.toNormalizedString())
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128
}

const globalUnicast = ipaddr.IPv6.parse('2000::')

/** Where clouds tell a machine its own credentials. */
const metadata: ReadonlySet<string> = new Set(
  [
    '169.254.169.254', // AWS, Google Cloud, Azure, DigitalOcean, OpenStack…
    '169.254.169.253', // AWS's resolver
    '169.254.170.2', // AWS ECS task credentials
    '169.254.170.23', // AWS EKS pod identity
    '168.63.129.16', // Azure's wire server: it looks public
    '100.100.100.200', // Alibaba
    '192.0.0.192', // Oracle
    'fd00:ec2::254', // AWS
    'fd00:ec2::23',
    'fd00:42::42', // Scaleway
    'fd20:ce::254', // Google Cloud
  ].map((text) => ipaddr.parse(text).toNormalizedString()),
)

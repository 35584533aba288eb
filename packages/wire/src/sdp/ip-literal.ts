const ipv4Pattern = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const ipv6Characters = /^[\da-f:.]{2,45}$/i
const ipv6Group = /^[\da-f]{1,4}$/i

export function isIpv4(text: string): boolean {
  return ipv4Pattern.test(text)
}

/** How many 16-bit groups the colon-separated text has; an IPv4 tail counts as two. `undefined` when malformed. */
function countGroups(text: string): number | undefined {
  if (text === '') return 0
  const groups = text.split(':')
  const last = groups.at(-1) ?? ''
  const tail = isIpv4(last) ? 2 : 0
  if (tail === 2) groups.pop()
  return groups.every((group) => ipv6Group.test(group)) ? groups.length + tail : undefined
}

/** RFC 4291 §2.2, without a zone. */
export function isIpv6(text: string): boolean {
  if (!ipv6Characters.test(text)) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const counts = halves.map(countGroups)
  let total = 0
  for (const count of counts) {
    if (count === undefined) return false
    total += count
  }
  if (halves.length === 2 && halves[0]?.includes('.') === true) return false // IPv4 comes last
  return halves.length === 2 ? total < 8 : total === 8
}

/** `0.0.0.0` or `::`: a peer that wants nothing sent to it (RFC 3264 §8.4). */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || (isIpv6(address) && /^[0:.]+$/.test(address))
}

/** Multicast, broadcast and reserved: no call's media may go there. */
export function isGroupAddress(address: string): boolean {
  if (isIpv4(address)) return Number(address.split('.')[0]) >= 224
  return /^ff/i.test(address)
}

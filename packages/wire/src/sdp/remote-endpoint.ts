import type { NegotiatedAudio } from './audio.ts'
import { attributes, textOf, type Description, type MediaSection } from './description.ts'
import { isGroupAddress, isIpv4, isIpv6 } from './ip-literal.ts'

type Remote = NegotiatedAudio['remote']

const maxPort = 65_535

function rtcpPortOf(section: MediaSection): number {
  const text = textOf(section.parsed.rtcp?.port)
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port > 0 && port <= maxPort ? port : section.port + 1
}

/** IP literals only: a name in a call's description must not make us look anything up. */
function addressOf(description: Description, section: MediaSection): string | undefined {
  const connection = section.parsed.connection ?? description.session.connection
  const address = textOf(connection?.ip)
  const fits = textOf(connection?.version) === '6' ? isIpv6(address) : isIpv4(address)
  return fits && !isGroupAddress(address) ? address : undefined
}

export function offersMux(section: MediaSection): boolean {
  return attributes(section.lines, 'rtcp-mux').length > 0
}

/** Where the section's media goes; `undefined` without a usable address. `rtcpMux` is what both sides agreed to. */
export function remoteEndpoint(
  description: Description,
  section: MediaSection,
  rtcpMux: boolean,
): Remote | undefined {
  const address = addressOf(description, section)
  if (address === undefined || section.port === 0) return undefined
  const rtcpPort = rtcpMux ? section.port : rtcpPortOf(section)
  return rtcpPort > maxPort ? undefined : { address, port: section.port, rtcpPort, rtcpMux }
}

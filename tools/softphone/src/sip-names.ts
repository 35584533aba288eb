import { nodeRandomBytes } from '@voxkeep/wire/node'

/** An unguessable token of hex digits, good for tags, Call-IDs and branches. */
export function freshToken(bytes = 12): string {
  return nodeRandomBytes(bytes).toHex()
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** A SIP URI from what people type: a URI as it is, anything else as the user at `host`. */
export function uriOf(who: string, host: string): string {
  if (/^sips?:/i.test(who)) return who
  const user = who.includes('@') ? who : `${who}@${host.includes(':') ? `[${host}]` : host}`
  return `sip:${user}`
}

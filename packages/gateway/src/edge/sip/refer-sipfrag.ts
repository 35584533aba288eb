import { reasonPhrases } from '@voxkeep/wire/sip'

export const sipfragHeader = ['Content-Type', 'message/sipfrag;version=2.0'] as const

/** The status of a `message/sipfrag` body that begins with a status line (RFC 3515 §2.4.5). Never throws. */
export function parseSipfrag(body: Uint8Array): number | undefined {
  const start = new TextDecoder().decode(body.subarray(0, 64))
  const status = Number(/^\s*SIP\/2\.0[ \t]+([1-6]\d\d)(?:[ \t\r\n]|$)/i.exec(start)?.[1] ?? Number.NaN)
  return Number.isNaN(status) ? undefined : status
}

/** The status line alone: what else a response says is not the peer's business. */
export function serializeSipfrag(status: number): Uint8Array {
  return new TextEncoder().encode(`SIP/2.0 ${status} ${reasonPhrases.get(status) ?? 'Unknown'}\r\n`)
}

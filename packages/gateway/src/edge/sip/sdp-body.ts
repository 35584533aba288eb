import type { SipMessage } from '@voxkeep/wire/sip'

export const sdpHeader = ['Content-Type', 'application/sdp'] as const

/** Whether the message carries a session description; a body that it calls optional and we do not know is none. */
export function hasSdp(message: SipMessage): boolean {
  const type = message.headers.get('Content-Type') ?? ''
  return message.body.length > 0 && /^application\/sdp[ \t]*(?:;|$)/i.test(type)
}

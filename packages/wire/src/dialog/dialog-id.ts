import { parseNameAddr, type SipMessage } from '@voxkeep/wire/sip'
import type { Dialog } from './dialog.ts'

/** No header value holds a line break, so three values joined by it cannot be read as three others. */
function join(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`
}

function tagIn(message: SipMessage, name: 'From' | 'To'): string {
  return parseNameAddr(message.headers.get(name) ?? '')?.params.get('tag') ?? ''
}

/** The key under which a dialog is kept. */
export function dialogKey(dialog: Pick<Dialog, 'callId' | 'localTag' | 'remoteTag'>): string {
  return join(dialog.callId, dialog.localTag, dialog.remoteTag)
}

/**
 * The key of the message's dialog, equal to `dialogKey` of it.
 *
 * @param side - `uas` for requests we receive and the responses we give, whoever made the dialog: our tag is in To.
 *   `uac` for requests we send and their responses: our tag is in From.
 */
export function dialogId(message: SipMessage, side: 'uas' | 'uac'): string {
  const from = tagIn(message, 'From')
  const to = tagIn(message, 'To')
  const callId = message.headers.get('Call-ID') ?? ''
  return side === 'uas' ? join(callId, to, from) : join(callId, from, to)
}

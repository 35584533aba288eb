import { parseCSeq, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import { contactUri, type Dialog } from './dialog.ts'

const targetRefreshers: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER'])
const withoutOwnSeq: ReadonlySet<string> = new Set(['ACK', 'CANCEL']) // they repeat the INVITE's CSeq

/** Takes the peer's Contact as remote target; without a usable one the old target stays (RFC 3261 §12.2). */
export function refreshTarget(dialog: Dialog, message: SipMessage): void {
  dialog.remoteTarget = contactUri(message) ?? dialog.remoteTarget
}

/**
 * Takes a request of the peer into the dialog (RFC 3261 §12.2.2). A CSeq that does not go forward is refused with 500.
 * A request that may move the target does so. On refusal nothing has changed.
 */
export function receiveInDialog(
  dialog: Dialog,
  request: SipRequest,
): { ok: true } | { ok: false; status: number } {
  const cseq = parseCSeq(request.headers.get('CSeq') ?? '')
  if (cseq === undefined || cseq.method !== request.method) return { ok: false, status: 400 }
  if (withoutOwnSeq.has(request.method)) return { ok: true }
  if (dialog.remoteSeq !== undefined && cseq.seq <= dialog.remoteSeq) return { ok: false, status: 500 }
  if (targetRefreshers.has(request.method)) {
    const [contact] = request.headers.getAll('Contact')
    if (contact !== undefined && contactUri(request) === undefined) return { ok: false, status: 400 }
    refreshTarget(dialog, request)
  }
  dialog.remoteSeq = cseq.seq
  return { ok: true }
}

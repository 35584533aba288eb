import type { HangupReason } from './contract.ts'
import type { EndReason } from './deps.ts'
import { CallError } from './error.ts'

/** Why a call ends that went wrong by this. */
export function failureReason(error: unknown): EndReason {
  switch (error instanceof CallError ? error.code : undefined) {
    case 'CALL_NOT_ACCEPTABLE':
      return 'not-acceptable'
    case 'CALL_AUDIT':
      return 'audit-failed'
    case 'CALL_NO_MEDIA':
      return 'over-capacity'
    case 'CALL_ENDED':
    case 'CALL_COMMANDED':
    case undefined:
      return 'media-failed'
  }
}

/** What the peer's log shall say of the end (RFC 3326): a Q.850 cause, and nothing of our inner life. */
export function hangupReason(reason: EndReason): HangupReason {
  switch (reason) {
    case 'media-silent':
    case 'media-failed':
    case 'audit-failed':
    case 'connection-lost':
    case 'shutdown':
    case 'app-failed':
      return { cause: 41, text: 'Temporary failure' }
    case 'over-capacity':
      return { cause: 34, text: 'No circuit available' }
    case 'not-acceptable':
      return { cause: 88, text: 'Incompatible destination' }
    case 'no-ack':
      return { cause: 102, text: 'Recovery on timer expiry' }
    case 'no-answer':
      return { cause: 19, text: 'No answer' }
    case 'identity-refused':
    case 'app-rejected':
      return { cause: 21, text: 'Call rejected' }
    case 'busy':
    case 'not-found':
    case 'unreachable':
    case 'callee-rejected':
    case 'caller-hung-up':
    case 'caller-cancelled':
    case 'app-hung-up':
    case 'app-finished':
    case 'api-hung-up':
    case 'max-duration':
    case 'callee-hung-up':
    case 'transferred':
    case 'replaced':
    case 'limit-reached':
      return { cause: 16, text: 'Normal call clearing' }
  }
}

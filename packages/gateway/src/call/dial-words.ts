import type { EndReason } from './deps.ts'
import type { PartyEnd } from './dialled-party.ts'
import type { NotPlaced } from './place-leg.ts'

/** How the call ends when somebody it dialled has become its first leg, and goes. */
export const endReasons: Readonly<Record<PartyEnd, EndReason>> = {
  'callee-hung-up': 'callee-hung-up',
  star: 'app-finished',
  'time-limit': 'max-duration',
  'limit-reached': 'limit-reached',
  'media-silent': 'media-silent',
  'connection-lost': 'connection-lost',
  transferred: 'transferred',
  'api-hung-up': 'api-hung-up',
  'app-ended': 'app-hung-up',
}

/** What a peer that sent REFER is told of a target that gave no status itself. */
export function referStatus({ why }: NotPlaced): number {
  switch (why) {
    case 'refused':
      return 403
    case 'busy':
      return 486
    case 'not-found':
      return 404
    case 'no-answer':
    case 'timeout':
      return 408
    case 'rejected':
    case 'redirected':
    case 'declined':
      return 603
    case 'cancelled':
      return 487
    case 'unreachable':
    case 'overloaded':
      return 503
  }
}

/** How long a target may ring that a peer chose. */
export const referRingMs = 60_000

import type { LegSignalling, OutgoingEvents, PlaceFailure } from '#call'
import { EdgeError } from './edge-error.ts'

/** The signalling of a call that was not tried; its failure is told once the caller has this in hand. */
export function unplaced(events: OutgoingEvents, failure: PlaceFailure): LegSignalling {
  void Promise.resolve().then(() => events.failed(failure))
  return {
    reoffer: () => Promise.reject(new EdgeError('EDGE_LEG_OVER', 'the call was not placed')),
    refer: () => Promise.resolve({ ok: false, why: 'failed' }),
    hangup: () => Promise.resolve(),
  }
}

import type { SecurityEvent } from './security-event.ts'

/** Brings events to one collector. */
export interface Sender {
  /**
   * Sends events in order; resolves once the collector has them all. Rejects with `SiemError` when that is not certain: they are sent
   * again then.
   */
  send(events: readonly SecurityEvent[], signal: AbortSignal): Promise<void>
}

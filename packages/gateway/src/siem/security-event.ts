/** A value of an audit entry's field. */
export type EventValue = string | number | boolean | null

/** One entry of an audit log, on its way to a collector. Holds no personal data in clear: the log keeps none. */
export interface SecurityEvent {
  /** The log's name, which no other log anywhere has. */
  readonly log: string
  /** Its place in that log; the next entry's is one more. */
  readonly index: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly tenant: string
  readonly call: string | null
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, EventValue>>
  /** Hex: what the log's tree holds of this entry, so that a copy elsewhere can be compared with the log. */
  readonly hash: string
}

/** The same however often the event is sent, and no other event's: by this a collector tells repetitions. */
export function eventId({ log, index }: Pick<SecurityEvent, 'log' | 'index'>): string {
  return `${log}#${index}`
}

/** The audit logs, as their readers need them. */
export interface EventLogs {
  /** Each log there is now, and the index that its next entry will have. */
  sizes(): Promise<ReadonlyMap<string, number>>
  /**
   * Entries from `from` on, in order and without gaps. One that was tampered with comes as an event of type `audit.unreadable`
   * in its place: what follows is read on.
   */
  read(log: string, from: number, limit: number): Promise<readonly SecurityEvent[]>
  /** Calls back when something was appended here; not for what other nodes append. The returned function stops it. */
  onAppended(fire: () => void): () => void
}

/** Where readers of the logs keep how far they are; `logCursorStore` of #db fits. */
export interface CursorStore {
  positions(reader: string): Promise<ReadonlyMap<string, number>>
  move(reader: string, positions: ReadonlyMap<string, number>, at: Date): Promise<void>
  claim(reader: string, holder: string, now: Date, until: Date): Promise<boolean>
  release(reader: string, holder: string): Promise<void>
}

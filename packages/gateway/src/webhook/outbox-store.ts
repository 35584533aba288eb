import type { AppId, CallId, EventId } from '#kernel'
import type { Delivery } from './event.ts'

/** An address for one event. With `headers` somebody else made the request: the signature is all that is added. */
export interface OutboxTarget {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** An event on its way to an app. */
export interface OutboxRow {
  readonly id: EventId
  readonly app: AppId
  readonly call_id: CallId | null
  readonly type: string
  /** The payload as it is sent; the store keeps it sealed. */
  readonly body: string
  /** Where it goes and how, other than signed to the app's `eventsUrl`; as sealed as the body. */
  readonly to?: OutboxTarget | undefined
  readonly created_at: Date
  /** How many attempts were made. */
  readonly attempt: number
  readonly next_at: Date
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly last_status: number | null
  readonly last_error: string | null
}

export type OutboxChange = Pick<OutboxRow, 'attempt' | 'next_at' | 'state' | 'last_status' | 'last_error'>

/** What is left out of a question to the store: apps that are busy, and rows that are under way. */
export interface Except {
  readonly apps: readonly AppId[]
  readonly ids: readonly EventId[]
}

/** Where events wait. Each method resolves only once its change is durable, and rejects when it is not. */
export interface OutboxStore {
  insert(row: OutboxRow): Promise<void>
  get(id: EventId): Promise<OutboxRow | undefined>
  /** Pending rows with `next_at` not after `at`, earliest first. */
  due(at: Date, limit: number, except: Except): Promise<readonly OutboxRow[]>
  /** The earliest `next_at` of the pending rows. */
  nextAt(except: Except): Promise<Date | undefined>
  /** Changes a row and logs the attempt that changed it, both or neither. */
  settle(id: EventId, change: OutboxChange, delivery?: Delivery): Promise<void>
  /** Forgets delivered and dead rows that were created before, with their deliveries. */
  prune(before: Date): Promise<void>
}

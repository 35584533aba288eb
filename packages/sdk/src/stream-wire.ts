import type { CallCommand } from './commands.ts'
import type { StreamAck, StreamEvents, StreamSession, StreamTrack } from './stream-events.ts'

export type WireMessage = string | Uint8Array<ArrayBuffer>

/** What the gateway said, whichever wire it speaks. */
export type FromGateway =
  | {
      readonly kind: 'start'
      readonly session: StreamSession
      readonly token?: string
      readonly resume?: ResumeOffer
    }
  /** `bytes` may alias the message. */
  | {
      readonly kind: 'audio'
      readonly track: StreamTrack
      readonly bytes: Uint8Array
      readonly timestampMs: number
    }
  /** Without a `state` the wire does not tell whether it was played. */
  | { readonly kind: 'mark'; readonly name: string; readonly state?: 'played' | 'cleared' }
  | { readonly kind: 'cleared'; readonly id: string; readonly droppedMs: number }
  | {
      readonly kind: 'ack'
      readonly id: string
      readonly ack: StreamAck
    }
  | { readonly [Name in keyof StreamEvents]: EventOf<Name> }[keyof StreamEvents]
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'ignored' }

interface EventOf<Name extends keyof StreamEvents> {
  readonly kind: 'event'
  readonly name: Name
  readonly event: StreamEvents[Name]
}

/** How a conversation goes on over another socket. */
export interface ResumeOffer {
  readonly id: string
  readonly windowMs: number
  /** It does so now; else it could. */
  readonly isResumed: boolean
  /** How many of our messages came. */
  readonly lastSeq: number
}

/** How an app speaks with a gateway over one socket. Pure. */
export interface AppWire {
  readonly name: 'voxkeep' | 'twilio'
  /** Never throws: what is not understood is `ignored`. */
  read(message: string | Uint8Array): FromGateway
  audio(bytes: Uint8Array): WireMessage
  mark(name: string): WireMessage
  clear(id: string): WireMessage
  /** `undefined` where the wire has no commands. */
  command(id: string, commands: readonly CallCommand[]): WireMessage | undefined
  /** Says how much came, so that the gateway goes on from there; `undefined` where it cannot. */
  resume(offer: ResumeOffer): WireMessage | undefined
}

/** The object that a text message is; `undefined` for anything else. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Only what is there: `exactOptionalPropertyTypes` has no room for `undefined`. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** An object of strings, without whatever is not one. */
export function strings(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

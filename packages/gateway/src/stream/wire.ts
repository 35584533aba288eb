import type { StreamWarning, Track } from './contract.ts'

/** A message to the app: a string is sent as text, bytes as binary; borrowed by the socket until it was written. */
export type Outgoing = string | Uint8Array

/**
 * How one kind of app is spoken to over a WebSocket: what is sent, and what is understood. One object for each connection; it holds counters
 * and codec state, and does no I/O. Audio inside the gateway is µ-law at 8 kHz; a wire that speaks otherwise converts.
 */
export interface StreamWire {
  /** Asked for in `Sec-WebSocket-Protocol`, several with `, ` between; the app must choose one, or the upgrade is refused. Absent: none is asked for and none may come. */
  readonly subprotocol?: string
  /** Sent as soon as the app accepted, in this order and with nothing between; again on each connection that takes the place of a lost one. */
  begin(): readonly Outgoing[]
  /**
   * Audio, µ-law at 8 kHz, borrowed until the call returns. `timestampMs` counts from the start of the stream. `wide` is the same time at 16 kHz,
   * borrowed as well, where somebody has that. Text must be ASCII alone. What is not ready to be sent yet is kept: `undefined`.
   */
  audio(track: Track, ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): Outgoing | undefined
  /** What it sends has room for more than 8 kHz; else `wide` is not looked at. */
  readonly isWide?: boolean
  /** A finished key press; `undefined` where the wire has no word for it. */
  dtmf(digit: string, durationMs: number): Outgoing | undefined
  /** Everything before the label was played, or was thrown away by `clear`. `playedMs`: how much of the app's audio was played by then. */
  mark(name: string, state: MarkState, playedMs: number): Outgoing | undefined
  /** Something else that the gateway has to say, such as the answer to a command; `undefined` where the wire has no word for it. */
  tell?(notice: Notice): Outgoing | undefined
  /** The last messages before the close frame. */
  stop(why: string): readonly Outgoing[]
  /** What a message of the app means, in order; never throws. What is not understood is one `ignored`. The list is borrowed until the next call. */
  read(payload: Buffer, isText: boolean): readonly AppMessage[]
  /** Where the wire can go on over another connection when one is lost. */
  readonly resume?: WireResume
}

export type MarkState = 'played' | 'cleared'

/** What a wire does that outlives its connection: it keeps what it is given until the app says how far it came. */
export interface WireResume {
  /** How long the app may take to be there again. */
  readonly windowMs: number
  /** The connection is gone. What the wire is given from here on it keeps, and answers with `undefined`, until the app says `resumed`. */
  lost(): void
}

/** What an app may say. */
export type AppMessage =
  /** µ-law at 8 kHz, fresh memory; `wide` is the same time at 16 kHz, of an app that sends a wider rate to somebody who can hear it. */
  | { readonly kind: 'audio'; readonly ulaw: Uint8Array; readonly wide?: Int16Array }
  | { readonly kind: 'mark'; readonly name: string }
  /** Throws away what waits to be played; `reply` is sent once that is done. */
  | { readonly kind: 'clear'; readonly reply?: (droppedMs: number) => Outgoing | undefined }
  /** Sent back at once. */
  | { readonly kind: 'reply'; readonly message: Outgoing }
  /** For the main thread, as it is: `commands`, a tool call, an agent's event. Small, and JSON. `refusal` is sent back when it is not passed on. */
  | {
      readonly kind: 'said'
      readonly message: object
      readonly refusal?: (code: 'not-allowed' | 'too-many') => Outgoing | undefined
    }
  /** The app is there again, after a connection that was lost: what it missed, to be sent at once and in this order. */
  | { readonly kind: 'resumed'; readonly messages: readonly Outgoing[] }
  /** The app ends the conversation; the socket is then closed as if it had closed it. */
  | { readonly kind: 'end' }
  | { readonly kind: 'warning'; readonly code: StreamWarning }
  | { readonly kind: 'ignored' }

/** What the gateway may have to say beside audio, keys and marks. */
export type Notice =
  /** The answer to what the app `said`, or anything that the main thread has for it. */
  | { readonly kind: 'message'; readonly message: object }
  /** How much waits to be played; told when it passes a bound or runs empty, not for each frame. */
  | { readonly kind: 'playback'; readonly bufferedMs: number; readonly state: 'ok' | 'high' | 'drained' }
  /** The caller's audio is withheld from here on, or is there again; or it comes late, once it was judged (`held`). */
  | { readonly kind: 'privacy'; readonly state: 'secure' | 'open' | 'held'; readonly why: string }
  /** What was found in a stretch of held audio, or that nobody judged it in time: silence or a tone took its place. Milliseconds from the start of the stream. */
  | {
      readonly kind: 'privacy'
      readonly state: 'overwritten'
      readonly why: string
      readonly track: Track
      readonly fromMs: number
      readonly toMs: number
    }
  /** Nothing was heard of a track for a while, in milliseconds from the start of the stream. */
  | {
      readonly kind: 'gap'
      readonly track: Track
      readonly fromMs: number
      readonly toMs: number
      readonly why: string
    }
  /** A counted oddity of the app, at most once a second each. */
  | { readonly kind: 'warning'; readonly code: StreamWarning }

/** Why a connection ended, or why there was none. A constant word each: nothing that the other side said is in it. */
export type LineEnd =
  | 'finished' // it was told that no more comes, and ended in order
  | 'blocked' // the address may not be reached
  | 'unreachable' // no connection in time
  | 'untrusted' // the certificate or its pin does not verify
  | 'unauthorised' // the credentials are refused
  | 'rejected' // what was asked for is refused: a parameter, a model, a language
  | 'failed' // it broke, or said that it failed
  | 'protocol' // what came is not the protocol
  | 'stalled' // it takes audio and says nothing

/** After these nothing is tried again: it would end in the same way. */
export const lastingEnds: ReadonlySet<LineEnd> = new Set(['blocked', 'untrusted', 'unauthorised', 'rejected'])

/** One connection to an engine, or one run of a program. */
export interface Line {
  /** Text or audio, borrowed until the call returns. Only once it is open. */
  send(message: string | Uint8Array): void
  /** Bytes that nobody has taken yet. */
  readonly waitingBytes: number
  /** No more is sent; what the other side has left to say still comes. */
  endInput(): void
  /** At once; no handler is called any more. */
  close(): void
}

export interface LineHandlers {
  opened(): void
  message(text: string): void
  /** Once, whatever happens, unless `close` was called. */
  closed(why: LineEnd): void
}

/** Opens a connection; handlers are called later, never before this returns. */
export type OpenLine = (handlers: LineHandlers) => Line

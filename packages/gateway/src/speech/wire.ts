import type { Word } from '@voxkeep/pii'

/** What an engine said, in milliseconds from the first sample of its connection. */
export type WireEvent =
  /** A partial takes the place of the one before it. */
  | {
      readonly kind: 'words'
      readonly final: boolean
      readonly words: readonly Word[]
      readonly language?: string
    }
  /** It has taken in everything before this. */
  | { readonly kind: 'heard'; readonly ms: number }
  /** It has said all words before this as finals. */
  | { readonly kind: 'through'; readonly ms: number }
  /** It said all it had to say, after it was told that no more comes. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly lasting: boolean }
  /** Nothing that the protocol knows. */
  | { readonly kind: 'ignored' }

/** One engine's protocol over one connection: pure, messages in and out. */
export interface Wire {
  /** It says something at least once in so much audio, in silence too; undefined: it need not. */
  readonly answersWithinMs: number | undefined
  /** Sent first. */
  readonly greeting: readonly string[]
  /** What to send for this 8 kHz µ-law; it may alias memory that the next call uses again. */
  encode(ulaw: Uint8Array): Uint8Array
  /** Sent when nothing else was for some seconds. */
  readonly keepAlive?: string
  /** Has it say what it has begun to hear, when no audio comes for now. */
  readonly flush?: string
  /** What says that no more audio comes; undefined: the end of the input says so. */
  finish(): string | undefined
  /** Asked every second, and when the connection has ended in order: what follows from nothing having come. */
  pause?(isOver: boolean): readonly WireEvent[]
  /** Never throws, whatever the text. */
  read(text: string): readonly WireEvent[]
}

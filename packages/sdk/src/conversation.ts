import type { CallCommand } from './commands.ts'
import type { Interruption } from './playback-ledger.ts'
import type { MarkState } from './pending-marks.ts'
import type { SpeechOptions } from './speech-detector.ts'
import type { AudioFrame, PlayFormat } from './stream-audio.ts'
import type { StreamAck, StreamEvents, StreamSession } from './stream-events.ts'

export type PlayPiece = Int16Array | Uint8Array | AudioFrame

export interface StreamPlayOptions extends PlayFormat {
  /** Names the audio, so that `interrupt` can say of which it was how much. */
  readonly label?: string
  /** Aborting it ends an `AsyncIterable` early; what was sent is not taken back, that is what `clear` is for. */
  readonly signal?: AbortSignal
}

/** One stream of one call, whichever wire it speaks, and over however many sockets. */
export interface Conversation {
  readonly wire: 'voxkeep' | 'twilio'
  readonly session: StreamSession
  /** Of the samples in `audio`, and of those given to `play`. */
  readonly rateHz: number
  /**
   * What is heard, for one reader, from the beginning to the end of the stream. Whoever reads too slowly loses the oldest after ten
   * seconds (`droppedFrames`). `pcm` is yours; `bytes` too.
   */
  readonly audio: AsyncIterable<AudioFrame>
  readonly droppedFrames: number
  /** Aborted when the conversation is over: give it to whatever the conversation waits for. */
  readonly signal: AbortSignal
  /** Resolves with the reason when it is over; never rejects. */
  readonly ended: Promise<string>
  /** As far as is known, how much of what was sent waits to be heard. */
  readonly bufferedMs: number

  /**
   * Sends audio to be heard after what was sent before. Samples are at `rateHz`, bytes as on the wire, unless the options say otherwise.
   * Resolves when more may be sent: at once, or when enough was heard. Await it, or send an `AsyncIterable`, and memory stays bounded.
   * After the end it does nothing.
   */
  play(source: PlayPiece | AsyncIterable<PlayPiece>, options?: StreamPlayOptions): Promise<void>
  /** Resolves when everything sent before was heard (`played`) or thrown away (`cleared`); at the end, with `cleared`. */
  mark(name?: string): Promise<MarkState>
  /** Throws away what waits to be heard. Resolves with what became of it: as the gateway counted, or on Twilio's wire by the clock. */
  clear(): Promise<Interruption>
  /** `clear`, and ends every `play` of an `AsyncIterable` that is under way: the caller cut in. */
  interrupt(): Promise<Interruption>
  /** Tells when somebody begins and stops to speak, by energy. Gives back what ends it. */
  onSpeech(listener: (event: StreamEvents['speech']) => void, options?: SpeechOptions): () => void
  /** From now on whoever begins to speak while something is heard interrupts it. Gives back what ends that. */
  interruptOnSpeech(told?: (interruption: Interruption) => void, options?: SpeechOptions): () => void
  /**
   * Has something done to the call, as with `client.calls.command()`. Resolves with the gateway's answer; rejects with `StreamError` when the wire
   * has no commands or the conversation ends first.
   */
  command(...commands: CallCommand[]): Promise<StreamAck>
  /** Gives back what ends it. */
  on<Name extends Exclude<keyof StreamEvents, 'speech'>>(
    name: Name,
    listener: (event: StreamEvents[Name]) => void,
  ): () => void
  /** Ends the stream; the call goes on with its next command. */
  close(reason?: string): void
}

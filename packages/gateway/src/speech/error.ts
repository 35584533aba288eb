import type { LineEnd } from './line.ts'

/** Why an engine hears nothing, or a voice says nothing. */
export type SpeechErrorCode =
  /** Its facts do not allow what was asked: nothing was sent. */
  | 'SPEECH_REFUSED'
  /** It has as many sessions as it may have. */
  | 'SPEECH_BUSY'
  /** What was to be said is no SSML that we know. */
  | 'VOICE_TEXT'
  /** The program of a voice is not installed. */
  | 'VOICE_MISSING'
  | `VOICE_${Uppercase<LineEnd>}`
  /** The program of an engine that compares voices is not installed. */
  | 'VERIFIER_MISSING'
  | `VERIFIER_${Uppercase<LineEnd>}`

export class SpeechError extends Error {
  override readonly name = 'SpeechError'
  readonly code: SpeechErrorCode
  /** Which of its facts, where one refused. */
  readonly why: SpeechRefusal | undefined
  constructor(code: SpeechErrorCode, message: string, why?: SpeechRefusal) {
    super(message)
    this.code = code
    this.why = why
  }
}

export type SpeechRefusal = 'region' | 'data-class' | 'training'

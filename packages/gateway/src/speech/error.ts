/** Why an engine hears nothing. */
export type SpeechErrorCode =
  /** Its facts do not allow what was asked: nothing was sent. */
  | 'SPEECH_REFUSED'
  /** It has as many sessions as it may have. */
  | 'SPEECH_BUSY'

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
